"""The catalogue, clients and cohorts. This package re-exports models and their choices, nothing else."""

from programmes.models.catalogue import (
    AiUse,
    Assignment,
    AssignmentKind,
    AwardingOrganisation,
    ClaimRoute,
    CombinationRule,
    Criterion,
    LearningOutcome,
    LegalName,
    MarkingScheme,
    Qualification,
    QualificationVersion,
    Resource,
    ResourceKind,
    SessionKind,
    Unit,
)
from programmes.models.clients import (
    Client,
    ClientContact,
    Contract,
)
from programmes.models.cohorts import (
    Cohort,
    CohortDeadline,
    Delivery,
    TutorAppointment,
    VerifierAllocation,
)

__all__ = [
    "AiUse",
    "Assignment",
    "AssignmentKind",
    "AwardingOrganisation",
    "ClaimRoute",
    "Client",
    "ClientContact",
    "Cohort",
    "CohortDeadline",
    "CombinationRule",
    "Contract",
    "Criterion",
    "Delivery",
    "LearningOutcome",
    "LegalName",
    "MarkingScheme",
    "Qualification",
    "QualificationVersion",
    "Resource",
    "ResourceKind",
    "SessionKind",
    "TutorAppointment",
    "Unit",
    "VerifierAllocation",
]
