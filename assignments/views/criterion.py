"""The tray of the marking room as text. Twelve criteria with their controls are most of the page: template nodes took a third of its time.

Everything that somebody wrote passes through `escape`. The rule is in the tests: a planted `<script>` in each field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString

from assignments.models import Submission
from assignments.views.tray import Row, Stand
from core.templatetags.ui import clock_time, icon, moment, sign_only

_VERDICTS = (("pass", "is-done", "done", "Pass"), ("refer", "is-attention", "referred", "Refer"))


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>") or "–"


def _option(value: str, label: str, chosen: str) -> str:
    return f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'


def options(places: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """The places of the work that a decision can name as its evidence."""
    return SafeString("".join(_option(value, label, chosen) for value, label in places))


class Tray:
    """Draws the criteria of one piece of work, for whoever holds it or reads it."""

    def __init__(self, submission: Submission, stand: Stand, places: list[tuple[str, str]], *, token: str = "") -> None:
        self.submission, self.stand, self.places = submission, stand, places
        self.labels = dict(places)
        self.first_name = escape(submission.enrolment.learner.first_name)
        self.token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(token)}">'
        # One look-up of the address serves every criterion.
        self.address = reverse("assignments:decide", args=[submission.pk, 0]).replace("/0/", "/{}/")
        self.reload = reverse("assignments:room", args=[submission.pk])

    def criteria(self, rows: Iterable[Row], *, several_units: bool, held: bool, beside: dict[int, str]) -> SafeString:
        """Every criterion, folded but the open one. `beside` is what stands under the wording, by criterion."""
        return SafeString(
            "\n".join(
                self._folded(row, beside.get(row.criterion.pk, ""), several_units=several_units, held=held)
                for row in rows
            )
        )

    def _folded(self, row: Row, beside: str, *, several_units: bool, held: bool) -> str:
        one = row.criterion
        remark = row.remark or (one.outcome.unit.number if several_units else "")
        small = f"<small>{escape(remark)}</small>" if remark else ""
        body = self.form(row, beside) if held else self.reading(row, beside)
        return (
            f'<details class="wm-criterion" name="criteria" id="{row.key}"{" open" if row.open else ""} data-criterion '
            f'data-section="{escape(row.section)}" data-number="{escape(one.number)}"><summary>'
            f"<span data-sign>{sign_only(row.sign)}</span><b>{escape(one.number)}</b><span>{escape(one.title)}"
            f'<span class="visually-hidden" data-word>: {escape(row.word)}</span></span>{small}</summary>'
            f'<div class="wm-criterion-body">{body}</div></details>'
        )

    def form(self, row: Row, beside: str = "") -> SafeString:
        """The inside of a criterion one decides."""
        one, key, number, said = row.criterion, f"c{row.criterion.pk}", escape(row.criterion.number), row.written
        parts = [
            f'<form method="post" action="{self.address.format(one.pk)}" id="{key}" novalidate data-decides>{self.token}'
            f'<input type="hidden" name="revision" value="{escape(said["revision"])}" id="{key}-revision">',
            self._trouble(row),
            self._asked(row),
            beside,
            self._marks(row, key) if row.has_marks else self._verdict(number, said["decision"]),
            f'<label class="form-label" for="{key}-feedback">Feedback on {number}</label>'
            f'<textarea class="form-control" id="{key}-feedback" name="feedback" rows="4" maxlength="10000">\n'
            f"{escape(said['feedback'])}</textarea>"
            f'<div data-action><label class="form-label" for="{key}-action">What {self.first_name} has to do '
            '<span class="wm-quiet">(with a referral)</span></label>'
            f'<textarea class="form-control" id="{key}-action" name="action" rows="2" maxlength="5000">\n'
            f"{escape(said['action'])}</textarea></div>",
            self._evidence(row, key),
            self._foot(row),
            f'<p class="wm-saved" role="status" data-saved-here>{self._saved(row)}</p></form>',
        ]
        return SafeString("".join(parts))

    def _asked(self, row: Row) -> str:
        one = row.criterion
        hint = ' <span class="wm-quiet wm-small">(our paraphrase)</span>' if one.is_paraphrase else ""
        enough = ""
        if one.enough:
            told = linebreaks(one.enough, autoescape=True)
            enough = f'<details class="wm-enough"><summary>What is enough</summary>{told}</details>'
        return f"<p>{escape(one.text)}{hint}</p>{enough}"

    def _verdict(self, number: str, value: Any) -> str:
        halves = "".join(
            f'<label class="{css}"><input type="radio" name="decision" value="{name}"'
            f"{' checked' if value == name else ''}>{sign_only(state)}{word}</label>"
            for name, css, state, word in (*_VERDICTS, ("", "is-none", "not_yet", "Later"))
        )
        return (
            f'<fieldset><legend class="visually-hidden">{number}: decision</legend>'
            f'<div class="wm-verdict">{halves}</div></fieldset>'
        )

    def _marks(self, row: Row, key: str) -> str:
        """The marks, from which the decision follows."""
        mark = "" if row.written["mark"] is None else escape(row.written["mark"])
        return (
            f'<input type="hidden" name="decision" value="{escape(row.written["decision"])}"><div class="wm-field wm-short">'
            f'<label class="form-label" for="{key}-mark">Marks for {escape(row.criterion.number)}, out of '
            f'{row.criterion.marks}</label><input type="text" inputmode="numeric" class="form-control" id="{key}-mark" '
            f'name="mark" value="{mark}" maxlength="5" autocomplete="off" aria-describedby="{key}-enough">'
            f'<p class="form-text" id="{key}-enough">{row.enough_marks} or more meet it.</p></div>'
        )

    def _evidence(self, row: Row, key: str) -> str:
        """Where in the work it is met. Only the open criterion has every place; the script fills the others from it."""
        if not self.places:
            return ""
        chosen = str(row.written["evidence"])
        places = self.places if row.open else [one for one in self.places if one[0] == chosen]
        link = f'<a href="#{escape(chosen)}" data-evidence-link{"" if chosen else " hidden"}>Go there</a>'
        return (
            f'<div class="wm-evidence"><label class="form-label" for="{key}-evidence">Evidence</label>'
            f'<select class="form-select form-select-sm" id="{key}-evidence" name="evidence" data-places>'
            f"{_option('', 'Not linked', chosen)}{options(places, chosen)}</select>{link}</div>"
        )

    def _foot(self, row: Row) -> str:
        first = "btn-primary" if not (row.following or self.stand.can_pass or self.stand.can_refer) else "btn-secondary"
        save = (
            f'<button type="submit" class="btn {first}" name="go" value="save">{"Save mine" if row.theirs else "Save"}'
        )
        on = (
            '<button type="submit" class="btn btn-primary" name="go" value="next" data-goes-on>'
            f"Save, go to {escape(row.following)}</button>"
            if row.following
            else ""
        )
        return f'<div class="wm-criterion-foot">{save}</button>{on}</div>'

    def _saved(self, row: Row) -> str:
        if row.decision is None or row.theirs or row.errors:
            return ""
        return f"Saved {clock_time(row.decision.saved_at)}, {escape(row.decision.saved_by)}"

    def _trouble(self, row: Row) -> str:
        """What somebody else saved meanwhile, beside what is in the fields; or why it was not saved."""
        if row.theirs is None:
            said = "".join(f"{escape(one)} " for one in row.errors)
            return (
                f'<div class="wm-strip is-late" role="alert">{icon("notice")}<p>{said}What you wrote is still here.</p></div>'
                if said
                else ""
            )
        theirs, number = row.theirs, escape(row.criterion.number)
        facts = [
            ("Their decision", f"{sign_only(row.sign)} {escape(row.word)}"),
            ("Their feedback", _lines(theirs.feedback)),
        ]
        if theirs.action:
            facts.append(("Their action", _lines(theirs.action)))
        if theirs.evidence:
            facts.append(("Their evidence", escape(self.labels.get(theirs.evidence, theirs.evidence))))
        told = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
        return (
            '<div class="wm-merge" role="alert" tabindex="-1" data-merge>'
            f"<p><b>{escape(theirs.saved_by)} saved {number} at {clock_time(theirs.saved_at)}, while you were writing.</b> "
            "Nothing is lost. Theirs is here, yours is in the fields below. Keep theirs, save yours, or make one of the two "
            f"and save it.</p><dl>{told}</dl><p>"
            f'<a class="btn btn-secondary btn-sm" href="{self.reload}?open={row.criterion.pk}#{row.key}" '
            "data-keeps-theirs>Keep theirs</a></p></div>"
        )

    def reading(self, row: Row, beside: str = "") -> SafeString:
        """The inside of a criterion for reading only; what was sent and could not be saved is shown, to be copied."""
        parts = []
        if row.errors:
            said = "".join(f"{escape(one)} " for one in row.errors)
            facts = f"<div><dt>Your feedback</dt><dd>{_lines(row.written['feedback'])}</dd></div>"
            if row.written["action"]:
                facts += f"<div><dt>Your action</dt><dd>{_lines(row.written['action'])}</dd></div>"
            parts.append(
                f'<div class="wm-merge" role="alert" tabindex="-1"><p><b>{said}</b>What you wrote is not saved here. '
                f"Copy it from below if you still need it.</p><dl>{facts}</dl></div>"
            )
        one = row.decision
        by = (
            f'<span class="wm-quiet wm-small">saved by {escape(one.saved_by)}, {moment(one.saved_at)}</span>'
            if one
            else ""
        )
        parts.append(f"{self._asked(row)}{beside}<p>{sign_only(row.sign)} {escape(row.word.capitalize())} {by}</p>")
        if one and one.feedback:
            parts.append(f'<div class="wm-read wm-small">{linebreaks(one.feedback, autoescape=True)}</div>')
        if one and one.action:
            parts.append(f"<p><b>To do:</b> {escape(one.action)}</p>")
        if one and one.evidence:
            place = escape(self.labels.get(one.evidence, "the work"))
            parts.append(f'<p><b>Evidence:</b> <a href="#{escape(one.evidence)}">{place}</a></p>')
        return SafeString("".join(parts))
