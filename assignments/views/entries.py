"""What the pages of a growing portfolio share: whose it is, whether it is open, and the form of an entry."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.access import AuthedRequest
from assignments import personal, policy
from assignments import portfolio as folders
from assignments.models import PracticeClient, Submission
from assignments.referral import with_progress
from core.refusals import WrongState
from enrolment.models import Enrolment
from programmes.models import Assignment


def attempts() -> QuerySet[Submission]:
    return Submission.objects.counting().select_related("assignment").in_order()


def own_enrolment(request: AuthedRequest, pk: int) -> Any:
    """The learner's enrolment, with the attempts and the number of the portfolio assignment."""
    work = Assignment.objects.filter(version=OuterRef("cohort__version"), kind="portfolio")
    mine = (
        Enrolment.objects.of_learner(request.user)
        .select_related("cohort__version", "learner")
        .prefetch_related(Prefetch("submissions", with_progress(attempts())))
        .annotate(portfolio_assignment=Subquery(work.values("pk")[:1]))
    )
    return get_object_or_404(mine, pk=pk)


def own_client(request: AuthedRequest, pk: int) -> PracticeClient:
    mine = PracticeClient.objects.filter(enrolment__learner=request.user)
    mine = mine.select_related("enrolment__cohort__version", "enrolment__learner")
    return get_object_or_404(mine.prefetch_related(Prefetch("enrolment__submissions", attempts())), pk=pk)


def check_open(request: AuthedRequest, enrolment: Enrolment) -> None:
    """A form that could not be sent is not shown. The attempts are fetched with their assignments, in one statement."""
    prefetch_related_objects([enrolment], Prefetch("submissions", attempts()))
    if sentence := policy.portfolio_is_open(enrolment, request.user):
        raise WrongState(sentence)


def warn(request: AuthedRequest, *sentences: str) -> None:
    """Say once what may tell who somebody is; the page of the portfolio goes on saying it until it is mended."""
    told = list(dict.fromkeys(one for one in sentences if one))
    for sentence in told[:-1]:
        messages.warning(request, sentence)
    if told:
        messages.warning(request, f"{told[-1]} {personal.ADVICE}")


def where_missing(enrolment: Any, missing: folders.Missing) -> str:
    """The page on which something that is missing is added."""
    client = missing.client
    if missing.session is not None:
        return reverse("assignments:edit_session", args=[missing.session]) + f"#id_{missing.part}"
    if client is not None and missing.part == "sessions":
        return reverse("assignments:log_session", args=[client])
    if client is not None and missing.part == "feedback":
        return reverse("assignments:practice_client", args=[client]) + "#feedback"
    if client is not None:
        return reverse("assignments:edit_practice_client", args=[client]) + f"#id_{missing.part}"
    if missing.part in dict(folders.PARTS):
        return reverse("assignments:save_text", args=[enrolment.pk, missing.part])
    if missing.part == "matrix":
        return reverse("assignments:matrix", args=[enrolment.pk])
    return "#supervision" if missing.part == "supervision" else "#clients"


def where_remarked(enrolment: Any, remark: folders.Remark) -> str:
    """The page on which what was found is taken out."""
    if remark.kind == "text":
        return reverse("assignments:save_text", args=[enrolment.pk, remark.field])
    if remark.field == "name":
        return reverse("assignments:evidence_files", args=[enrolment.pk])
    page = {"client": "edit_practice_client", "session": "edit_session", "file": "edit_evidence"}[remark.kind]
    return reverse(f"assignments:{page}", args=[remark.pk]) + f"#id_{remark.field}"


def entry(request: AuthedRequest, form: Any, *, title: str, back: str, **more: Any) -> HttpResponse:
    return render(request, "assignments/entry.html", {"form": form, "title": title, "back": back, **more})
