"""Loads qualifications from catalogue files. Again and again, if you like: what has not changed is left alone."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from programmes.management.catalogue import CatalogueError, Table, read
from programmes.models import (
    Assignment,
    AwardingOrganisation,
    Criterion,
    LearningOutcome,
    Qualification,
    QualificationVersion,
    Resource,
    Unit,
)

LIMITS = {"portfolio_needs", "tutor_extension_days", "words_rule", "words_tolerance", "words_excluded", "drafts"}
SHIPPED = Path(__file__).resolve().parents[2] / "catalogue"


class Command(BaseCommand):
    help = "Load qualifications from TOML files (those that come with Waymark, unless some are named)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"] or sorted(SHIPPED.glob("*.toml")):
            try:
                done = load(read(path))
            except (CatalogueError, ValidationError) as reason:
                said = " ".join(reason.messages) if isinstance(reason, ValidationError) else str(reason)
                raise CommandError(said) from None
            if options["verbosity"]:
                self.stdout.write(f"{path.name}: {done}")


@transaction.atomic
def load(tables: Table) -> str:
    """Write one file's tables and say what happened: loaded, changed or unchanged.

    A version that a cohort uses is not changed, because learners are assessed by it; resources may be, at any time. Where the
    file differs only in limits and needs (`LIMITS`), the cohorts keep theirs and the file is no error: an update of Waymark
    that ships a new limit changes nothing for those who are under way.
    """
    organisation = _organisation(tables["organisation"])
    facts = {**tables["qualification"], "organisation": organisation}
    qualification, _ = Qualification.objects.update_or_create(number=facts.pop("number"), defaults=facts)
    facts = dict(tables["version"])
    version = qualification.versions.filter(version=facts["version"]).first()
    if version is None:
        version = qualification.versions.create(**facts)
        _write_content(version, tables)
        _write_resources(version, tables["resources"])
        return f"loaded {version}"
    written, wanted = _written(version), _wanted(tables)
    changed = written != wanted
    kept = changed and version.cohorts.exists()
    if kept:
        if _without_limits(written) != _without_limits(wanted):
            raise CatalogueError(
                f"{version} is used by a cohort and cannot be changed. Give the changed content a new version."
            )
    elif changed:
        QualificationVersion.objects.filter(pk=version.pk).update(**facts)
        version.assignments.all().delete()
        version.units.all().delete()
        _write_content(version, tables)
    resources = _plain(version.resources.all(), tables["resources"]) != tables["resources"]
    if resources:
        version.resources.all().delete()
        _write_resources(version, tables["resources"])
    if kept:
        return f"kept {version}: its cohorts go on with the limits and needs they began with"
    return f"{'changed' if changed or resources else 'unchanged'} {version}"


def _organisation(table: Table) -> AwardingOrganisation:
    facts = dict(table)
    names = facts.pop("legal_names")
    organisation, _ = AwardingOrganisation.objects.update_or_create(code=facts.pop("code"), defaults=facts)
    if names and _plain(organisation.legal_names.all(), names) != names:
        organisation.legal_names.all().delete()
        for name in names:
            organisation.legal_names.create(**name)
    return organisation


def _write_content(version: QualificationVersion, tables: Table) -> None:
    units = {}
    for facts in tables["units"]:
        own = {name: value for name, value in facts.items() if name != "outcomes"}
        units[facts["number"]] = unit = Unit(version=version, **own)
        unit.full_clean()
        unit.save()
        for one in facts["outcomes"]:
            outcome = LearningOutcome.objects.create(unit=unit, number=one["number"], title=one["title"])
            for position, criterion in enumerate(one["criteria"], 1):
                Criterion.objects.create(outcome=outcome, position=position, **criterion)
    for position, facts in enumerate(tables["assignments"], 1):
        own = {name: value for name, value in facts.items() if name != "units"}
        assignment = Assignment.objects.create(version=version, position=position, **own)
        assignment.units.set([units[number] for number in facts["units"]])


def _write_resources(version: QualificationVersion, tables: list[Table]) -> None:
    for position, facts in enumerate(tables, 1):
        resource = Resource(version=version, position=position, **facts)
        resource.full_clean()
        resource.save()


# ---- what is in the database, in the shape of a file, so that the two can be compared


def _plain(rows: Any, like: list[Table]) -> list[Table]:
    """The rows as tables with the columns that the file's tables have."""
    columns = [name for name, value in like[0].items() if not isinstance(value, list)] if like else ["pk"]
    return list(rows.order_by("pk").values(*columns))


def _wanted(tables: Table) -> Table:
    units = sorted(tables["units"], key=lambda one: str(one["number"]))
    return {"version": tables["version"], "units": units, "assignments": tables["assignments"]}


def _written(version: QualificationVersion) -> Table:
    return {
        "version": {name: getattr(version, name) for name in _columns(QualificationVersion, {"id", "qualification"})},
        "units": [_unit(unit) for unit in version.units.prefetch_related("outcomes__criteria").order_by("number")],
        "assignments": [_assignment(one) for one in version.assignments.prefetch_related("units")],
    }


def _without_limits(tables: Table) -> Table:
    """What learners are assessed by."""
    assignments = [{name: one[name] for name in one if name not in LIMITS} for one in tables["assignments"]]
    version = {name: value for name, value in tables["version"].items() if name not in LIMITS}
    return {**tables, "version": version, "assignments": assignments}


def _columns(model: Any, without: set[str]) -> list[str]:
    return [one.name for one in model._meta.concrete_fields if one.name not in without]


def _unit(unit: Unit) -> Table:
    facts = {name: getattr(unit, name) for name in _columns(Unit, {"id", "version"})}
    return facts | {"outcomes": [_outcome(one) for one in unit.outcomes.all()]}


def _outcome(outcome: LearningOutcome) -> Table:
    criteria = sorted(outcome.criteria.all(), key=lambda one: one.position)
    columns = _columns(Criterion, {"id", "outcome", "position"})
    return {
        "number": outcome.number,
        "title": outcome.title,
        "criteria": [{name: getattr(one, name) for name in columns} for one in criteria],
    }


def _assignment(assignment: Assignment) -> Table:
    facts = {name: getattr(assignment, name) for name in _columns(Assignment, {"id", "version", "position"})}
    return facts | {"units": sorted(unit.number for unit in assignment.units.all())}
