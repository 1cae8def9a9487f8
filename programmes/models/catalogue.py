"""What is taught: awarding organisations, qualifications in versions, units, criteria, assignments, resources."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from programmes.models.claim_columns import default_claim_columns


class AwardingOrganisation(models.Model):
    """ILM, CMI: awards the qualification. Its legal name changes over time, so it is kept with dates."""

    code = models.SlugField(unique=True, max_length=20)
    name = models.CharField(max_length=120)
    centre_number = models.CharField("centre number with this organisation", max_length=20, blank=True)
    registration_months = models.PositiveSmallIntegerField("registration period in months", null=True, blank=True)
    referral_word = models.CharField("word for work that is referred", max_length=20, default="Referral")
    claim_columns = models.JSONField(
        "columns of a file of claims, each with its heading", default=default_claim_columns
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class LegalName(models.Model):
    organisation = models.ForeignKey(AwardingOrganisation, on_delete=models.CASCADE, related_name="legal_names")
    name = models.CharField(max_length=200)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("from_on",)

    def __str__(self) -> str:
        return self.name


class Qualification(models.Model):
    """One qualification of an awarding organisation, such as 8588-21; its content is in its versions."""

    organisation = models.ForeignKey(AwardingOrganisation, on_delete=models.PROTECT, related_name="qualifications")
    number = models.CharField("product number", max_length=30, unique=True)
    title = models.CharField(max_length=200)
    level = models.PositiveSmallIntegerField()
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:qualification", args=[self.pk])


class CombinationRule(models.TextChoices):
    FIXED = "fixed", "All mandatory units"
    CREDIT_TOTAL = "credit_total", "Any units up to a credit total"


class ClaimRoute(models.TextChoices):
    """What the awarding organisation's quality rating lets the centre do."""

    DIRECT = "direct", "Direct claims"
    SIGN_OFF = "sign_off", "Claims after sign-off by the external verifier (EQA)"
    BLOCKED = "blocked", "Claims blocked"


class PortfolioNeed(models.TextChoices):
    """Something without which a portfolio is not complete: for each client, each session, or the whole (`ilm` Q50, Q52)."""

    GOALS = "goals", "for each client: needs and goals"
    CONTRACT = "contract", "for each client: a contract"
    SESSIONS = "sessions", "for each client: a session"
    FEEDBACK = "feedback", "for each client: their feedback"
    ACHIEVED = "achieved", "for each client: what was achieved"
    REFLECTION = "reflection", "for each session: a reflection"
    REVIEW = "review", "a review of one's own ability"
    DEVELOPMENT = "development", "a development plan"
    MAPPING = "mapping", "for each criterion: something that shows it"


def default_needs() -> list[str]:
    """What a portfolio needs unless the version says otherwise."""
    need = PortfolioNeed
    wanted = (need.GOALS, need.CONTRACT, need.SESSIONS, need.ACHIEVED, need.REFLECTION, need.REVIEW, need.DEVELOPMENT)
    return [one.value for one in wanted]


class QualificationVersion(models.Model):
    """A dated version of a qualification. Figures that the centre does not know stay empty and are never derived."""

    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=20)
    valid_from = models.DateField(null=True, blank=True)
    regulator_number = models.CharField(max_length=30, blank=True)
    credits = models.PositiveSmallIntegerField(null=True, blank=True)
    glh = models.PositiveSmallIntegerField("guided learning hours", null=True, blank=True)
    tqt = models.PositiveSmallIntegerField("total qualification time in hours", null=True, blank=True)
    combination = models.CharField(max_length=20, choices=CombinationRule)
    credit_total = models.PositiveSmallIntegerField(null=True, blank=True)
    claim_route = models.CharField(max_length=20, choices=ClaimRoute, default=ClaimRoute.SIGN_OFF)
    quality_rating = models.CharField(max_length=40, blank=True)
    practice_minutes = models.PositiveIntegerField("practice minutes, minimum", null=True, blank=True)
    practice_clients_min = models.PositiveSmallIntegerField(null=True, blank=True)
    practice_clients_max = models.PositiveSmallIntegerField(null=True, blank=True)
    supervision_minutes = models.PositiveIntegerField("supervision minutes, minimum", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("attempts at an assignment, at most", default=2)
    marking_days = models.PositiveSmallIntegerField("working days for marking", default=10)
    portfolio_needs = models.JSONField("what a portfolio needs, values of PortfolioNeed", default=default_needs)
    tutor_extension_days = models.PositiveSmallIntegerField("days of extension a tutor may grant", default=14)
    source = models.TextField("where these figures come from", blank=True)

    class Meta:
        ordering = ("qualification", "version")
        constraints = [
            models.UniqueConstraint(fields=["qualification", "version"], name="version_once"),
            models.CheckConstraint(condition=Q(combination__in=CombinationRule.values), name="version_rule_known"),
            models.CheckConstraint(condition=Q(claim_route__in=ClaimRoute.values), name="version_route_known"),
            models.CheckConstraint(
                condition=Q(combination="fixed", credit_total__isnull=True)
                | Q(combination="credit_total", credit_total__isnull=False),
                name="version_credit_total_with_its_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.qualification} ({self.qualification.number}), version {self.version}"

    @property
    def not_known(self) -> list[str]:
        """The figures that the centre has not entered, in words; nothing is worked out in their place."""
        asked = (
            "regulator_number",
            "credits",
            "glh",
            "tqt",
            "practice_minutes",
            "supervision_minutes",
            "quality_rating",
        )
        words = {
            "regulator_number": "accreditation number",
            "practice_minutes": "practice hours",
            "supervision_minutes": "supervision",
            "tqt": "total qualification time",
        }
        empty = [name for name in asked if getattr(self, name) in (None, "")]
        return [words.get(name) or str(self._meta.get_field(name).verbose_name) for name in empty]  # type: ignore[union-attr] # our own fields have one


class MarkingScheme(models.TextChoices):
    """How the outcome of a unit follows from its criteria (`ilm` A02, A04, A05)."""

    ALL_PASS = "all_pass", "Every criterion passes"
    MINIMUM = "minimum", "Every criterion reaches the pass mark"
    AVERAGE = "average", "The marks reach the pass mark on average"


class Unit(models.Model):
    version = models.ForeignKey(QualificationVersion, on_delete=models.CASCADE, related_name="units")
    number = models.CharField(max_length=10)
    title = models.CharField(max_length=250)
    uan = models.CharField("unit accreditation number", max_length=20, blank=True)
    product_code = models.CharField(max_length=20, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    credits = models.PositiveSmallIntegerField(null=True, blank=True)
    glh = models.PositiveSmallIntegerField(null=True, blank=True)
    mandatory = models.BooleanField(default=True)
    marking_scheme = models.CharField(max_length=20, choices=MarkingScheme, default=MarkingScheme.ALL_PASS)
    pass_mark = models.PositiveSmallIntegerField("pass mark in per cent, in a scheme with marks", default=50)

    class Meta:
        ordering = ("version", "number")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="unit_once"),
            models.CheckConstraint(condition=Q(pass_mark__gte=1, pass_mark__lte=100), name="unit_pass_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def has_marks(self) -> bool:
        """Whether each criterion is given marks, from which the outcome follows."""
        return self.marking_scheme != MarkingScheme.ALL_PASS


class LearningOutcome(models.Model):
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="outcomes")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250)

    class Meta:
        ordering = ("unit", "number")
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="outcome_once")]

    def __str__(self) -> str:
        return f"LO{self.number} {self.title}"


class Criterion(models.Model):
    """An assessment criterion. What we ship is paraphrase (`is_paraphrase`); a centre loads the official wording."""

    outcome = models.ForeignKey(LearningOutcome, on_delete=models.CASCADE, related_name="criteria")
    number = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    title = models.CharField("in a few words", max_length=80)
    text = models.TextField()
    enough = models.TextField("what is enough for a pass", blank=True)
    marks = models.PositiveSmallIntegerField("marks at most, in a scheme with marks", default=10)
    is_paraphrase = models.BooleanField(default=True)

    class Meta:
        ordering = ("outcome__unit__number", "outcome__number", "position")
        constraints = [models.UniqueConstraint(fields=["outcome", "number"], name="criterion_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class AssignmentKind(models.TextChoices):
    ESSAY = "essay", "Essay"
    PORTFOLIO = "portfolio", "Portfolio"


class AiUse(models.TextChoices):
    """How far an assignment lets a learner use AI (`ilm` A22)."""

    NONE = "none", "No AI"
    RESEARCH = "research", "Only to find and explore sources"
    ASSISTED = "assisted", "Help with language and structure, if declared"


class WordsRule(models.TextChoices):
    """What follows when a piece of work is outside its range (`ilm` A15, A16)."""

    NONE = "none", "No range"
    ADVISORY = "advisory", "The range is a guide"
    RETURN = "return", "Work outside the range may be returned unmarked"


class WordsPart(models.TextChoices):
    """A part of a document that an assignment may leave out of its count."""

    HEADINGS = "headings", "headings"
    TABLES = "tables", "tables"
    CAPTIONS = "captions", "captions"
    QUOTATIONS = "quotations", "set-off quotations"
    REFERENCES = "references", "the reference list"
    NOTES = "notes", "footnotes and endnotes"


def default_exclusions() -> list[str]:
    """What is left out unless the assignment says otherwise."""
    return [WordsPart.REFERENCES.value, WordsPart.NOTES.value]


class Assignment(models.Model):
    """A piece of work that a version asks for. One assignment may cover several units."""

    version = models.ForeignKey(QualificationVersion, on_delete=models.CASCADE, related_name="assignments")
    kind = models.CharField(max_length=20, choices=AssignmentKind)
    title = models.CharField(max_length=120)
    units = models.ManyToManyField(Unit, related_name="assignments")
    brief = models.TextField(blank=True)
    words_min = models.PositiveIntegerField(null=True, blank=True)
    words_max = models.PositiveIntegerField(null=True, blank=True)
    words_rule = models.CharField(max_length=20, choices=WordsRule, default=WordsRule.ADVISORY)
    words_tolerance = models.PositiveSmallIntegerField("per cent that may be over or under", default=0)
    words_excluded = models.JSONField("parts that do not count, values of WordsPart", default=default_exclusions)
    drafts = models.PositiveSmallIntegerField("drafts a tutor comments on before the hand-in", default=1)
    ai_use = models.CharField(max_length=20, choices=AiUse, default=AiUse.RESEARCH)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("version", "position")
        constraints = [models.UniqueConstraint(fields=["version", "kind"], name="assignment_kind_once")]

    def __str__(self) -> str:
        return self.title


class ResourceKind(models.TextChoices):
    CONTENT = "content", "Programme content"
    READING = "reading", "Further reading"
    MICROLEARNING = "microlearning", "Microlearning"


class SessionKind(models.TextChoices):
    INDUCTION = "induction", "Induction"
    WORKSHOP = "workshop", "Workshop"
    GUIDED_LEARNING = "guided_learning", "Guided learning day"


class Resource(models.Model):
    """Something to read or watch, tied to a place in the programme (such as workshop 2), so each cohort gets it."""

    version = models.ForeignKey(QualificationVersion, on_delete=models.CASCADE, related_name="resources")
    session_kind = models.CharField(max_length=20, choices=SessionKind)
    session_number = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=ResourceKind)
    title = models.CharField(max_length=150)
    summary = models.CharField(max_length=250, blank=True)
    body = models.TextField("text, paragraphs parted by an empty line", blank=True)
    link = models.URLField(blank=True)
    minutes = models.PositiveSmallIntegerField("minutes to read", null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("version", "session_kind", "session_number", "position")

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> str:
        """Where in the programme it belongs: Workshop 2; the induction is one, and so is the guided learning day."""
        kind: str = self.get_session_kind_display()
        return f"{kind} {self.session_number}" if self.session_kind == SessionKind.WORKSHOP else kind
