"""The client's reports of the demonstration: those of 30 June 2024, sent, and one of the cohort under way in hand."""

import datetime as dt

from config.demo.cases import THE_DAY
from config.demo.people import Company
from core import clock
from programmes.models import Cohort
from reporting import actions


def reports(company: Company) -> None:
    """Draw up, approve, draw and send; the newest stays a draft for the contract manager."""
    for code in ("PSC-2022", "PSC-2023"):
        cohort = Cohort.objects.select_related("contract__client", "version__qualification__organisation").get(
            code=code
        )
        with clock.at(THE_DAY + dt.timedelta(days=3)):
            report = actions.draw_up(cohort, as_of=THE_DAY, by=company.sunil)
            actions.approve_report(report, standing=report.standing, request=report.request, by=company.sunil)
            report.refresh_from_db()
            if report.drawn_at is None:
                actions.draw(report)
            report.refresh_from_db()
            actions.send_report(report, by=company.sunil)
    live = Cohort.objects.select_related("contract__client", "version__qualification__organisation").get(
        code="PSC-LIVE"
    )
    actions.draw_up(live, as_of=clock.today() - dt.timedelta(days=1), by=company.sunil)
