"""Who may do what: one table an auditor can read. Which rows and when are asked elsewhere (`visible_to`, guards)."""

from django.db.models import TextChoices


class Role(TextChoices):
    LEARNER = "learner", "Learner"
    TUTOR = "tutor", "Tutor"
    IQA = "iqa", "Internal verifier (IQA)"
    EQA = "eqa", "External verifier (EQA)"
    ADMINISTRATOR = "administrator", "Centre administrator"
    CONTRACT_MANAGER = "contract_manager", "Contract manager"
    CLIENT_CONTACT = "client_contact", "Client contact"


STAFF = (Role.TUTOR, Role.IQA, Role.ADMINISTRATOR, Role.CONTRACT_MANAGER)


class Can(TextChoices):
    """A capability, with the sentence that describes it."""

    USE_HOME = "use_home", "See one's own home page and account"
    SEE_COMPONENTS = "see_components", "See the page of interface parts"
    # people
    SEE_PEOPLE = "see_people", "See the list of people and their roles"
    INVITE_PEOPLE = "invite_people", "Invite people, give and end roles"
    READ_OUTBOX = "read_outbox", "Read which mail went out"
    # programmes
    SEE_CATALOGUE = "see_catalogue", "See qualifications, units and criteria"
    SEE_CONTRACTS = "see_contracts", "See clients and contracts"
    MANAGE_CONTRACTS = "manage_contracts", "Add clients and contracts, open cohorts"
    SEE_COHORTS = "see_cohorts", "See the cohorts one has to do with"
    RECORD_RATINGS = "record_ratings", "Record the awarding organisation's quality rating of a qualification"
    PROPOSE_TUTORS = "propose_tutors", "Propose a tutor to the client, end an appointment"
    APPROVE_PLANS = "approve_plans", "Approve or decline a tutor and a timetable for the client"
    # enrolment
    ENROL = "enrol", "Invite learners, register them with the awarding organisation, withdraw them"
    APPLY = "apply", "Fill in one's own enrolment form and questionnaire"
    DECIDE_SUITABILITY = "decide_suitability", "Decide whether the programme suits a learner"
    SEE_ENROLMENTS = "see_enrolments", "See the learners' records at the centre"
    SEE_PERSONAL_DATA = "see_personal_data", "See birth date, address and what a learner told about support needs"
    SET_DEADLINES = "set_deadlines", "Give a learner an individual deadline"
    RECORD_ADJUSTMENTS = "record_adjustments", "Record a reasonable adjustment, in confidence"
    RECORD_BREAKS = "record_breaks", "Record a break in learning and its end"
    # workshops
    PLAN_SESSIONS = "plan_sessions", "Draw up a timetable and propose it"
    SEE_SESSIONS = "see_sessions", "See sessions, recordings and learning resources"
    TAKE_REGISTER = "take_register", "Take the register, note catch-up, add a recording"
    GIVE_FEEDBACK = "give_feedback", "Answer the feedback form of a session one was booked on"
    ASK_QUESTIONS = "ask_questions", "Ask one's tutor"
    ANSWER_QUESTIONS = "answer_questions", "Answer learners' questions"
    SUPERVISE = "supervise", "Record supervision with its minutes and feedback"
    # assignments
    SUBMIT_WORK = "submit_work", "Prepare and hand in one's own assignments"
    SUBMIT_FOR_LEARNER = "submit_for_learner", "Hand in for a learner, with the reason and the time it really arrived"
    GRANT_EXTENSIONS = "grant_extensions", "Grant or decline an extension within the tutor's limit"
    GRANT_LONG_EXTENSIONS = "grant_long_extensions", "Grant an extension beyond the tutor's limit"
    COMMENT_ON_DRAFTS = "comment_on_drafts", "Comment on the draft a learner has sent"
    SEE_AUTHENTICITY = "see_authenticity", "See the authenticity file of an attempt"
    JUDGE_AUTHENTICITY = "judge_authenticity", "Decide on a similarity, keep viva notes and concerns"
    READ_WORK = "read_work", "Read learners' essays and portfolios"
    MARK = "mark", "Mark, pass and refer work"
    MOVE_MARKING = "move_marking", "Give pieces of work to another tutor for marking"
    SET_MARKING_RULES = (
        "set_marking_rules",
        "Set when results are released, and whether work is marked anonymously or twice",
    )
    RELEASE_RESULTS = "release_results", "Release results by hand, with a reason"
    GRANT_ATTEMPTS = "grant_attempts", "Grant one attempt more than the qualification allows, with a reason"
    ASK_SECOND_MARKING = "ask_second_marking", "Ask for a second marking of a piece of work, or call it off"
    SEE_TUTOR_FIGURES = "see_tutor_figures", "See how long tutors take, what they refer and how much they write"
    # verification
    SEE_VERIFICATION = "see_verification", "See the verification queue and records"
    VERIFY = "verify", "Verify marking internally (IQA)"
    ANSWER_VERIFIER = "answer_verifier", "Answer an action of internal verification that one owns"
    SEE_DEVELOPMENT = (
        "see_development",
        "See what verification found in tutors' marking over time, and what they work on",
    )
    READ_DECISIONS = "read_decisions", "Read who decided what about a piece of work, and where the ledger keeps it"
    PLAN_SAMPLING = "plan_sampling", "Set the sampling strategy, rate tutors' risk, draw sampling plans"
    SIGN_OFF = "sign_off", "Sign off verified work externally (EQA)"
    SEE_VISITS = "see_visits", "See the visits of the external verifier one has to do with"
    PLAN_VISITS = "plan_visits", "Plan visits, name their learners, open and close them, record their outcome"
    BUILD_PACKS = "build_packs", "Have the pack for a visit put together"
    RECORD_FINDINGS = "record_findings", "Look at the learners named for one's visit, record findings and actions"
    SEE_CLAIMS = "see_claims", "See certification claims"
    CLAIM = "claim", "Claim certificates and record them"
    SEE_STANDARDISATION = "see_standardisation", "See standardisation events, and mark in those one is invited to"
    STANDARDISE = "standardise", "Plan standardisation events, invite to them and close them"
    SEE_INTERIM = "see_interim", "See interim samples: of one's own assessment, or of that one answers for"
    SEE_STAFF_FILES = "see_staff_files", "See files of staff: one's own, or those one answers for"
    KEEP_OWN_FILE = "keep_own_file", "Add qualifications, development and interests to one's own file"
    KEEP_STAFF_FILES = (
        "keep_staff_files",
        "Approve who assesses and verifies what, and note what the awarding organisation must hear",
    )
    # cases
    RAISE_CASES = "raise_cases", "Appeal against one's own result, complain, and follow what comes of it"
    SEE_CASES = "see_cases", "See the cases one handles or has to know of"
    HANDLE_CASES = "handle_cases", "Open cases for others, take them from stage to stage, choose who decides"
    DECIDE_CASES = "decide_cases", "Investigate or decide a case one was chosen for"
    # reporting
    SEE_PROGRESS = "see_progress", "See cohort dashboards with figures and the journey grid"
    SEE_CLIENT_VIEW = "see_client_view", "See one's own organisation's progress and reports"
    PREPARE_REPORTS = "prepare_reports", "Draw up, approve and send progress reports"


_EVERYBODY = {Can.USE_HOME}
_STAFF = _EVERYBODY | {
    Can.SEE_COMPONENTS,
    Can.SEE_CATALOGUE,
    Can.SEE_COHORTS,
    Can.SEE_ENROLMENTS,
    Can.SEE_SESSIONS,
    Can.SEE_CASES,
    Can.DECIDE_CASES,
}

GRANTS: dict[Role, frozenset[Can]] = {
    Role.LEARNER: frozenset(
        _EVERYBODY
        | {Can.APPLY, Can.SEE_SESSIONS, Can.GIVE_FEEDBACK, Can.ASK_QUESTIONS, Can.SUBMIT_WORK, Can.RAISE_CASES}
    ),
    Role.TUTOR: frozenset(
        _STAFF
        | {
            Can.DECIDE_SUITABILITY,
            Can.SET_DEADLINES,
            Can.TAKE_REGISTER,
            Can.ANSWER_QUESTIONS,
            Can.SUPERVISE,
            Can.READ_WORK,
            Can.READ_DECISIONS,
            Can.MARK,
            Can.ANSWER_VERIFIER,
            Can.GRANT_EXTENSIONS,
            Can.COMMENT_ON_DRAFTS,
            Can.SEE_AUTHENTICITY,
            Can.JUDGE_AUTHENTICITY,
            Can.SEE_STANDARDISATION,
            Can.SEE_INTERIM,
            Can.SEE_STAFF_FILES,
            Can.KEEP_OWN_FILE,
            Can.SEE_PROGRESS,
        }
    ),
    Role.IQA: frozenset(
        _STAFF
        | {
            Can.READ_WORK,
            Can.READ_DECISIONS,
            Can.SEE_AUTHENTICITY,
            Can.JUDGE_AUTHENTICITY,
            Can.RELEASE_RESULTS,
            Can.ASK_SECOND_MARKING,
            Can.SEE_TUTOR_FIGURES,
            Can.SEE_VERIFICATION,
            Can.VERIFY,
            Can.SEE_DEVELOPMENT,
            Can.PLAN_SAMPLING,
            Can.SEE_STANDARDISATION,
            Can.SEE_INTERIM,
            Can.STANDARDISE,
            Can.SEE_STAFF_FILES,
            Can.KEEP_OWN_FILE,
            Can.KEEP_STAFF_FILES,
            Can.SEE_VISITS,
            Can.BUILD_PACKS,
            Can.SEE_CLAIMS,
            Can.SEE_PROGRESS,
        }
    ),
    Role.EQA: frozenset(
        _EVERYBODY
        | {
            Can.SEE_COHORTS,
            Can.SEE_ENROLMENTS,
            Can.READ_WORK,
            Can.READ_DECISIONS,
            Can.SEE_AUTHENTICITY,
            Can.SEE_VERIFICATION,
            Can.SIGN_OFF,
            Can.SEE_STANDARDISATION,
            Can.SEE_INTERIM,
            Can.SEE_STAFF_FILES,
            Can.SEE_VISITS,
            Can.RECORD_FINDINGS,
            Can.SEE_CLAIMS,
            Can.SEE_CASES,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        _STAFF
        | {
            Can.SEE_PEOPLE,
            Can.INVITE_PEOPLE,
            Can.READ_OUTBOX,
            Can.SEE_CONTRACTS,
            Can.MANAGE_CONTRACTS,
            Can.RECORD_RATINGS,
            Can.PROPOSE_TUTORS,
            Can.ENROL,
            Can.SEE_PERSONAL_DATA,
            Can.SET_DEADLINES,
            Can.RECORD_ADJUSTMENTS,
            Can.RECORD_BREAKS,
            Can.SUBMIT_FOR_LEARNER,
            Can.MOVE_MARKING,
            Can.SET_MARKING_RULES,
            Can.RELEASE_RESULTS,
            Can.ASK_SECOND_MARKING,
            Can.SEE_TUTOR_FIGURES,
            Can.PLAN_SESSIONS,
            Can.TAKE_REGISTER,
            Can.READ_DECISIONS,
            Can.SEE_VERIFICATION,
            Can.ANSWER_VERIFIER,
            Can.SEE_DEVELOPMENT,
            Can.PLAN_SAMPLING,
            Can.SEE_STANDARDISATION,
            Can.SEE_INTERIM,
            Can.SEE_STAFF_FILES,
            Can.KEEP_STAFF_FILES,
            Can.SEE_VISITS,
            Can.PLAN_VISITS,
            Can.BUILD_PACKS,
            Can.SEE_CLAIMS,
            Can.CLAIM,
            Can.HANDLE_CASES,
            Can.SEE_PROGRESS,
        }
    ),
    Role.CONTRACT_MANAGER: frozenset(
        _STAFF
        | {
            Can.SEE_PEOPLE,
            Can.SEE_CONTRACTS,
            Can.MANAGE_CONTRACTS,
            Can.PROPOSE_TUTORS,
            Can.PLAN_SESSIONS,
            Can.SET_DEADLINES,
            Can.RECORD_BREAKS,
            Can.GRANT_EXTENSIONS,
            Can.GRANT_LONG_EXTENSIONS,
            Can.MOVE_MARKING,
            Can.SET_MARKING_RULES,
            Can.GRANT_ATTEMPTS,
            Can.ASK_SECOND_MARKING,
            Can.SEE_CLAIMS,
            Can.SEE_PROGRESS,
            Can.PREPARE_REPORTS,
        }
    ),
    Role.CLIENT_CONTACT: frozenset(_EVERYBODY | {Can.SEE_CLIENT_VIEW, Can.APPROVE_PLANS}),
}
