"""The access policy, executable: every address, every role, and what the door answers.

How to read the table. Each line is a route, the things its address names (see `tests/worlds.py`; `-` for none) and nine letters,
one for each person who asks for the page with GET:

    L learner   T tutor   I internal verifier (IQA)   E external verifier (EQA)   A administrator   M contract manager
    C client contact   S stranger (an account without a role)   V visitor (not signed in)

    .  the page                        >  sent on to another page        s  sent to sign in
    x  403, not this role's business   -  404, cannot be seen            p  405, answers to a POST only

All things belong to one cohort, and the people of the table are its people: the learner's own enrolment and work, the tutor who
teaches it, and so on. A second test asks for the same things of *another* client's cohort: there every `.` and `>` becomes `-`,
except for the administrator, who sees all, and on the lines that end in `shared`: what they name belongs to no client.
"""

from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from core.models import Event, Notice
from tests import worlds
from tests.test_architecture import routes

pytestmark = pytest.mark.django_db

PEOPLE = (
    "learner", "tutor", "iqa", "eqa", "administrator", "contract_manager", "client_contact", "stranger", "visitor",
)  # fmt: skip

ROUTES = """
#                                                                   LTIEAMCSV
start                                -                              >>>>>>>>s
home                                 -                              .......xs
core:theme                           -                              ppppppppp
core:accessibility                   -                              .........
core:privacy                         -                              .........
core:components                      -                              x..x..xxs

accounts:account                     -                              .......xs
accounts:demo_sign_in                -                              ppppppppp
accounts:accept_invitation           token                          .........  shared
accounts:people                      -                              xxxx..xxs
accounts:person                      person                         xxxx..xxs  shared
accounts:invite                      -                              xxxx.xxxs
accounts:invite_again                person                         xxxx.xxxs
accounts:grant_role                  person                         xxxx.xxxs
accounts:reset_second_step           person                         xxxx.xxxs
accounts:end_role                    grant                          xxxx.xxxs
accounts:outbox                      -                              xxxx.xxxs
accounts:notice                      notice                         xxxx.xxxs

programmes:qualifications            -                              x..x..xxs
programmes:qualification             qualification                  x..x..xxs  shared
programmes:record_rating             qualification                  xxxx.xxxs
programmes:add_client                -                              xxxx..xxs
programmes:add_contact               client                         xxxx..xxs  shared
programmes:contracts                 -                              xxxx..xxs
programmes:add_contract              -                              xxxx..xxs
programmes:contract                  contract                       xxxx..xxs
programmes:open_cohort               contract                       xxxx..xxs
programmes:cohorts                   -                              x.....xxs
programmes:cohort                    cohort                         x.....xxs
programmes:set_cohort_deadline       cohort                         xxxx..xxs
programmes:set_marking_rules         cohort                         xxxx..xxs
programmes:propose_tutor             cohort                         xxxx..xxs
programmes:allocate_verifier         cohort                         xxxx..xxs
programmes:end_appointment           appointment                    xxxx..xxs
programmes:proposals                 -                              xxxxxx.xs
programmes:approve_tutor             proposal                       xxxxxx.xs
programmes:decline_tutor             proposal                       xxxxxx.xs

enrolment:own                        -                              .xxxxxxxs
enrolment:tasks                      invited                        .xxxxxxxs
enrolment:tasks                      active                         -xxxxxxxs
enrolment:about                      invited                        .xxxxxxxs
enrolment:about                      enrolment                      >xxxxxxxs
enrolment:contact                    invited                        .xxxxxxxs
enrolment:support                    invited                        .xxxxxxxs
enrolment:withdraw_support_needs     enrolment                      .xxxxxxxs
enrolment:questionnaire              invited                        .xxxxxxxs
enrolment:apply                      invited                        .xxxxxxxs
enrolment:apply                      enrolment                      .xxxxxxxs
enrolment:autosave                   invited+about                  ppppppppp
enrolment:enrolments                 -                              x.....xxs
enrolment:invite_learner             -                              xxxx.xxxs
enrolment:enrolment                  enrolment                      x.....xxs
enrolment:enrolment                  applied                        x.....xxs
enrolment:accept                     applied                        x.xxxxxxs
enrolment:decline                    applied                        x.xxxxxxs
enrolment:register                   active                         xxxx.xxxs
enrolment:set_deadline               enrolment                      x.xx..xxs
enrolment:withdraw                   active                         xxxx.xxxs
enrolment:record_adjustment          enrolment                      xxxx.xxxs
enrolment:end_adjustment             adjustment                     xxxx.xxxs
enrolment:record_break               enrolment                      xxxx..xxs
enrolment:change_break               pause                          xxxx..xxs

workshops:own                        -                              .xxxxxxxs
workshops:give_feedback              place                          .xxxxxxxs
workshops:give_feedback              missed                         -xxxxxxxs
workshops:catch_up                   missed                         x.xx.xxxs
workshops:sessions                   -                              x.....xxs
workshops:session                    held                           ...x..xxs
workshops:session                    ahead                          ...x..xxs
workshops:calendar                   ahead                          ...x..xxs
workshops:resource                   held+resource                  ...x..xxs
workshops:note_apology               ahead                          .xxxxxxxs
workshops:take_register              begun                          x.xx.xxxs
workshops:hold                       begun                          x.xx.xxxs
workshops:add_recording              held                           x.xx.xxxs
workshops:change_session             ahead                          xxxx..xxs
workshops:cancel                     ahead                          xxxx..xxs
workshops:plan_session               cohort                         xxxx..xxs
workshops:plan_sessions              cohort                         xxxx..xxs
workshops:timetable                  timetable                      x......xs
workshops:timetable                  draft_timetable                x.--..-xs
workshops:propose_timetable          draft_timetable                xxxx..xxs
workshops:approve_timetable          timetable                      xxxxxx.xs
workshops:return_timetable           timetable                      xxxxxx.xs
workshops:threads                    -                              ..xxxxxxs
workshops:ask                        -                              .xxxxxxxs
workshops:thread                     thread                         ..xxxxxxs
workshops:supervision                enrolment                      ....xxxxs
workshops:supervise                  enrolment                      x.xxxxxxs

assignments:own                      -                              .xxxxxxxs
assignments:begin                    enrolment+essay                pppppppps
assignments:submission               draft                          .---xxxxs
assignments:submission               passed                         ....xxxxs
assignments:submission               submitted                      -...xxxxs
assignments:attach                   draft                          >xxxxxxxs
assignments:submit                   draft                          >xxxxxxxs
assignments:cover_sheet              passed                         ....xxxxs
assignments:cover_sheet              submitted                      -...xxxxs
assignments:hand_in_for_learner      enrolment                      xxxx.xxxs
assignments:read                     passed                         ....xxxxs
assignments:read                     submitted                      -...xxxxs
assignments:document                 document                       ....xxxxs
assignments:figure                   document+figure                ....xxxxs
assignments:evidence                 evidence                       .---xxxxs
assignments:begin_essay_upload       draft                          pppppppps
assignments:begin_evidence_upload    enrolment                      pppppppps
assignments:upload                   upload                         .xxxxxxxs
assignments:receive_piece            upload                         pppppppps
assignments:progress                 draft                          .xxxxxxxs
assignments:portfolio                enrolment                      .xxxxxxxs
assignments:add_practice_client      enrolment                      .xxxxxxxs
assignments:practice_client          practice_client                .xxxxxxxs
assignments:edit_practice_client     practice_client                .xxxxxxxs
assignments:log_session              practice_client                .xxxxxxxs
assignments:edit_session             practice_session               .xxxxxxxs
assignments:save_text                enrolment+review               .xxxxxxxs
assignments:evidence_files           enrolment                      .xxxxxxxs
assignments:add_evidence             enrolment                      .xxxxxxxs
assignments:remove_evidence          evidence                       .xxxxxxxs
assignments:submission               written                        .---xxxxs
assignments:write                    written                        .xxxxxxxs
assignments:save_writing             written                        >xxxxxxxs
assignments:read_writing             written                        .xxxxxxxs
assignments:use_writing              written                        >xxxxxxxs
assignments:writing_versions         written                        .xxxxxxxs
assignments:writing_version          written+writing_number         .xxxxxxxs
assignments:compare_writing          written+writing_number         .xxxxxxxs
assignments:restore_writing          written+writing_number         >xxxxxxxs
assignments:send_draft               written                        .xxxxxxxs
assignments:drafts                   -                              x.xxxxxxs
assignments:draft                    essay_draft                    ....xxxxs
assignments:save_comments            essay_draft                    x>xxxxxxs
assignments:comment_on_draft         essay_draft                    x>xxxxxxs
assignments:withdraw_draft           essay_draft                    >xxxxxxxs
assignments:reflective_log           enrolment                      .xxxxxxxs
assignments:edit_evidence            evidence                       .xxxxxxxs
assignments:ask_for_feedback         practice_client                pppppppps
assignments:close_feedback_link      feedback_request               pppppppps
assignments:client_feedback          feedback_token                 .........  shared
assignments:feedback_thanks          -                              .........
assignments:matrix                   enrolment                      .xxxxxxxs
assignments:criterion_evidence       enrolment+shown                .xxxxxxxs
assignments:item_criteria            enrolment+part                 .xxxxxxxs
assignments:frozen_matrix            handed_in                      -...xxxxs
assignments:portfolio_bundle         enrolment                      .xxxxxxxs
assignments:bundle                   folder                         -...xxxxs
assignments:bundle_file              own_bundle                     .---xxxxs
assignments:bundle_file              bundle                         -...xxxxs
assignments:desk                     -                              x.xxxxxxs
assignments:who_marks                -                              xxxx..xxs
assignments:room                     submitted                      x.xxxxxxs
assignments:room                     passed                         x.xxxxxxs
assignments:take                     submitted                      xpxxxxxxs
assignments:take_over                submitted                      x.xxxxxxs
assignments:let_go                   submitted                      xpxxxxxxs
assignments:decide                   submitted+criterion            x>xxxxxxs
assignments:add_comment              submitted                      x>xxxxxxs
assignments:change_comment           submitted+comment              x.xxxxxxs
assignments:remove_comment           submitted                      xpxxxxxxs
assignments:put_back_comment         submitted                      xpxxxxxxs
assignments:keep_comment             submitted                      xpxxxxxxs
assignments:comments                 passed                         ....xxxxs
assignments:comments                 submitted                      ----xxxxs
assignments:bank                     -                              x.xxxxxxs
assignments:find_in_bank             -                              x.xxxxxxs
assignments:keep_in_bank             -                              x.xxxxxxs
assignments:change_bank_comment      bank_comment                   x.xxxxxxs
assignments:remove_bank_comment      bank_comment                   xpxxxxxxs
assignments:use_bank_comment         bank_comment                   xpxxxxxxs
assignments:award_pass               submitted                      x.xxxxxxs
assignments:refer                    submitted                      x.xxxxxxs
assignments:return_unmarked          submitted                      x.xxxxxxs
assignments:defer                    submitted                      x.xxxxxxs
assignments:end_deferral             deferral                       x.xxxxxxs
assignments:ask_attempt              submitted                      x.xxxxxxs
assignments:grant_attempt            enrolment+essay                xxxxx.xxs
assignments:supersede                passed                         x>xxxxxxs
assignments:pass_after_all           passed                         x>xxxxxxs
assignments:room                     again                          x.xxxxxxs
assignments:answers                  answering                      .xxxxxxxs
assignments:save_answer              answering+asked                >xxxxxxxs
assignments:changes                  again                          x...xxxxs
assignments:result_sheet             passed                         ....xxxxs
assignments:result_sheet             submitted                      ----xxxxs
assignments:unit_result_sheet        passed+unit                    ....xxxxs
assignments:result_sheet_file        passed+unit                    ....xxxxs
assignments:result_sheet             unreleased                     -...xxxxs
assignments:submission               unreleased                     -...xxxxs
assignments:cover_sheet              unreleased                     -...xxxxs
assignments:second_markings          -                              x..x..xxs
assignments:ask_second_marking       submitted                      xx.x..xxs
assignments:call_off_second_marking  second                         xx.x..xxs
assignments:take_second_marking      second                         xpxxxxxxs
assignments:let_go_second_marking    second                         xpxxxxxxs
assignments:second_room              second                         x.xxxxxxs
assignments:decide_second            second+criterion               x>xxxxxxs
assignments:hand_over_second_marking second                         x.xxxxxxs
assignments:finish_first_marking     twice                          x.xxxxxxs
assignments:agreement                twice                          x..xxxxxs
assignments:confirm_agreement        twice                          x>xxxxxxs
assignments:pass_on_second_marking   twice                          x.xxxxxxs
assignments:settle_second_marking    twice                          xx.xxxxxs
assignments:authenticity             passed                         x...xxxxs
assignments:authenticity             submitted                      x...xxxxs
assignments:similarity               passed+submitted               x...xxxxs
assignments:judge_similarity         passed                         x..xxxxxs
assignments:note_viva                passed                         x..xxxxxs
assignments:raise_concern            passed                         x..xxxxxs
assignments:settle_concern           concern                        x..xxxxxs
assignments:request_extension        enrolment+essay                .xxxxxxxs
assignments:extensions               -                              x.xxx.xxs
assignments:extension                extension                      ..xxx.xxs
assignments:extension_evidence       extension                      ..xxx.xxs
assignments:grant_extension          extension                      x.xxx.xxs
assignments:decline_extension        extension                      x.xxx.xxs
assignments:pass_on_extension        extension                      x.xxx.xxs
assignments:withdraw_extension       extension                      .xxxxxxxs

verification:queue                   -                              xx...xxxs
verification:results                 -                              xx.x.xxxs
verification:release                 -                              xxpxpxxxs
verification:select                  unreleased                     xxpxxxxxs
verification:sign_offs               -                              xx...xxxs
verification:begin                   to_verify                      xxpxxxxxs
verification:begin_piece             to_verify_essay                xxpxxxxxs
verification:sign_off                verified                       xxx.xxxxs
verification:sample                  sample                         x....xxxs
verification:save_judgement          sample                         xx>xxxxxs
verification:agree_rest              sample                         xxpxxxxxs
verification:agree                   sample                         xx>xxxxxs
verification:send_back               sample                         xx>xxxxxs
verification:freeze_again            sample                         xxpxxxxxs
verification:answer                  sent_back                      x.xx.xxxs
verification:overturn                sent_back                      x.xxxxxxs
verification:pass_sampled            sent_back                      x.xxxxxxs
verification:development             -                              xx.x.xxxs
verification:own_development         -                              x.xxxxxxs
verification:development_of          tutor                          x..x.xxxs
verification:add_point               tutor                          xx.xxxxxs
verification:close_point             development_point              xx.xxxxxs
verification:decision                passed                         x....xxxs
verification:decision                unreleased                     x....xxxs
verification:decision                submitted                      x----xxxs
verification:tutors                  -                              xx.x.xxxs
verification:tutor                   tutor                          xx.x.xxxs
verification:sampling                -                              xx...xxxs
verification:plan                    cohort                         xx...xxxs
verification:plan_lines              cohort                         xx...xxxs
verification:grid                    cohort                         xx...xxxs
verification:draw                    cohort                         xx.x.xxxs
verification:add_by_hand             picked_line                    xx.x.xxxs
verification:begin_picked            picked_line                    xxpxxxxxs
verification:strategies              -                              xx...xxxs
verification:strategy                version                        xx...xxxs  shared
verification:set_strategy            version                        xx.x.xxxs  shared
verification:ratings                 -                              xx.x.xxxs
verification:rate                    tutor+qualification            xx.x.xxxs
verification:visits                  -                              xx...xxxs
verification:plan_visit              -                              xxxx.xxxs
verification:visit                   visit                          xx...xxxs
verification:visit                   past_visit                     xx.-.xxxs
verification:name_learners           visit                          xxxx.xxxs
verification:open_visit              visit                          xxxx.xxxs
verification:call_off_visit          visit                          xxxx.xxxs
verification:close_visit             visit                          xxxx.xxxs
verification:report_visit            visit                          xxxx.xxxs
verification:report_file             past_visit                     xx.x.xxxs
verification:seen                    past_visit                     xx.x.xxxs
verification:visit_learner           visit+enrolment                xxx-xxxxs
verification:record_finding          visit+enrolment+passed         xxx-xxxxs
verification:add_action              past_visit                     xxx-.xxxs
verification:finish_action           visit_action                   xxxx.xxxs
verification:pack                    past_visit                     xx.x.xxxs
verification:pack_file               pack                           xx.-.xxxs
verification:claims                  -                              xx....xxs
verification:make_claims             -                              xxxxpxxxs
verification:claim                   claim                          xx....xxs
verification:record_certificate      claim                          xxxx.xxxs
verification:record_rejection        claim                          xxxx.xxxs
verification:revoke                  certificated                   xxxx.xxxs
verification:mend                    certificated                   xxxx.xxxs
verification:claim_units             withdrawn                      xxxx.xxxs
verification:check_certificate       certificate                    xxxx.xxxs
verification:send_certificate        certificate                    xxxx.xxxs
verification:ask_correction          certificate                    xxxx.xxxs
verification:replace_certificate     certificate                    xxxx.xxxs
verification:batches                 -                              xxxx.xxxs
verification:batch                   batch                          xxxx.xxxs
verification:export_batch            batch                          xxxxpxxxs
verification:batch_file              batch                          xxxx.xxxs
verification:send_batch              batch                          xxxx.xxxs
verification:read_answer             batch                          xxxx.xxxs
verification:answer_file             answer                         xxxx.xxxs
verification:take_answer             answer                         xxxxpxxxs
verification:put_aside_answer        answer                         xxxxpxxxs
verification:recognitions            -                              x....xxxs
verification:recognition             recognition                    x....xxxs
verification:propose_recognition     active                         x.xxxxxxs
verification:agree_recognition       recognition                    xx.xxxxxs
verification:decline_recognition     recognition                    xx.xxxxxs
verification:standardisation         -                              x....xxxs
verification:plan_event              -                              xx.xxxxxs
verification:event                   standard_open                  x....xxxs  shared
verification:event                   standard_closed                x....xxxs  shared
verification:set_piece               standard_open                  xx.xxxxxs  shared
verification:invite_participants     standard_open                  xx.xxxxxs  shared
verification:open_marking            standard_open                  xx.xxxxxs  shared
verification:compare                 standard_open                  xx.xxxxxs  shared
verification:call_off_event          standard_open                  xx.xxxxxs  shared
verification:close_event             standard_compared              xx.xxxxxs  shared
verification:add_correction          standard_closed                xx.xxxxxs  shared
verification:note_attendance         participation                  xx.xxxxxs  shared
verification:marks                   standard_open                  x.-xxxxxs
verification:save_mark               standard_open+criterion        x>-xxxxxs
verification:hand_over_marks         standard_open                  xppxxxxxs
verification:save_standard           standard_compared+criterion    xx>xxxxxs  shared
verification:interim_samples         -                              x....xxxs
verification:plan_interim            -                              xx.xxxxxs
verification:interim_sample          interim_planned                x..-.xxxs
verification:interim_sample          interim_draft                  x....xxxs
verification:interim_sample          interim_agreed                 x....xxxs
verification:record_interim          interim_planned                xx.xxxxxs
verification:call_off_interim        interim_planned                xx.xxxxxs
verification:answer_interim          interim_action                 x.xxxxxxs
verification:close_interim           interim_draft                  xx.xxxxxs
verification:send_interim_again      interim_action                 xx.xxxxxs
verification:staff                   -                              x>...xxxs
verification:staff_file              tutor                          x....xxxs  shared
verification:add_qualification       tutor                          x..x.xxxs  shared
verification:add_development         tutor                          x..x.xxxs  shared
verification:declare_interest        tutor                          x..x.xxxs  shared
verification:approve_staff           tutor                          xx.x.xxxs  shared
verification:award_qualification     towards                        x..x.xxxs  shared
verification:staff_evidence          staff_held                     x....xxxs  shared
verification:end_interest            interest                       xx.x.xxxs  shared
verification:end_approval            approval                       xx.x.xxxs  shared
verification:changes                 -                              xx.x.xxxs
verification:note_change             -                              xx.x.xxxs
verification:tell_change             staff_change                   xx.x.xxxs  shared
verification:own_cases               -                              .xxxxxxxs
verification:complain                -                              .xxxxxxxs
verification:own_case                appeal                         .xxxxxxxs
verification:own_case                suspicion                      -xxxxxxxs
verification:add_own_file            complaint                      .xxxxxxxs
verification:appeal                  passed                         >xxxxxxxs
verification:cases                   -                              x.....xxs
verification:raise_case              -                              xxxx.xxxs
verification:case                    appeal                         x--..-xxs
verification:case                    complaint                      x---.-xxs
verification:case                    suspicion                      x--..-xxs
verification:case                    investigated                   x--...xxs
verification:case_file               appeal+appeal_file             .--..-xxs
verification:case_kept               appeal+appeal_kept             x--.--xxs
verification:case_kept_file          appeal+appeal_kept             x--.--xxs
verification:case_kept_figure        appeal+appeal_kept+figure      x--.--xxs
verification:case_kept_evidence      of_portfolio+portfolio_kept+portfolio_file x--.-.xxs
verification:acknowledge_case        appeal                         xxxx.xxxs
verification:begin_review            complaint                      xxxx.xxxs
verification:decide_case             appeal                         x--x.-xxs
verification:call_panel              appeal                         xxxx.xxxs
verification:pass_on_case            appeal                         xxxx.xxxs
verification:investigate             suspicion                      xxxx.xxxs
verification:report_case             investigated                   xxxx.xxxs
verification:hear                    investigated                   xxxx.xxxs
verification:record_answer           investigated                   xxxx.xxxs
verification:decide_malpractice      investigated                   x--x..xxs
verification:sanction                suspicion                      xxxx.xxxs
verification:close_case              appeal                         xxxx.xxxs
verification:drop_case               appeal                         xxxx.xxxs
verification:replace_decider         investigated                   xxxx.xxxs
verification:declare_case_interest   investigated                   x--x..xxs
verification:note_case               investigated                   x--x..xxs
verification:add_case_file           investigated                   x--x..xxs

reporting:dashboard                  cohort                         x..x..xxs
reporting:draw_up                    cohort                         xxxxx.xxs
reporting:client_cohort              cohort                         xxxxxx.xs
reporting:reports                    -                              xxxxx.xxs
reporting:report                     report                         xxxxx.xxs
reporting:approve_report             report                         xxxxx.xxs
reporting:send_report                approved_report                xxxxx.xxs
reporting:report_pdf                 sent_report                    xxxxx..xs
reporting:report_pdf                 approved_report                xxxxx--xs

# Signing in: allauth's pages, for whoever has an account. Those that we do not have answer 404 to everybody.
account_login                        -                              >>>>>>>>.
account_logout                       -                              ........>
account_inactive                     -                              .........
account_reauthenticate               -                              ........s
account_change_password              -                              ........s
account_reset_password               -                              .........
account_reset_password_done          -                              .........
account_reset_password_from_key_done -                              .........
account_reset_password_from_key      1+abc                          .........  shared
account_signup                       -                              ---------
account_email                        -                              ---------
account_email_verification_sent      -                              ---------
account_confirm_email                abc                            ---------
account_set_password                 -                              ---------
account_confirm_login_code           -                              ---------
mfa_index                            -                              ........s
mfa_authenticate                     -                              >>>>>>>>>
mfa_reauthenticate                   -                              >>>>>>>>s
mfa_activate_totp                    -                              >>>>>>>>s
mfa_deactivate_totp                  -                              --------s
mfa_view_recovery_codes              -                              --------s
mfa_generate_recovery_codes          -                              >>>>>>>>s
mfa_download_recovery_codes          -                              --------s
mfa_list_webauthn                    -                              ........s
mfa_add_webauthn                     -                              >>>>>>>>s
mfa_reauthenticate_webauthn          -                              >>>>>>>>s
mfa_remove_webauthn                  1                              >>>>>>>>s
mfa_edit_webauthn                    1                              >>>>>>>>s
"""

# Routes that answer to a POST only: what an empty one gets. `!` is 409, a rule that refuses; `.` an answer, `>` done.
POSTS = """
#                                                                   LTIEAMCSV
core:theme                           -                              >>>>>>>>>
accounts:demo_sign_in                -                              ---------
enrolment:autosave                   invited+about                  .xxxxxxxu
assignments:begin                    enrolment+essay                !xxxxxxxs
assignments:begin_essay_upload       draft                          !xxxxxxxs
assignments:begin_evidence_upload    enrolment                      !xxxxxxxs
assignments:receive_piece            upload                         !xxxxxxxs
assignments:ask_for_feedback         practice_client                >xxxxxxxs
assignments:close_feedback_link      feedback_request               >xxxxxxxs
assignments:take                     submitted                      x>xxxxxxs
assignments:let_go                   submitted                      x!xxxxxxs
assignments:remove_comment           submitted                      x-xxxxxxs
assignments:put_back_comment         submitted                      x-xxxxxxs
assignments:keep_comment             submitted                      x-xxxxxxs
assignments:remove_bank_comment      bank_comment                   x>xxxxxxs
assignments:use_bank_comment         bank_comment                   x.xxxxxxs
assignments:take_second_marking      second                         x>xxxxxxs
assignments:let_go_second_marking    second                         x>xxxxxxs
verification:begin                   to_verify                      xx>xxxxxs
verification:begin_piece             to_verify_essay                xx>xxxxxs
verification:agree_rest              sample                         xx>xxxxxs
verification:freeze_again            sample                         xx!xxxxxs
verification:release                 -                              xx!x!xxxs
verification:select                  unreleased                     xx>xxxxxs
verification:begin_picked            picked_line                    xx>xxxxxs
verification:make_claims             -                              xxxx>xxxs
verification:export_batch            batch                          xxxx!xxxs
verification:take_answer             answer                         xxxx>xxxs
verification:put_aside_answer        answer                         xxxx>xxxs
verification:hand_over_marks         standard_open                  x!-xxxxxs
"""

# Whoever takes a copy of a learner's file leaves an event: the one GET that writes. What an external verifier opens is noted as
# well, on every page (tests/verification/test_visit_sight.py).
NOTED = {
    "assignments:document", "assignments:evidence", "assignments:bundle_file", "assignments:extension_evidence",
    "assignments:result_sheet_file", "verification:batch_file",
    "verification:staff_evidence",
    "verification:report_file", "verification:pack_file",
    "verification:case_file", "verification:case_kept_file",
    "verification:case_kept_evidence",
}  # fmt: skip

SAID = {200: ".", 204: ".", 401: "u", 403: "x", 404: "-", 405: "p", 409: "!"}


@dataclass(frozen=True)
class Line:
    route: str
    names: str
    letters: str
    shared: bool

    def __str__(self) -> str:
        return f"{self.route} {self.names}"


def lines(table: str) -> list[Line]:
    rows = [row.split() for row in table.splitlines() if row.strip() and not row.startswith("#")]
    return [Line(row[0], row[1], row[2], row[3:] == ["shared"]) for row in rows]


TABLE = lines(ROUTES)
POST_TABLE = lines(POSTS)


def letter(response) -> str:
    """What the door answered, as in the table."""
    if response.streaming:
        b"".join(response)  # so that the file is closed
    if response.status_code == 302:
        return "s" if response["Location"].startswith("/account/login/?next=") else ">"
    return SAID.get(response.status_code, str(response.status_code))


def answers(world, clients, line, method="get", asking=PEOPLE) -> str:
    """The letters for one line, one for each person who asks; each request is undone again."""
    url = world.url(line.route, line.names)
    found = []
    for who in asking:
        with transaction.atomic():
            found.append(letter(getattr(clients[who], method)(url)))
            transaction.set_rollback(True)
    return "".join(found)


@pytest.fixture(scope="module")
def both(django_db_setup, django_db_blocker):
    """Two worlds without anybody in common, for the whole file; they are never committed."""
    with (
        django_db_blocker.unblock(),
        worlds.kept(lambda: [worlds.a_world(worlds.a_cast()) for _ in range(2)]) as two,
    ):
        yield two


@pytest.fixture(scope="module")
def world(both):
    return both[0]


@pytest.fixture(scope="module")
def clients(world):
    return {who: world.cast.client_of(who) for who in PEOPLE}


def test_every_route_has_a_line_and_every_line_a_route():
    known = {name for name, _ in routes(get_resolver()) if name != "None"}

    assert {one.route for one in TABLE} == known


def test_every_route_that_answers_to_a_post_only_says_what_it_answers():
    assert {one.route for one in POST_TABLE} == {one.route for one in TABLE if "p" in one.letters}


@pytest.mark.parametrize("line", TABLE, ids=str)
def test_the_door_answers_as_the_table_says_and_looking_writes_nothing(world, clients, line):
    with CaptureQueriesContext(connection) as captured:
        assert answers(world, clients, line) == line.letters

    writes = [one["sql"] for one in captured if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    noted = "django_session", "verification_visitview", "verification.visitview"
    assert line.route in NOTED or [sql for sql in writes if not any(name in sql for name in noted)] == []


@pytest.mark.parametrize("line", POST_TABLE, ids=str)
def test_the_door_answers_a_post_as_the_table_says(world, clients, line):
    assert answers(world, clients, line, "post") == line.letters


@pytest.mark.parametrize("line", [one for one in TABLE if set("x-") & set(one.letters)], ids=str)
def test_whoever_may_not_see_a_page_may_not_post_to_it(world, clients, line):
    refused = {who: said for who, said in zip(PEOPLE, line.letters, strict=True) if said in "x-"}
    url = world.url(line.route, line.names)
    before = Event.objects.count(), Notice.objects.count()

    assert {who: letter(clients[who].post(url)).replace("p", said) for who, said in refused.items()} == refused
    assert (Event.objects.count(), Notice.objects.count()) == before


@pytest.mark.parametrize(
    "line", [one for one in TABLE if one.names != "-" and not one.shared and ":" in one.route], ids=str
)
def test_what_belongs_to_another_client_cannot_be_seen(both, clients, line):
    let_in = [who for who, said in zip(PEOPLE, line.letters, strict=True) if said in ".>" and who != "visitor"]

    found = answers(both[1], clients, line, asking=let_in)

    assert found == "".join("." if who == "administrator" else "-" for who in let_in)


@pytest.mark.parametrize("line", [one for one in POST_TABLE if one.names != "-"], ids=str)
def test_what_belongs_to_another_client_cannot_be_changed(both, clients, line):
    expected = [
        "-" if said in ".>!" and who != "administrator" else said
        for who, said in zip(PEOPLE, line.letters, strict=True)
    ]

    assert answers(both[1], clients, line, "post") == "".join(expected)


@pytest.mark.parametrize("line", [one for one in TABLE if set(".>p") & set(one.letters)], ids=str)
def test_a_post_without_its_token_is_refused(world, clients, line):
    who = next(who for who, said in zip(PEOPLE, line.letters, strict=True) if said in ".>p")
    client = Client(enforce_csrf_checks=True)
    client.cookies = clients[who].cookies

    response = client.post(world.url(line.route, line.names))

    refused_for_its_token = "This form was open for too long" in response.content.decode()
    assert (response.status_code, refused_for_its_token) in [(403, True), (405, False)]
