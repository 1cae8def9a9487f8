"""The pack of a visit: ask for it, see how far it is, download it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers

from accounts.access import AuthedRequest, requires
from accounts.forms import ConfirmForm
from accounts.permissions import Can
from assignments.views.files import sent
from verification import packing
from verification.models import Pack
from verification.views.visits import seen_by


@requires(Can.BUILD_PACKS)
def pack(request: AuthedRequest, pk: int) -> HttpResponse:
    """The newest pack of a visit, or how far it is."""
    visit = get_object_or_404(seen_by(request.user), pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempts(packing.ask_pack, visit, by=request.user):
        return redirect(request.path)
    for sentences in form.errors.values():
        messages.error(request, " ".join(map(str, sentences)))
    newest = list(Pack.objects.filter(visit=visit).select_related("asked_by")[:10])
    context = {
        "visit": visit,
        "pack": newest[0] if newest else None,
        "earlier": [one for one in newest[1:] if one.is_ready],
        "named": visit.learners.count(),
    }
    polled = request.headers.get("X-Requested-With") == "poll"
    template = "verification/visits/part_pack.html" if polled else "verification/visits/pack.html"
    response = render(request, template, context, status=409 if form.errors else 200)
    patch_vary_headers(response, ["X-Requested-With"])
    return response


@requires(Can.BUILD_PACKS, Can.RECORD_FINDINGS)
def pack_file(request: AuthedRequest, pk: int) -> HttpResponse:
    """The ZIP, for those who build packs and for the verifier while the visit is open. Each copy is recorded."""
    ready = Pack.objects.ready().visible_to(request.user).select_related("visit__qualification")
    found = get_object_or_404(ready, pk=pk)
    if not found.file.storage.exists(str(found.file.name)):
        raise Http404
    packing.note_download(found, by=request.user)
    return sent(
        found.file, name=f"Pack {found.visit.qualification.number} {found.done_at:%Y-%m-%d}.zip", mime="application/zip"
    )
