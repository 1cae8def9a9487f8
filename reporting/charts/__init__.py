"""Charts as plain SVG: numbers in, a string out. They know nothing of the report, the database or the page.

WeasyPrint takes a figure's alternative from its <title> alone, so the title carries the whole message with its numbers.
It shapes SVG text letter by letter, so a chart holds only the words that must stand at a mark.
"""

from reporting.charts.attendance import AttendanceBar, attendance
from reporting.charts.completion import completion
from reporting.charts.deadlines import DeadlineRow, deadlines
from reporting.charts.knowledge import KnowledgeRow, knowledge
from reporting.charts.satisfaction import RatedWorkshop, floor_of, satisfaction
from reporting.charts.sparks import spark_bars, spark_gain, spark_line, spark_margins, spark_steps
from reporting.charts.strip import strip

__all__ = [
    "AttendanceBar",
    "DeadlineRow",
    "KnowledgeRow",
    "RatedWorkshop",
    "attendance",
    "completion",
    "deadlines",
    "floor_of",
    "knowledge",
    "satisfaction",
    "spark_bars",
    "spark_gain",
    "spark_line",
    "spark_margins",
    "spark_steps",
    "strip",
]
