"""When an upload began: noted as the first bytes of a file arrive, long before a view sees it."""

import datetime as dt
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from core import clock


class BeginningNoted(FileUploadHandler):
    """Notes the moment and lets the other handlers keep the file."""

    began_at: dt.datetime | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.began_at = self.began_at or clock.now()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def note_beginning(request: HttpRequest) -> BeginningNoted:
    """Call before anything reads the form of the request."""
    handler = BeginningNoted(request)
    request.upload_handlers.insert(0, handler)
    return handler
