"""Prints the sampling plan of a cohort: the one that holds, or how one would be drawn with a given seed. Writes nothing."""

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.refusals import Refused
from enrolment.models import Enrolment
from programmes.models import Cohort
from verification import planning
from verification.models import SamplingPlan
from verification.sampling.pieces import Facts
from verification.sampling.plan import draw


class Command(BaseCommand):
    help = "Print the sampling plan of a cohort, drawn again from its seed and from what it was drawn from. Nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cohort", help="code of the cohort")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument(
            "--seed", type=int, help="draw over the facts of now with this seed, as if there were no plan"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = Cohort.objects.filter(code=options["cohort"]).select_related("version__qualification").first()
        if cohort is None:
            raise CommandError(f"There is no cohort with the code {options['cohort']}.")
        seed, facts = self._facts(cohort, options["seed"])
        plan = draw(facts, seed=seed)
        printed = planning.as_printed(plan, seed=seed, names=_names(cohort), titles=facts.titles)
        if options["json"]:
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"Seed {seed}")
        for one in printed["lines"]:
            mark = "+" if one["picked"] else " "
            self.stdout.write(f"{mark} {one['learner']}, {one['unit']}, {one['assignment']}. {one['reason']}")
        for short in plan.shortfalls:
            self.stdout.write(f"Short. {short.sentence}")

    def _facts(self, cohort: Cohort, seed: int | None) -> tuple[int, Facts]:
        plan = SamplingPlan.objects.current().filter(cohort=cohort).first()
        if plan is not None and seed is None:
            return plan.seed, plan.drawn_from
        if seed is None:
            raise CommandError(
                f"{cohort} has no sampling plan yet. Draw one on its page, or see with --seed NUMBER how one would be drawn."
            )
        try:
            return seed, planning.first_facts(cohort)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None


def _names(cohort: Cohort) -> dict[int, str]:
    """Names of the learners; who shares a name with another is told apart by the address."""
    rows = list(Enrolment.objects.filter(cohort=cohort).values_list("pk", "learner__full_name", "learner__email"))
    often = Counter(name for _, name, _ in rows)
    return {pk: name if often[name] == 1 else f"{name} ({email})" for pk, name, email in rows}
