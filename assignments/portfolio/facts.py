"""A portfolio as plain values, the same for the same content. Names of keys are never changed: old attempts keep theirs."""

from typing import Any


def of(folder: Any) -> dict[str, Any]:
    return {
        "clients": [_client(folder, one) for one in folder.clients],
        "texts": dict(folder.texts),
        "supervision": [
            {
                "held_on": one.held_on.isoformat(),
                "minutes": one.minutes,
                "supervisor": str(one.supervisor),
                "topics": one.topics,
                "feedback": one.feedback,
            }
            for one in folder.supervision
        ],
        "evidence": [_file(folder, one) for one in folder.evidence],
        "matrix": [
            {
                "unit": one.unit,
                "number": one.number,
                "title": one.title,
                "items": [item.label for item in folder.matrix.shown_by(one)],
            }
            for one in folder.matrix.criteria
        ],
    }


def _client(folder: Any, client: Any) -> dict[str, Any]:
    return {
        "code": client.code,
        "role": client.role,
        "context": client.context,
        "goals": client.goals,
        "contract": client.terms,
        "contract_agreed_on": client.contract_agreed_on and client.contract_agreed_on.isoformat(),
        "review": client.review,
        "sessions": [
            {
                "held_on": one.held_on.isoformat(),
                "minutes": one.minutes,
                "focus": one.focus,
                "notes": one.notes,
                "reflection": one.reflection,
            }
            for one in client.sessions.all()
        ],
        "feedback": [
            {
                "given_on": one.given_on.isoformat(),
                "ratings": dict(one.ratings),
                "texts": {label: text for label, text in one.texts if text},
            }
            for one in folder.feedback.get(client.pk, [])
        ],
    }


def _file(folder: Any, one: Any) -> dict[str, Any]:
    shows = [criterion.number for criterion in folder.matrix.criteria if (one.key, criterion.pk) in folder.matrix.pairs]
    return {
        "id": one.pk,
        "title": one.title,
        "name": one.name,
        "kind": one.kind,
        "size": one.size,
        "sha256": one.sha256,
        "client": one.client.code if one.client else None,
        "is_contract": one.is_contract,
        "criteria": sorted(shows),
    }
