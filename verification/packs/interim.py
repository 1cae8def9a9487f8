"""Interim samples in a pack: what verifiers looked at while assessment went on, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q

from assignments.bundles.pages import plain
from verification.interim_states import RECORDED
from verification.models import InterimSample

_WHAT = ("Day", "Kind", "Cohort", "Assessor", "Learner", "Verifier", "Outcome")
HEAD = (*_WHAT, "Ratings", "Feedback to the assessor", "Actions and answers", "Fingerprint")


def rows(enrolments: Sequence[Any], cohorts: Sequence[int], named: Callable[[Any], str]) -> Iterable[Sequence[object]]:
    """Those of these learners' drafts and supervision, and of their cohorts' sessions; what is only planned is left out."""
    whose = Q(enrolment__in=[one.pk for one in enrolments]) | Q(enrolment__isnull=True, cohort__in=cohorts)
    of = (
        InterimSample.objects.filter(whose, state__in=RECORDED)
        .select_related("cohort", "tutor", "verifier", "enrolment__learner", "enrolment__application", "session")
        .prefetch_related("notes", "actions__owner")
        .order_by("happens_on", "pk")
    )
    for one in of:
        rated = "; ".join(str(note) + (f" ({note.note})" if note.note else "") for note in one.notes.all())
        asked = "; ".join(
            f"{a.owner} by {a.due_on}: {a.text}" + (f" / {a.answer}" if a.answer else " / open")
            for a in one.actions.all()
        )
        whom = named(one.enrolment) if one.enrolment else str(one.session.title if one.session else "")
        head = str(one.happens_on), one.get_kind_display(), one.cohort.code, str(one.tutor), whom, str(one.verifier)
        said = one.get_state_display(), plain(rated), plain(one.feedback), plain(asked)
        yield (*head, *said, one.document_sha256 or one.seen_sha256)
