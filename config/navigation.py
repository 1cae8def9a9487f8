"""The main menu: which pages each role is offered, in the order of the journey."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import Can
from core.addresses import address

# Label, URL name, what one needs, the beginning of the addresses under which it counts as the current page.
MENU = (
    ("Home", "home", Can.USE_HOME, "/home/"),
    ("Enrolment", "enrolment:own", Can.APPLY, "/my/enrolment/"),
    ("Sessions", "workshops:own", Can.GIVE_FEEDBACK, "/my/sessions/"),
    ("Assignments", "assignments:own", Can.SUBMIT_WORK, "/my/assignments/"),
    ("Questions", "workshops:threads", Can.ASK_QUESTIONS, "/questions/"),
    ("Approvals", "programmes:proposals", Can.APPROVE_PLANS, "/proposals/"),
    ("Cohorts", "programmes:cohorts", Can.SEE_COHORTS, "/cohorts/"),
    ("Marking", "assignments:desk", Can.MARK, "/marking/"),
    ("Who marks", "assignments:who_marks", Can.MOVE_MARKING, "/who-marks/"),
    ("Second marking", "assignments:second_markings", Can.ASK_SECOND_MARKING, "/second-marking/"),
    ("Extensions", "assignments:extensions", Can.GRANT_EXTENSIONS, "/extensions/"),
    ("Questions", "workshops:threads", Can.ANSWER_QUESTIONS, "/questions/"),
    ("Verification", "verification:queue", Can.SEE_VERIFICATION, "/verification/"),
    ("Claims", "verification:claims", Can.SEE_CLAIMS, "/claims/"),
    ("Learners", "enrolment:enrolments", Can.SEE_ENROLMENTS, "/enrolments/"),
    ("Contracts", "programmes:contracts", Can.SEE_CONTRACTS, "/contracts/"),
    ("Reports", "reporting:reports", Can.PREPARE_REPORTS, "/reports/"),
    ("People", "accounts:people", Can.SEE_PEOPLE, "/people/"),
    ("Qualifications", "programmes:qualifications", Can.SEE_CATALOGUE, "/qualifications/"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """The context processor: `navigation` is a list of {label, url, current}; nothing for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    # The marking room draws no menu.
    return {"navigation": SimpleLazyObject(lambda: _items(request))}


def _items(request: HttpRequest) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    for label, name, needs, prefix in MENU:
        if not request.user.can(needs):  # type: ignore[union-attr] # a visitor has no menu
            continue
        if url := address(name):
            items.append({"label": label, "url": url, "current": request.path.startswith(prefix)})
    return items
