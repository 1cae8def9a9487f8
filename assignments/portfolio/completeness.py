"""What a portfolio still lacks, by the rules of its qualification: for each client, each session, and the whole (`ilm` Q50, Q52)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from programmes.models import PortfolioNeed as Need


@dataclass(frozen=True)
class Missing:
    """One thing that a portfolio still lacks, and where it is mended: the name of a part, a client's and a session's number."""

    sentence: str
    part: str
    client: int | None = None
    session: int | None = None


def missing(folder: Any, parts: Sequence[tuple[str, str]]) -> list[Missing]:
    """Everything, in the order of the portfolio."""
    found = list(_number_of_clients(folder))
    for client in folder.clients:
        found += missing_of(folder, client)
    return [*found, *_time(folder), *_texts(folder, parts), *_mapping(folder)]


def missing_of(folder: Any, client: Any) -> list[Missing]:
    """What one practice client still lacks; `client` is one of `folder.clients`."""
    found = [*_agreed(folder, client), *_sessions(folder, client), *_said(folder, client)]
    if folder.needs(Need.ACHIEVED) and not client.review.strip():
        found.append(Missing(f"Client {client.code}: add what was achieved against the goals.", "review", client.pk))
    return found


def has_contract(folder: Any, client: Any) -> bool:
    """Whether the terms are written down with their day, or a file is this client's contract."""
    written = bool(client.terms.strip() and client.contract_agreed_on)
    return written or any(one.contract_of == client.pk for one in folder.files)


def _agreed(folder: Any, client: Any) -> Iterator[Missing]:
    name = f"Client {client.code}"
    if folder.needs(Need.GOALS) and not client.goals.strip():
        yield Missing(f"{name}: add the needs and goals you agreed.", "goals", client.pk)
    if folder.needs(Need.CONTRACT) and not has_contract(folder, client):
        if not client.terms.strip():
            yield Missing(
                f"{name}: write the terms of the contract, or mark a file as the contract.", "terms", client.pk
            )
        if not client.contract_agreed_on:
            yield Missing(f"{name}: add the day you agreed the contract.", "contract_agreed_on", client.pk)


def _sessions(folder: Any, client: Any) -> Iterator[Missing]:
    sessions = list(client.sessions.all())
    if folder.needs(Need.SESSIONS) and not sessions:
        yield Missing(f"Client {client.code}: add a session.", "sessions", client.pk)
    if folder.needs(Need.REFLECTION):
        for one in sessions:
            if not one.reflection.strip():
                day = f"{one.held_on.day} {one.held_on:%B %Y}"
                yield Missing(f"Client {client.code}: write your reflection on {day}.", "reflection", client.pk, one.pk)


def _said(folder: Any, client: Any) -> Iterator[Missing]:
    if folder.needs(Need.FEEDBACK) and not client.answers:
        told = "the feedback you asked for has not come yet" if client.awaited else "ask for feedback with a link"
        yield Missing(f"Client {client.code}: {told}.", "feedback", client.pk)


def _number_of_clients(folder: Any) -> Iterator[Missing]:
    number, least, most = (
        len(folder.clients),
        folder.version.practice_clients_min,
        folder.version.practice_clients_max,
    )
    if least and number < least:
        yield Missing(f"Add practice clients: {number} of at least {least} so far.", "clients")
    if most and number > most:
        yield Missing(f"You have {number} practice clients, and {most} is the most.", "clients")


def _time(folder: Any) -> Iterator[Missing]:
    from_practice, from_supervisor = folder.practice, folder.supervised
    if from_practice.left:
        told = f"Log {hours(from_practice.left)} more of practice: {hours(from_practice.done)} of {hours(from_practice.minimum)} so far."
        yield Missing(told, "sessions")
    if from_supervisor.left:
        told = f"Your supervisor has recorded {hours(from_supervisor.done)} of {hours(from_supervisor.minimum)}."
        yield Missing(told, "supervision")


def _texts(folder: Any, parts: Sequence[tuple[str, str]]) -> Iterator[Missing]:
    for part, label in parts:
        if folder.needs(part) and not folder.texts.get(part, "").strip():
            yield Missing(f"Write your {label.removeprefix('Your ').lower()}.", part)


def _mapping(folder: Any) -> Iterator[Missing]:
    if not folder.needs(Need.MAPPING):
        return
    gaps = [one.label for one in folder.matrix.gaps]
    if gaps:
        shown = gaps[:3] if len(gaps) > 4 else gaps
        more = [f"{len(gaps) - len(shown)} more"] if len(gaps) > len(shown) else []
        names = [*shown, *more]
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        yield Missing(f"Say in the evidence matrix what shows {listed}.", "matrix")


def hours(minutes: int) -> str:
    """7 h, 1 h 30 min, 45 min."""
    whole, rest = divmod(minutes, 60)
    return " ".join([f"{whole} h"] * bool(whole) + [f"{rest} min"] * (bool(rest) or not whole))
