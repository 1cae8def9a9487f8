"""Second marking: the list of pieces that are marked twice, and the second marker's room. It shows nothing of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can
from assignments import actions, agreement, authenticity, policy
from assignments.declarations import AI_USES
from assignments.forms.second_marking import (
    AskSecondMarkingForm,
    CallOffSecondMarkingForm,
    DecideSecondForm,
    HandOverSecondMarkingForm,
)
from assignments.models import SecondMarking, Submission
from assignments.states import SecondMarkingState
from assignments.views import reading
from assignments.views.outline import Mark, ruler_of, sections_of
from assignments.views.tray import Row, next_open
from core import clock
from core.lists import Filter, chosen, listing
from core.templatetags.ui import clock_time
from programmes.models import Cohort, Criterion

WHICH = [("agreed", "Agreed"), ("withdrawn", "Called off"), ("ask", "To ask for")]
LISTED = (
    "submission__enrolment__learner",
    "submission__enrolment__cohort",
    "submission__assignment",
    "marker",
    "first_done_by",
)


def seen_by(user: User) -> QuerySet[SecondMarking]:
    """The second markings of this person's cohorts, with all that the acts look at."""
    also = (
        "submission__enrolment__registration",
        "submission__assignment__version__qualification",
        "submission__held_by",
    )
    return SecondMarking.objects.visible_to(user).select_related(*LISTED, *also, "submission__wording")


# ---- the list


@dataclass(frozen=True)
class Line:
    """What a row of the list says to this reader, and the one thing they may do about it."""

    word: str
    sign: str = "not_yet"
    url: str = ""
    label: str = ""
    takes: bool = False


def line_of(one: Any, user: User) -> Line:
    """Whoever marks learns nothing of the other; who watches over both learns how far they are, and never what they decided."""
    opens = reverse("assignments:agreement", args=[one.pk])
    party = one.marker_id == user.pk or one.first_done_by_id == user.pk
    if one.is_agreed:
        return Line("agreed", "done", opens if party or user.can(Can.VERIFY) else "", "Look")
    if not one.is_under_way:
        return Line("called off" if one.submission.second_marking_id == one.pk else "called off, then asked for anew")
    if one.is_opened and party:
        return Line("with the verifier (IQA)" if one.is_passed_on else "both are done", "in_hand", opens, "Agree")
    if one.marker_id == user.pk:
        if one.marked_at:
            return Line("you have handed it over", "in_hand")
        return Line("yours", "in_hand", reverse("assignments:second_room", args=[one.pk]), "Go on")
    if one.is_first:
        if one.first_done_at:
            return Line("you are done", "in_hand")
        return Line("you mark it first", "in_hand", reverse("assignments:room", args=[one.submission_id]), "Mark")
    if one.is_opened and one.is_passed_on and user.can(Can.VERIFY):
        return Line("passed on to you", "late", reverse("assignments:settle_second_marking", args=[one.pk]), "Decide")
    if one.marker_id is None:
        return Line("waits for a second marker", "not_yet", takes=user.can(Can.MARK))
    if not user.can(Can.ASK_SECOND_MARKING) or user.can(Can.MARK):
        return Line("with another tutor", "in_hand")
    if one.is_opened:
        return Line("marked twice, to be agreed", "in_hand", opens if user.can(Can.VERIFY) else "", "Look")
    return Line(f"with {one.marker}" if not one.marked_at else f"handed over by {one.marker}", "in_hand")


@requires(Can.MARK, Can.VERIFY, Can.ASK_SECOND_MARKING)
def second_markings(request: AuthedRequest) -> HttpResponse:
    """What is marked twice: to take, to go on with, to agree on; for those who may ask, what they could ask for."""
    user, asks = request.user, request.user.can(Can.ASK_SECOND_MARKING)
    which: Filter = chosen(request, "state", "Which", WHICH if asks else WHICH[:2], every="Under way")
    if which.value == "ask":
        return _to_ask_for(request, which)
    rows: Any = (
        SecondMarking.objects.visible_to(user).with_parts(user).select_related(*LISTED, "submission__second_marking")
    )
    rows = rows.filter(state=which.value) if which.value else rows.under_way()
    found = listing(
        request,
        rows.with_shown_learner(user),
        noun="piece",
        orders={
            "asked": ("Oldest first", ("requested_at",)),
            "learner": ("By learner", ("shown_learner", "requested_at")),
        },
        find=("shown_learner", "submission__enrolment__cohort__code", "submission__assignment__title"),
        filters=[which],
        also=rows.by_code,
    )
    for one in found.page:
        one.line = line_of(one, user)
        mine = user.pk in (one.marker_id, one.first_done_by_id) or one.is_first
        one.may_call_off = asks and one.is_under_way and not mine
        one.may_be_asked_for_anew = asks and not agreement.may_be_asked_for(one.submission, user)
    return render(request, "assignments/second_markings.html", {"listing": found, "which": which.value})


def _could_be_asked_for(user: User) -> Any:
    cohorts = Cohort.objects.visible_to(user)
    none = Q(second_marking__isnull=True) | Q(second_marking__state=SecondMarkingState.WITHDRAWN)
    waiting = Submission.objects.awaiting_marking().filter(none, enrolment__cohort__in=cohorts)
    return waiting.exclude(enrolment__learner=user).read_by(user)


def _to_ask_for(request: AuthedRequest, which: Filter) -> HttpResponse:
    rows = _could_be_asked_for(request.user).select_related("enrolment__learner", "enrolment__cohort", "assignment")
    found = listing(
        request,
        rows.with_shown_learner(request.user),
        noun="piece",
        orders={
            "arrived": ("Oldest first", ("submitted_at",)),
            "learner": ("By learner", ("shown_learner", "submitted_at")),
        },
        find=("shown_learner", "enrolment__cohort__code", "assignment__title"),
        filters=[which],
        also=rows.by_code,
    )
    return render(request, "assignments/second_markings.html", {"listing": found, "which": which.value})


# ---- asking, calling off


@requires(Can.ASK_SECOND_MARKING)
def ask_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    cohorts = Cohort.objects.visible_to(request.user)
    handed_in = Submission.objects.handed_in().filter(enrolment__cohort__in=cohorts).read_by(request.user)
    related = "enrolment__learner", "enrolment__cohort", "assignment", "second_marking"
    found = get_object_or_404(handed_in.exclude(enrolment__learner=request.user).select_related(*related), pk=pk)
    form = AskSecondMarkingForm(request.POST or None, cancel_url=reverse("assignments:second_markings"))
    if form.is_valid() and form.attempts(actions.ask_second_marking, found, by=request.user):
        messages.success(request, "Asked for. Another tutor of the cohort marks it without seeing the first marking.")
        return redirect("assignments:second_markings")
    lead = "Another tutor of the cohort marks this without seeing what the first decides. Then both agree."
    if found.second_marking:
        lead += (
            " The second marking that was called off stays in the history and decides nothing; this one begins anew."
        )
    return act(request, found, form, "Ask for a second marking", lead)


@requires(Can.ASK_SECOND_MARKING)
def call_off_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(seen_by(request.user), pk=pk)
    form = CallOffSecondMarkingForm(request.POST or None, cancel_url=reverse("assignments:second_markings"))
    if form.is_valid() and form.attempts(actions.call_off_second_marking, second, by=request.user):
        messages.success(request, "Called off. The first marker signs the outcome. Until then you can ask for it anew.")
        return redirect("assignments:second_markings")
    lead = "What the second marker wrote is kept, and decides nothing."
    return act(request, second.submission, form, "Call the second marking off", lead)


def act(request: AuthedRequest, submission: Submission, form: Any, title: str, lead: str) -> HttpResponse:
    context = {"submission": submission, "form": form, "title": title, "lead": lead}
    return render(request, "assignments/second_act.html", context, status=409 if form.errors else 200)


# ---- the second marker


@requires(Can.MARK)
@require_POST
def take_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(seen_by(request.user), pk=pk)
    actions.take_second_marking(second, by=request.user)
    return redirect("assignments:second_room", pk)


@requires(Can.MARK)
@require_POST
def let_go_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(seen_by(request.user), pk=pk)
    actions.let_go_second_marking(second, by=request.user)
    messages.info(request, "Given back. What you decided is kept for the next second marker.")
    return redirect("assignments:second_markings")


@dataclass
class SecondRoom:
    """The marking room of the second marker: the work, and a tray with their own decisions."""

    second: SecondMarking
    rows: list[Row]
    ruler: list[Mark]
    evidence: list[Any]
    blocked: str

    @property
    def submission(self) -> Submission:
        return self.second.submission

    @property
    def held(self) -> bool:
        return not self.blocked and not self.second.marked_at and self.second.is_under_way

    @property
    def decided(self) -> int:
        return sum(bool(row.value) for row in self.rows)

    @property
    def missing(self) -> str:
        """What is left before this can be handed over."""
        return agreement.second_is_complete(self.second, None)

    @property
    def saved_at(self) -> Any:
        return max((row.decision.saved_at for row in self.rows if row.decision), default=None)

    @property
    def work(self) -> str:
        document = self.submission.document
        return reading.shown(document) if hasattr(document, "reading") else ""

    @property
    def ai_use(self) -> str:
        declaration = getattr(self.submission, "declaration", None)
        return dict(AI_USES).get(declaration.ai_use, "") if declaration else "Nothing declared"

    @property
    def similarity(self) -> str:
        return authenticity.headline(authenticity.check_of(self.submission))


def _mine(request: AuthedRequest) -> QuerySet[SecondMarking]:
    return seen_by(request.user).filter(marker=request.user)


def _rows(second: SecondMarking) -> list[Row]:
    """The criteria with what the second marker saved: the first marker's decisions are not even fetched."""
    saved = {one.criterion_id: one for one in second.decisions.order_by()}
    sections = sections_of(second.submission)
    rows = []
    for criterion in second.submission.asked():
        one: Any = saved.get(criterion.pk)
        names = "revision", "decision", "mark", "feedback", "action"
        written = {name: getattr(one, name) if one else "" for name in names}
        row = Row(
            criterion, one, written | {"revision": one.revision if one else 0}, sections.get(criterion.number, "")
        )
        rows.append(row)
    for row, label in zip(rows, policy.numbers_of([one.criterion for one in rows]), strict=True):
        row.label = label
    for row in rows:
        following = next_open(rows, row.criterion.pk)
        row.following = following.label if following else ""
    return rows


def _room_of(request: AuthedRequest, second: SecondMarking, opened: int | None) -> SecondRoom:
    rows = _rows(second)
    current = next((one for one in rows if one.criterion.pk == opened), None)
    current = current or next((one for one in rows if not one.value), None) or (rows[0] if rows else None)
    if current:
        current.open = True
    submission = second.submission
    blocked = agreement.is_second_marker(second, request.user) or agreement.learner_is_there(second, request.user)
    evidence = list(submission.evidence.all()) if submission.assignment.kind == "portfolio" else []
    return SecondRoom(second, rows, ruler_of(submission, rows), evidence, blocked if second.is_under_way else "")


@requires(Can.MARK)
def second_room(request: AuthedRequest, pk: int) -> HttpResponse:
    """Read and decide, as in the marking room. Opening the page changes nothing."""
    drawn = "submission__document__reading", "submission__declaration"
    second = get_object_or_404(_mine(request).select_related(*drawn), pk=pk)
    given = request.GET.get("open", "")
    room = _room_of(request, second, int(given) if given.isdecimal() else None)
    return render(request, "assignments/second_room.html", _context(room))


def _context(room: SecondRoom) -> dict[str, Any]:
    return {"room": room, "second": room.second, "submission": room.submission}


@requires(Can.MARK)
def decide_second(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """Save one criterion: as a page, or for the script of the room as its changed parts."""
    second = get_object_or_404(_mine(request), pk=pk)
    subject = get_object_or_404(Criterion.objects.select_related("outcome__unit"), pk=criterion)
    url = reverse("assignments:second_room", args=[pk])
    if request.method != "POST":
        return redirect(f"{url}?open={criterion}#k-{criterion}")
    form = DecideSecondForm(request.POST)
    done = form.is_valid() and form.attempts(actions.decide_second, second, criterion=subject, by=request.user)
    if request.headers.get("X-Requested-With") == "marking":
        return _parts(request, second, form, criterion, done=done)
    if not done:
        return _again(request, pk, form, criterion)
    following = next_open(_rows(second), criterion) if request.POST.get("go") == "next" else None
    goes_to = following.criterion.pk if following else criterion
    return redirect(f"{url}?open={goes_to}#k-{goes_to}")


def _keep_typed(row: Row, form: DecideSecondForm) -> None:
    """What was refused goes back into its row; if another window saved in between, both texts are shown."""
    row.written = {name: form.data.get(name, "") for name in row.written}
    row.errors = [str(one) for errors in form.errors.values() for one in errors]
    if row.decision and str(row.decision.revision) != row.written["revision"]:
        row.theirs = row.decision
        row.written = {**row.written, "revision": row.decision.revision}


def _again(request: AuthedRequest, pk: int, form: DecideSecondForm, criterion: int) -> HttpResponse:
    drawn = "submission__document__reading", "submission__declaration"
    room = _room_of(request, get_object_or_404(_mine(request).select_related(*drawn), pk=pk), criterion)
    for row in room.rows:
        if row.criterion.pk == criterion:
            _keep_typed(row, form)
    return render(request, "assignments/second_room.html", _context(room) | {"form": form}, status=409)


def _parts(
    request: AuthedRequest, second: SecondMarking, form: DecideSecondForm, criterion: int, *, done: bool
) -> HttpResponse:
    room = _room_of(request, second, criterion)
    row = next((one for one in room.rows if one.criterion.pk == criterion), None)
    sentence = " ".join(str(one) for errors in form.errors.values() for one in errors)
    if row is None:
        return JsonResponse({"sentence": sentence}, status=409)
    context = _context(room) | {"row": row}
    if not done:
        _keep_typed(row, form)
        body = render_to_string("assignments/second_criterion.html", context, request=request) if row.theirs else ""
        return JsonResponse({"sentence": sentence, "body": body}, status=409)
    return JsonResponse(
        {
            "revision": row.decision.revision if row.decision else 0,
            "saved": clock_time(clock.now()),
            "sign": render_to_string("assignments/room_sign.html", context),
            "word": row.word,
            "decided": room.decided,
            "head": render_to_string("assignments/second_head.html", context),
            "foot": render_to_string("assignments/second_foot.html", context),
        }
    )


@requires(Can.MARK)
def hand_over_second_marking(request: AuthedRequest, pk: int) -> HttpResponse:
    second = get_object_or_404(_mine(request), pk=pk)
    form = HandOverSecondMarkingForm(
        request.POST if request.method == "POST" else None, cancel_url=reverse("assignments:second_room", args=[pk])
    )
    if form.is_valid() and form.attempts(actions.hand_over_second_marking, second, by=request.user):
        messages.success(request, "Handed over. Both decisions open when both markers are done; you get an e-mail.")
        return redirect("assignments:second_markings")
    lead = "From then on you change nothing. You see the first marking, and the first marker sees yours, when both are done."
    return act(request, second.submission, form, "Hand over the second marking", lead)
