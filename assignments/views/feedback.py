"""The page of a practice client: no account, one signed link, one answer."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from assignments import actions, invitations, policy
from assignments import portfolio as folders
from assignments.forms.practice import GiveClientFeedbackForm
from assignments.invitations import LinkState

_GONE, _NOT_FOUND, _TOO_OFTEN = 410, 404, 429


@sensitive_post_parameters()
@never_cache
@login_not_required
def client_feedback(request: HttpRequest, token: str) -> HttpResponse:
    """The form, for whoever holds the link; a link that opens nothing says why."""
    link = invitations.read(token)
    asked = link.request
    if asked is None or link.state is not LinkState.OPEN:
        status = _NOT_FOUND if link.state is LinkState.BROKEN else _GONE
        return render(request, "assignments/feedback_closed.html", {"state": link.state.value}, status=status)
    enrolment = asked.client.enrolment
    if sentence := policy.feedback_may_arrive(enrolment):
        return render(
            request, "assignments/feedback_closed.html", {"state": "over", "sentence": sentence}, status=_GONE
        )
    form = GiveClientFeedbackForm(request.POST or None, people=folders.of(enrolment).people)
    context = {
        "form": form,
        "learner": enrolment.learner.first_name,
        "programme": enrolment.cohort.version.qualification.title,
        "role": asked.client.get_role_display().lower(),
        "expires_on": asked.expires_on,
    }
    if request.method == "POST" and invitations.is_tried_too_often(asked):
        context["wait"] = "This was sent very often. What you wrote is still below: wait an hour, then send it again."
        return render(request, "assignments/feedback.html", context, status=_TOO_OFTEN)
    if form.is_valid() and form.attempts(actions.give_client_feedback, asked, by=None):
        return redirect("assignments:feedback_thanks")
    return render(request, "assignments/feedback.html", context)


@login_not_required
def feedback_thanks(request: HttpRequest) -> HttpResponse:
    """After an answer. It names nobody."""
    return render(request, "assignments/feedback_closed.html", {"state": "thanks"})
