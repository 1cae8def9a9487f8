"""Files of staff: the list, one file, what is added to it, and the changes of which the awarding organisation must hear."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.access import AuthedRequest, requires
from accounts.models import RoleGrant, User
from accounts.permissions import Can, Role
from assignments.views.files import sent
from core import clock
from core.lifecycle import record
from core.lists import chosen, listing
from programmes.models import Cohort
from verification import forms, staffing
from verification.models import Approval, Development, Interest, Participation, StaffChange, StaffQualification
from verification.models.staff import ChangeKind, Duty, staff_visible_to
from verification.models.standardisation import without_standardisation
from verification.views.standardisation import act, frame_of

YEAR = dt.timedelta(days=365)
ORDERS = {
    "name": ("By name", ("full_name",)),
    "standardised": ("Longest without standardisation", ("standardised_on", "full_name")),
}
CHANGE_ORDERS = {
    "happened": ("Oldest first", ("happened_on",)),
    "person": ("By person", ("person__full_name", "happened_on")),
}


def _with_standing(rows: QuerySet[User], today: dt.date) -> Any:
    """The list's columns, each asked beside the row: works now, approvals, countersigning, hours in a year, standardised."""
    current = RoleGrant.objects.current().filter(user=OuterRef("pk"), role__in=[Role.TUTOR, Role.IQA])
    approvals = Approval.objects.filter(person=OuterRef("pk"), from_on__lte=today).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=today)
    )
    learned = Development.objects.filter(person=OuterRef("pk"), done_on__gt=today - YEAR).order_by().values("person")
    towards = StaffQualification.objects.filter(person=OuterRef("pk"), awarded_on__isnull=True).order_by("target_on")
    attended = Participation.objects.filter(person=OuterRef("pk"), attendance="present", event__state="closed")
    return rows.annotate(
        works=Exists(current),
        tutors=Exists(current.filter(role=Role.TUTOR)),
        verifies=Exists(current.filter(role=Role.IQA)),
        approved=Subquery(approvals.order_by().values("person").annotate(n=Count("pk")).values("n")),
        countersign_until_on=Subquery(
            approvals.filter(countersign_until_on__gte=today)
            .order_by("-countersign_until_on")
            .values("countersign_until_on")[:1]
        ),
        hours=Subquery(learned.annotate(n=Sum("hours")).values("n")),
        target_on=Subquery(towards.values("target_on")[:1]),
        standardised_on=Subquery(attended.order_by("-event__held_on").values("event__held_on")[:1]),
        role_words=Case(
            When(Q(tutors=True, verifies=True), then=Value("tutor, internal verifier (IQA)")),
            When(tutors=True, then=Value("tutor")),
            When(verifies=True, then=Value("internal verifier (IQA)")),
            default=Value("has left"),
            output_field=CharField(),
        ),
    )


@requires(Can.SEE_STAFF_FILES)
def staff(request: AuthedRequest) -> HttpResponse:
    """Everybody whose file this person reads. A tutor goes straight to their own."""
    user, today = request.user, clock.today()
    if not (user.can(Can.KEEP_STAFF_FILES) or user.has_role(Role.EQA)):
        return redirect("verification:staff_file", user.pk)
    which = chosen(
        request, "which", "Who", [("now", "Works here now"), ("left", "Has left"), ("approval", "No approval")]
    )
    rows = _with_standing(staff_visible_to(user), today)
    if which.value == "approval":
        rows = rows.filter(works=True, approved__isnull=True)
    elif which.value:
        rows = rows.filter(works=which.value == "now")
    found = listing(request, rows, noun="person,people", orders=ORDERS, find=("full_name", "email"), filters=[which])
    for one in found.page:
        one.is_late = bool(one.target_on and one.target_on < today)
    context = {
        "listing": found,
        "keeps": user.can(Can.KEEP_STAFF_FILES),
        "to_tell": StaffChange.objects.visible_to(user).filter(told_on__isnull=True).count()
        if user.can(Can.KEEP_STAFF_FILES)
        else 0,
        "now": clock.now(),
        **frame_of(request),
    }
    return render(request, "verification/staff.html", context)


def _person(request: AuthedRequest, pk: int) -> User:
    return get_object_or_404(staff_visible_to(request.user), pk=pk)


@requires(Can.SEE_STAFF_FILES)
def staff_file(request: AuthedRequest, pk: int) -> HttpResponse:
    user, today = request.user, clock.today()
    person = _person(request, pk)
    development = list(person.development.all())
    standardisations = person.standardisations.filter(event__state="closed").select_related(
        "event__assignment__version__qualification"
    )
    context = {
        "person": person,
        "own": person.pk == user.pk,
        "adds": (person.pk == user.pk and user.can(Can.KEEP_OWN_FILE)) or user.can(Can.KEEP_STAFF_FILES),
        "keeps": user.can(Can.KEEP_STAFF_FILES),
        "lists": user.can(Can.KEEP_STAFF_FILES) or user.has_role(Role.EQA),
        "qualifications": list(person.staff_qualifications.all()),
        "development": development,
        "hours": sum(one.hours for one in development if one.done_on > today - YEAR),
        "approvals": list(person.approvals.select_related("qualification", "unit", "approved_by", "countersigner")),
        "interests": list(Interest.objects.visible_to(user).filter(person=person).select_related("learner", "client")),
        "standardisations": list(standardisations.order_by("-event__held_on")),
        "late": list(without_standardisation(today).filter(tutor=person)),
        "today": today,
        "months": settings.STANDARDISATION_MONTHS,
    }
    return render(request, "verification/staff_file.html", context)


def _file_act(request: AuthedRequest, form: Any, title: str, person: User, lead: str = "") -> HttpResponse:
    return act(request, form, title, reverse("verification:staff_file", args=[person.pk]), str(person), lead)


def _back(pk: int) -> str:
    return reverse("verification:staff_file", args=[pk])


@requires(Can.KEEP_OWN_FILE, Can.KEEP_STAFF_FILES)
def add_qualification(request: AuthedRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = forms.QualificationForm(request.POST or None, request.FILES or None, cancel_url=_back(pk))
    if form.is_valid() and form.attempts(staffing.add_qualification, person, by=request.user):
        messages.success(request, "Added to the file.")
        return redirect("verification:staff_file", pk)
    return _file_act(request, form, "Add a qualification", person)


@requires(Can.KEEP_OWN_FILE, Can.KEEP_STAFF_FILES)
def award_qualification(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(StaffQualification.objects.visible_to(request.user).select_related("person"), pk=pk)
    form = forms.AwardQualificationForm(request.POST or None, cancel_url=_back(one.person_id))
    if form.is_valid() and form.attempts(staffing.award_qualification, one, by=request.user):
        messages.success(request, f"Noted: {one.title}.")
        return redirect("verification:staff_file", one.person_id)
    return _file_act(request, form, f"Awarded: {one.title}", one.person)


@requires(Can.SEE_STAFF_FILES)
def staff_evidence(request: AuthedRequest, pk: int) -> HttpResponse:
    """The file that shows a qualification; that somebody else took a copy is part of the history."""
    one = get_object_or_404(StaffQualification.objects.visible_to(request.user), pk=pk)
    if not one.evidence:
        raise Http404
    if one.person_id != request.user.pk:
        with transaction.atomic():
            record(one, "download", by=request.user, name=one.evidence_name, sha256=one.evidence_sha256)
    return sent(one.evidence, name=one.evidence_name, mime=one.evidence_mime)


@requires(Can.KEEP_OWN_FILE, Can.KEEP_STAFF_FILES)
def add_development(request: AuthedRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = forms.DevelopmentForm(request.POST or None, cancel_url=_back(pk))
    if form.is_valid() and form.attempts(staffing.add_development, person, by=request.user):
        messages.success(request, "Added to the file.")
        return redirect("verification:staff_file", pk)
    return _file_act(request, form, "Add an entry of development (CPD)", person)


@requires(Can.KEEP_OWN_FILE, Can.KEEP_STAFF_FILES)
def declare_interest(request: AuthedRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    cohorts = Cohort.objects.visible_to(request.user)
    form = forms.InterestForm(
        request.POST or None, cohorts=cohorts, initial={"from_on": clock.today()}, cancel_url=_back(pk)
    )
    if form.is_valid() and form.attempts(staffing.declare_interest, person, by=request.user):
        messages.success(request, "Declared. From then on somebody else verifies this work.")
        return redirect("verification:staff_file", pk)
    lead = "With whom somebody has to do beyond the work. They verify nothing of that learner, or of that client’s learners."
    return _file_act(request, form, "Declare an interest", person, lead)


@requires(Can.KEEP_STAFF_FILES)
def end_interest(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Interest.objects.visible_to(request.user).select_related("person"), pk=pk)
    form = forms.EndInterestForm(request.POST or None, cancel_url=_back(one.person_id))
    if form.is_valid() and form.attempts(staffing.end_interest, one, by=request.user):
        messages.success(request, "The last day is set. The interest stays in the file.")
        return redirect("verification:staff_file", one.person_id)
    return _file_act(request, form, "End an interest", one.person, one.nature)


@requires(Can.KEEP_STAFF_FILES)
def approve_staff(request: AuthedRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = forms.ApproveStaffForm(
        request.POST or None, initial={"from_on": clock.today(), "duty": Duty.ASSESS}, cancel_url=_back(pk)
    )
    if form.is_valid() and form.attempts(staffing.approve_staff, person, by=request.user):
        messages.success(request, "Approved. They have been told.")
        return redirect("verification:staff_file", pk)
    return _file_act(request, form, "Approve who may assess or verify", person)


@requires(Can.KEEP_STAFF_FILES)
def end_approval(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Approval.objects.visible_to(request.user).select_related("person", "qualification"), pk=pk)
    form = forms.EndApprovalForm(
        request.POST or None, initial={"until_on": clock.today()}, cancel_url=_back(one.person_id)
    )
    if form.is_valid() and form.attempts(staffing.end_approval, one, by=request.user):
        messages.success(request, "Ended. The approval stays in the file.")
        return redirect("verification:staff_file", one.person_id)
    return _file_act(request, form, f"End: {one.get_duty_display()} {one.qualification.number}", one.person)


@requires(Can.KEEP_STAFF_FILES)
def changes(request: AuthedRequest) -> HttpResponse:
    """What the awarding organisation still has to hear, and what it has heard."""
    state = chosen(request, "state", "Which", [("told", "Told")], every="To tell")
    kind = chosen(request, "kind", "Kind", ChangeKind.choices)
    rows = StaffChange.objects.visible_to(request.user).filter(told_on__isnull=state.value != "told")
    if kind.value:
        rows = rows.filter(kind=kind.value)
    found = listing(
        request,
        rows.select_related("person", "told_by"),
        noun="change",
        orders=CHANGE_ORDERS,
        find=("person__full_name", "note", "told_how"),
        filters=[state, kind],
    )
    return render(
        request, "verification/changes.html", {"listing": found, "told": bool(state.value), "now": clock.now()}
    )


@requires(Can.KEEP_STAFF_FILES)
def note_change(request: AuthedRequest) -> HttpResponse:
    back = reverse("verification:changes")
    form = forms.ChangeForm(request.POST or None, people=staff_visible_to(request.user), cancel_url=back)
    if form.is_valid() and form.attempts(staffing.note_change, by=request.user):
        messages.success(request, "On the list, until they are told.")
        return redirect(back)
    return act(request, form, "Note a change", back, "Changes to tell")


@requires(Can.KEEP_STAFF_FILES)
def tell_change(request: AuthedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(StaffChange.objects.visible_to(request.user).select_related("person"), pk=pk)
    back = reverse("verification:changes")
    form = forms.TellChangeForm(request.POST or None, initial={"told_on": clock.today()}, cancel_url=back)
    if form.is_valid() and form.attempts(staffing.tell_change, one, by=request.user):
        messages.success(request, f"Noted: they were told of {one.person}.")
        return redirect(back)
    return act(request, form, f"{one.get_kind_display()}: {one.person}", back, "Changes to tell")
