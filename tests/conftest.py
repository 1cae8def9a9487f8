"""The cast that every test may call on stage, and nothing else that hides what a test does."""

from dataclasses import dataclass

import hypothesis
import pytest
from django.test import Client

from accounts.models import User
from accounts.permissions import Role
from tests import factories

pytest_plugins = ["tests.browser"]

# Timing decides no test, and the same change gives the same answer twice.
hypothesis.settings.register_profile("waymark", deadline=None, derandomize=True)
hypothesis.settings.load_profile("waymark")


@dataclass(frozen=True)
class Cast:
    """One person for each role, and a stranger: somebody of another organisation with no role at all."""

    learner: User
    tutor: User
    iqa: User
    eqa: User
    administrator: User
    contract_manager: User
    client_contact: User
    stranger: User

    def client_of(self, person: str) -> Client:
        """A browser in which this person has signed in; "visitor" has not."""
        client = Client()
        if person != "visitor":
            client.force_login(getattr(self, person), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def a_cast() -> Cast:
    roles = {
        "learner": (Role.LEARNER, "Lena Learner"),
        "tutor": (Role.TUTOR, "Tomas Tutor"),
        "iqa": (Role.IQA, "Ines Verifier"),
        "eqa": (Role.EQA, "Edith External"),
        "administrator": (Role.ADMINISTRATOR, "Adam Administrator"),
        "contract_manager": (Role.CONTRACT_MANAGER, "Carla Manager"),
        "client_contact": (Role.CLIENT_CONTACT, "Cleo Contact"),
        "stranger": (None, "Stan Stranger"),
    }
    return Cast(**factories.people(roles))


@pytest.fixture
def cast(db: None) -> Cast:
    return a_cast()


@pytest.fixture
def cast_for_browser(transactional_db: None) -> Cast:
    """The cast where a browser looks on: what is written is committed, and emptied after the test."""
    return a_cast()
