"""The marking room and its acts. The desk with the queue is in `desk`, the signing in `signing`."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST

from accounts.access import AuthedRequest, requires
from accounts.models import User
from accounts.permissions import Can, Role
from assignments import marking, policy
from assignments.forms.marking import DecideForm, TakeOverForm
from assignments.models import SecondMarking, Submission, veil_for
from assignments.views.criterion import Tray
from assignments.views.outline import places_of
from assignments.views.pile import taught_by
from assignments.views.room import Room, room_of
from assignments.views.tray import Row, next_open, rows_of, stand_of, units_of
from core import clock
from core.refusals import NotAllowed
from core.statements import Statement
from core.templatetags.ui import clock_time
from programmes.models import Cohort, Criterion

# So many seconds a piece that was fetched ahead may wait to be opened.
AHEAD = 240
# What the room draws of every piece. Who signed it, or holds it instead, is looked up where it is said: each table more
# in this statement is planned whenever a tutor opens a piece.
DRAWN = (
    "enrolment__learner",
    "enrolment__cohort",
    "assignment__version",
    "document__reading",
    "document__similarity_check",
    "declaration",
    "wording",
    "second_marking",
)


def _seen(user: User) -> QuerySet[Submission]:
    """What was handed in by the learners this person sees, and never their own."""
    handed_in = Submission.objects.handed_in().exclude(enrolment__learner=user).read_by(user)
    if not user.can(Can.READ_WORK):
        return handed_in.none()
    handed_in = handed_in.exclude(pk__in=SecondMarking.objects.kept_apart_from(user).values("submission"))
    if user.has_role(Role.ADMINISTRATOR):
        return handed_in
    return handed_in.filter(enrolment__cohort__in=Cohort.objects.visible_to(user))


def _held(user: User) -> QuerySet[Submission]:
    """What this person holds for marking, though perhaps their appointment to the cohort has ended meanwhile."""
    return Submission.objects.handed_in().filter(held_by=user).exclude(enrolment__learner=user).read_by(user)


def pieces(user: User) -> QuerySet[Submission]:
    """What this person may open in the room, with all that its acts look at."""
    also = ("enrolment__registration", "assignment__version__qualification", "held_by", "marked_by")
    return _seen(user).select_related(*DRAWN, *also)


def _drawn(_roles: object, *, user: int, pk: int, today: dt.date) -> list[QuerySet[Submission]]:
    """The piece as the room draws it."""
    person = User(pk=user)
    person.__dict__["roles"] = _roles
    seen = _seen(person).select_related(*DRAWN).filter(pk=pk).order_by()
    # The pile around it is asked for by these cohorts.
    return [seen.annotate(taught=taught_by(user, today))]


# The one stands in "whether there is any".
_PIECE = Statement(_drawn, constants=(1,))


def _piece(user: User, pk: int) -> Submission | None:
    """The piece, under the veil if it is marked anonymously; nothing if it is none of this tutor's."""
    found: list[Submission] = _PIECE.objects(user.roles, user=user.pk, pk=pk, today=clock.today())
    if found:
        veil_for(user, found)
        return found[0]
    held = _held(user).filter(pk=pk).first()
    if held is None:
        return None
    raise NotAllowed(policy.is_marker(held, user) or "You cannot mark this any more.")


def _open(request: HttpRequest) -> int | None:
    given = request.GET.get("open", "")
    return int(given) if given.isdecimal() else None


def _back_to(submission: Submission, criterion: int | None = None) -> str:
    url = reverse("assignments:room", args=[submission.pk])
    return f"{url}?open={criterion}#k-{criterion}" if criterion else url


def elsewhere(request: AuthedRequest, pk: int) -> HttpResponse:
    """A piece that this tutor may only mark a second time has another room; any other is not there."""
    mine = SecondMarking.objects.kept_apart_from(request.user).filter(
        submission__in=Submission.objects.visible_to(request.user)
    )
    second = get_object_or_404(mine, submission=pk)
    if second.marker_id == request.user.pk:
        return redirect("assignments:second_room", second.pk)
    return redirect("assignments:second_markings")


@requires(Can.MARK)
def room(request: AuthedRequest, pk: int) -> HttpResponse:
    """Read, and if one holds the piece, decide. Opening the page changes nothing."""
    submission = _piece(request.user, pk)
    if submission is None:
        return elsewhere(request, pk)
    shown = room_of(submission, user=request.user, open_row=_open(request), token=get_token(request))
    response = render(request, "assignments/room.html", {"room": shown, "submission": submission})
    if "ahead" in request.GET:
        # The address is made for one use by the page before (`room_next.js`), so this answers nothing else.
        patch_cache_control(response, private=True, max_age=AHEAD)
    return response


@requires(Can.MARK)
@require_POST
def take(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(pieces(request.user), pk=pk)
    marking.take(submission, by=request.user)
    return redirect("assignments:room", pk=pk)


@requires(Can.MARK)
def take_over(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take it from a colleague who still holds it, with a reason."""
    submission = get_object_or_404(pieces(request.user), pk=pk)
    holder = submission.held_by if submission.is_held(clock.now()) else None
    form = TakeOverForm(request.POST or None, cancel_url=reverse("assignments:room", args=[pk]))
    if form.is_valid() and form.attempts(marking.take_over, submission, by=request.user):
        return redirect("assignments:room", pk=pk)
    context = {"submission": submission, "form": form, "holder": holder}
    return render(request, "assignments/take_over.html", context, status=409 if form.errors else 200)


@requires(Can.MARK)
@require_POST
def let_go(request: AuthedRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(pieces(request.user), pk=pk)
    marking.let_go(submission, by=request.user)
    messages.info(request, f"{submission.enrolment.learner} is back in the pile. What you decided is kept.")
    return redirect("assignments:desk")


@requires(Can.MARK)
def decide(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """Save one criterion: as a page, or for the script of the room as its changed parts."""
    submission = pieces(request.user).filter(pk=pk).first() or get_object_or_404(_held(request.user), pk=pk)
    subject = get_object_or_404(Criterion.objects.select_related("outcome"), pk=criterion)
    if request.method != "POST":
        return redirect(_back_to(submission, criterion))
    form = DecideForm(request.POST)
    if form.is_valid() and form.cleaned_data["evidence"]:
        form.check_evidence({place for place, _ in _places(submission)})
    done = form.is_valid() and form.attempts(marking.decide, submission, criterion=subject, by=request.user)
    if request.headers.get("X-Requested-With") == "marking":
        return _parts(request, submission, form, criterion, done=done)
    if not done:
        return _again(request, submission, form, criterion)
    following = next_open(rows_of(submission), criterion) if request.POST.get("go") == "next" else None
    return redirect(_back_to(submission, following.criterion.pk if following else criterion))


def _places(submission: Submission) -> list[tuple[str, str]]:
    files = submission.evidence.all() if submission.assignment.kind == "portfolio" else ()
    return places_of(submission, files)


def _keep_what_was_typed(row: Row, form: DecideForm) -> None:
    """Put what was refused back into its row; if somebody saved in between, both texts are shown."""
    row.written = {name: form.data.get(name, "") for name in row.written}
    row.errors = [str(one) for errors in form.errors.values() for one in errors]
    if row.decision and str(row.decision.revision) != row.written["revision"]:
        row.theirs = row.decision
        row.written = {**row.written, "revision": row.decision.revision}


def _again(request: AuthedRequest, submission: Submission, form: DecideForm, criterion: int) -> HttpResponse:
    found = pieces(request.user).filter(pk=submission.pk).first()
    if found is None:
        sentence = " ".join(str(one) for errors in form.errors.values() for one in errors)
        written = [(name.capitalize(), form.data.get(name, "")) for name in ("feedback", "action")]
        return render(request, "assignments/not_saved.html", {"sentence": sentence, "written": written}, status=409)
    submission = found
    shown: Room = room_of(submission, user=request.user, open_row=criterion, token=get_token(request))
    for row in shown.rows:
        if row.criterion.pk == criterion:
            _keep_what_was_typed(row, form)
    context = {"room": shown, "submission": submission, "form": form}
    return render(request, "assignments/room.html", context, status=409)


def _parts(
    request: AuthedRequest, submission: Submission, form: DecideForm, criterion: int, *, done: bool
) -> HttpResponse:
    rows = rows_of(submission)
    row = next((one for one in rows if one.criterion.pk == criterion), None)
    if row is None:
        return JsonResponse({"sentence": " ".join(str(one) for one in form.non_field_errors())}, status=409)
    stand = stand_of(submission, rows)
    if not done:
        _keep_what_was_typed(row, form)
        body = ""
        if row.theirs:
            row.open = True
            body = Tray(submission, stand, _places(submission), token=get_token(request)).form(row)
        sentence = " ".join(str(one) for errors in form.errors.values() for one in errors)
        return JsonResponse({"sentence": sentence, "body": body}, status=409)
    context = {"submission": submission, "stand": stand, "row": row, "units": units_of(rows)}
    return JsonResponse(
        {
            "revision": row.decision.revision if row.decision else 0,
            "saved": clock_time(clock.now()),
            "by": str(request.user),
            "sign": render_to_string("assignments/room_sign.html", context),
            "word": row.word,
            "decided": stand.decided,
            "head": render_to_string("assignments/room_head.html", context),
            "foot": render_to_string("assignments/room_foot.html", context),
        }
    )
