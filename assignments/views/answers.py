"""The learner's to-do list after a referral: each action with the answer and the passage that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import AuthedRequest, requires
from accounts.permissions import Can
from assignments import actions, deadlines, paragraphs, policy, portfolio
from assignments.actions.answers import Text, text_now
from assignments.forms.answers import AnswerForm
from assignments.models import ActionAnswer, Evidence, Submission
from assignments.referral import Asked, before
from core import clock
from core.templatetags.ui import badge
from programmes.models import AssignmentKind, Criterion

_QUOTED = 120


@dataclass
class Item:
    """One action with what is in its fields. `theirs` is what another window saved meanwhile."""

    asked: Asked
    written: dict[str, Any]
    remark: str
    errors: list[str] = field(default_factory=list)
    theirs: ActionAnswer | None = None


def _own(request: AuthedRequest, pk: int) -> Submission:
    mine = Submission.objects.visible_to(request.user).filter(enrolment__learner=request.user)
    related = (
        "enrolment__learner", "enrolment__cohort__version", "enrolment__registration", "assignment", "document__reading",
        "writing", "wording",
    )  # fmt: skip
    return get_object_or_404(mine.select_related(*related), pk=pk)


@requires(Can.SUBMIT_WORK)
def answers(request: AuthedRequest, pk: int) -> HttpResponse:
    """Each action of the referral before this draft, to answer."""
    found = _own(request, pk)
    if not found.is_draft or found.attempt == 1:
        return redirect(found)
    return _page(request, found)


@requires(Can.SUBMIT_WORK)
def save_answer(request: AuthedRequest, pk: int, criterion: int) -> HttpResponse:
    """Keep one answer: for the script as a sentence, for a form without it as the page again."""
    found = _own(request, pk)
    subject = get_object_or_404(Criterion, pk=criterion)
    back = f"{reverse('assignments:answers', args=[pk])}#a-{criterion}"
    if request.method != "POST":
        # Somebody signed in again: the browser asks for the address to which the answer was sent.
        return redirect(back)
    form = AnswerForm(request.POST)
    done = form.is_valid() and form.attempts(actions.save_answer, found, criterion=subject, by=request.user)
    if request.headers.get("X-Requested-With") == "autosave":
        return _told(found, form, done=done)
    if done:
        messages.success(request, f"Your answer to {subject.number} is saved.")
        return redirect(back)
    found = _own(request, pk)
    return _page(request, found, form, criterion) if found.is_draft else redirect(found)


def _told(found: Submission, form: AnswerForm, *, done: bool) -> HttpResponse:
    if not done:
        said = " ".join(str(one) for several in form.errors.values() for one in several)
        if "revision" in form.data and not form.has_error("answer") and not form.has_error("quote"):
            said += " Press Save to see both."
        return HttpResponse(said, status=409, content_type="text/plain; charset=utf-8")
    saved = form.result
    return JsonResponse(
        {
            "revision": saved.revision,
            "saved": f"{timezone.localtime(clock.now()):%H:%M:%S}",
            "sign": badge("done", "answered")
            if saved.answer or saved.quote
            else badge("attention", "not answered yet"),
            "remark": _remark(saved, found),
            "headline": before(found).headline,
        }
    )


def _page(
    request: AuthedRequest, found: Submission, form: AnswerForm | None = None, criterion: int | None = None
) -> HttpResponse:
    came, choices = before(found), _choices(found)
    items = [_item(one, choices) for one in came.asked]
    for item in items:
        if form is not None and item.asked.criterion.pk == criterion:
            _keep_what_was_typed(item, form, found)
    context = {
        "submission": found,
        "before": came,
        "items": items,
        "choices": choices,
        "no_text": choices.text is None and not choices.is_portfolio,
        "due_on": deadlines.effective(found.enrolment, found.assignment).due_on,
        "closed": policy.enrolment_is_active(found, request.user),
        "form": form,
    }
    return render(request, "assignments/answers.html", context, status=409 if form else 200)


def _item(one: Asked, choices: Choices) -> Item:
    heading, quote = choices.chosen(one)
    written = {"answer": one.answer, "heading": heading, "quote": quote, "revision": one.revision}
    return Item(one, written, choices.remark(one))


def _keep_what_was_typed(item: Item, form: AnswerForm, found: Submission) -> None:
    item.written |= {name: form.data.get(name, "") for name in ("answer", "heading", "quote")}
    item.errors = [str(one) for several in form.errors.values() for one in several]
    if str(item.asked.revision) != form.data.get("revision"):
        item.theirs = found.answers.filter(criterion=item.asked.criterion.pk).first()


# ---- the passage


def remark_of(said: Any, text: Text | None, *, checked: bool = False) -> str:
    """Where the passage stands that a learner chose, in a sentence. `checked`: without the text, by what was found last."""
    if not said.quote:
        return ""
    words = said.quote if len(said.quote) <= _QUOTED else f"{said.quote[:_QUOTED].rstrip()}…"
    place = paragraphs.find(text.text, said.quote, near=said.start) if text else None
    if (text and place is None) or (checked and said.start is None):
        return f"“{words}” is not in your text as it stands now. Choose the section again, or other words."
    if text is None:
        return f"Found: “{words}”." if checked else f"“{words}” is looked for when your text is there."
    under = paragraphs.under(text.found, place.start if place else None)
    if under is None or place is None or under.start == place.start:
        return f"Found: “{words}”."
    return f"Found under “{under.text}”: “{words}”."


def _remark(saved: ActionAnswer, found: Submission) -> str:
    if found.assignment.kind == AssignmentKind.PORTFOLIO:
        return remark_of(saved, None, checked=True)
    return remark_of(saved, text_now(found))


@dataclass(frozen=True)
class Choices:
    """What there is to choose a passage from: of an essay its headings, of a portfolio its parts."""

    text: Text | None
    offered: list[tuple[str, str]]
    is_portfolio: bool = False

    def remark(self, said: Any) -> str:
        return remark_of(said, self.text, checked=self.is_portfolio)

    def chosen(self, one: Asked) -> tuple[str, str]:
        """What the two fields for the passage hold: a heading that was chosen is its own quotation."""
        named = next((value for value, _ in self.offered if value.partition(" ")[2] == one.quote), "")
        if self.text is None:
            return (named, "") if named else ("", one.quote)
        place = paragraphs.find(self.text.text, one.quote, near=one.start) if one.quote else None
        under = paragraphs.under(self.text.found, place.start) if place else None
        if under is None:
            return "", one.quote
        return _value(under.start, under.text), "" if under.text == one.quote else one.quote


def _value(start: int, title: str) -> str:
    return f"{start} {title}"


def _choices(found: Submission) -> Choices:
    if found.assignment.kind == AssignmentKind.PORTFOLIO:
        # Written out, a portfolio asks the database for all that is in it; that is done when an answer is saved.
        return Choices(None, [(_value(0, title), label) for title, label in _parts(found)], is_portfolio=True)
    text = text_now(found)
    headings = text.headings if text else []
    top = min((one.level for one in headings), default=0)
    return Choices(text, [(_value(one.start, one.text), f"{'– ' * (one.level - top)}{one.text}") for one in headings])


def _parts(found: Submission) -> list[tuple[str, str]]:
    """The headings of the portfolio as it will be handed in, and its files."""
    clients = found.enrolment.practice_clients.values_list("code", flat=True).order_by("code")
    titles = [
        heading.format(code)
        for code in clients
        for heading in (
            "Client {}",
            "Contract with client {}",
            "Sessions with client {}",
            "What was achieved with client {}",
        )
    ]
    titles += [label for _, label in portfolio.PARTS] + ["Supervision"]
    files = Evidence.objects.filter(enrolment=found.enrolment_id, removed_at__isnull=True).order_by("added_at", "pk")
    return [(one, one) for one in titles] + [(one.title, f"File: {one.title}") for one in files]
