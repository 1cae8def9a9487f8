"""The learner's assignments: prepare, hand in, read the receipt and the result. Portfolio entries are in `portfolio`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import requires
from accounts.permissions import Can
from assignments.models import Submission


@requires(Can.SUBMIT_WORK, Can.READ_WORK)
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Submission.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
    return render(request, "assignments/submission.html", {"submission": found})
