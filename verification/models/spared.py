"""Which pieces a sampling plan passes by: a claim does not wait for them. One text of SQL for every question about it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Func


class Written(Func):
    """A condition in SQL as it stands: Django takes ten times as long over its nested form as to ask it.

    `{e}` is the enrolment, `{v}` the version of its qualification.
    """

    template = "%(expressions)s"
    places: ClassVar[tuple[str, ...]] = ("e", "v")
    columns: ClassVar[tuple[str, ...]] = ("pk", "cohort__version")

    def __init__(self, text: str, output_field: models.Field[Any, Any], *, wants: int) -> None:
        self.text, self.wants = text, wants
        super().__init__(*self.columns[:wants], output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        columns = {}
        for place, one in zip(self.places, self.get_source_expressions(), strict=False):
            columns[place], _params = compiler.compile(one)  # a column has none
        return self.text.format(**columns), []


# `{s}` is the attempt, `{e}` its enrolment, `{a}` its assignment, `{t}` whoever marked it. Nobody has begun to verify it, the plan
# that holds has lines for it and needs none of them, and the tutor is signed off: of a new tutor everything is verified,
# whenever the plan was drawn.
SPARED = """(not exists (select 1 from verification_sample sm where sm.submission_id = {s})
    and coalesce((select max(case when sl.needed then 1 else 0 end)
        from verification_planline sl join verification_samplingplan sp on sp.id = sl.plan_id
        where sl.enrolment_id = {e} and sl.assignment_id = {a} and sp.superseded_at is null), 1) = 0
    and exists (select 1 from verification_tutorrating sr
        join programmes_qualificationversion sv on sv.qualification_id = sr.qualification_id
        join programmes_cohort sc on sc.version_id = sv.id join enrolment_enrolment se on se.cohort_id = sc.id
        where se.id = {e} and sr.tutor_id = {t} and sr.superseded_at is null and sr.signed_off))"""
# Since when the plans have passed it by; nothing if a claim waits for it.
SPARED_SINCE = f"""case when {SPARED} then (select min(fp.made_at) from verification_planline fl
    join verification_samplingplan fp on fp.id = fl.plan_id
    where fl.enrolment_id = {{e}} and fl.assignment_id = {{a}} and not fl.needed) end"""  # noqa: S608 (constants of this file)


class Spared(Written):
    """Whether a claim does not wait for this attempt. `path` leads to the attempt."""

    places = ("s", "e", "a", "t")

    def __init__(self) -> None:
        super().__init__(SPARED, models.BooleanField(), wants=4)

    columns = ("pk", "enrolment", "assignment", "marked_by")


class SparedSince(Written):
    """The moment, for enrolments with their attempts beside them."""

    places = ("s", "e", "a", "t")
    columns = ("submissions", "pk", "submissions__assignment", "submissions__marked_by")

    def __init__(self) -> None:
        super().__init__(SPARED_SINCE, models.DateTimeField(), wants=4)
