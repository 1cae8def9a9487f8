"""A refusal becomes a page that says why, so that no view needs a `try`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.refusals import NotAllowed, Refused


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A 403 page for `NotAllowed`, a 409 page for the others, each with the sentence and the way back."""
        if not isinstance(exception, Refused):
            return None
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"sentence": str(exception)}, status=403)
        return render(request, "409.html", {"sentence": str(exception), "back": _own_page(request)}, status=409)


def _own_page(request: HttpRequest) -> str:
    """The address to go back to: the referring page if it is one of ours, else the home page."""
    referer = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}"
    return referer.removeprefix(own) if referer.startswith(own + "/") else "/"
