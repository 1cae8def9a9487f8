"""Where in a portfolio something stands that may tell who it is about: found in every text, title and file name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assignments import personal

_OF_CLIENT = (
    ("context", "The work context of client {}"),
    ("goals", "The text on the goals of client {}"),
    ("terms", "The contract with client {}"),
    ("review", "The text on what was achieved with client {}"),
)
_OF_SESSION = (
    ("focus", "The subject of {}, client {},"),
    ("notes", "The text of the notes of {}, client {},"),
    ("reflection", "The reflection of {}, client {},"),
)


@dataclass(frozen=True)
class Remark:
    """What was found and where, and where it is mended: the kind of thing (client, session, text, file), its number, a field."""

    sentence: str
    kind: str
    pk: int
    field: str


def every(folder: Any, parts: Sequence[tuple[str, str]]) -> list[Remark]:
    """In the order of the portfolio."""
    found = [remark for client in folder.clients for remark in of_client(client, folder.people, client.sessions.all())]
    for part, label in parts:
        if sentence := personal.remark(folder.texts.get(part, ""), label, folder.people):
            found.append(Remark(sentence, "text", 0, part))
    return found + [remark for one in folder.files for remark in of_file(one, folder.people)]


def of_client(client: Any, people: personal.People, sessions: Iterable[Any]) -> Iterator[Remark]:
    """The client's own entries, then those of the sessions that are given."""
    if sentence := personal.code_remark(client.code):
        yield Remark(sentence, "client", client.pk, "code")
    for field, words in _OF_CLIENT:
        if sentence := personal.remark(getattr(client, field), words.format(client.code), people):
            yield Remark(sentence, "client", client.pk, field)
    for session in sessions:
        yield from of_session(session, client.code, people)


def of_session(session: Any, code: str, people: personal.People) -> Iterator[Remark]:
    day = f"{session.held_on.day} {session.held_on:%B %Y}"
    for field, words in _OF_SESSION:
        if sentence := personal.remark(getattr(session, field), words.format(day, code), people):
            yield Remark(sentence, "session", session.pk, field)


def of_file(one: Any, people: personal.People) -> Iterator[Remark]:
    """The title may be rewritten; with a name of its own the file is taken out and added again."""
    if sentence := personal.remark(one.title, f"The title of “{one.title}”", people):
        yield Remark(sentence, "file", one.pk, "title")
    if sentence := personal.said(personal.found_in_file_name(one.name, people), f"The file name “{one.name}”"):
        yield Remark(f"{sentence} Take the file out and add it under another name.", "file", one.pk, "name")
