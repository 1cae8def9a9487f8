"""The reference page R: standard middleware, session and user, one fixed aggregate, eight columns in a Django template.

It shows the same learners as the cohort's dashboard, and nothing that Waymark's own modules make faster. For what is measured in a
browser there is a bare page too: nothing but paragraphs.
"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

AGGREGATE = """
with work as (
    select s.enrolment_id,
        count(*) filter (where s.state = 'passed') as passed,
        count(*) filter (where s.state in ('draft', 'submitted')) as open,
        count(*) filter (where s.state = 'referred') as referred
    from assignments_submission s join enrolment_enrolment e on e.id = s.enrolment_id
    join programmes_cohort c on c.id = e.cohort_id where c.code = %(code)s group by s.enrolment_id
), attendance as (
    select p.enrolment_id, round(100.0 * count(*) filter (where p.state in ('attended', 'part')) / count(*)) as share
    from workshops_place p join workshops_session s on s.id = p.session_id
    join programmes_cohort c on c.id = s.cohort_id
    where c.code = %(code)s and s.state = 'held' group by p.enrolment_id
), dates as (
    select e.id as enrolment_id, min(coalesce(own.due_on, d.due_on)) as next_on
    from enrolment_enrolment e join programmes_cohort c on c.id = e.cohort_id
    join programmes_cohortdeadline d on d.cohort_id = c.id
    left join enrolment_individualdeadline own on own.enrolment_id = e.id and own.assignment_id = d.assignment_id
    where c.code = %(code)s and not exists (
        select 1 from assignments_submission s where s.enrolment_id = e.id and s.assignment_id = d.assignment_id
        and s.state in ('submitted', 'passed')) group by e.id
)
select u.full_name, u.email, a.share, coalesce(w.passed, 0), coalesce(w.open, 0), coalesce(w.referred, 0),
    t.next_on, r.expires_on
from enrolment_enrolment e join programmes_cohort c on c.id = e.cohort_id join accounts_user u on u.id = e.learner_id
left join work w on w.enrolment_id = e.id left join attendance a on a.enrolment_id = e.id
left join dates t on t.enrolment_id = e.id left join enrolment_registration r on r.enrolment_id = e.id
where c.code = %(code)s order by u.full_name, e.id
"""
PAGE = Engine().from_string(
    """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ code }}</title></head><body>
<p>{{ user.full_name }}</p><h1>{{ code }}</h1><table><thead><tr><th>Learner</th><th>E-mail</th><th>Attendance</th><th>Passed</th>
<th>Open</th><th>Referred</th><th>Next deadline</th><th>Registration ends</th></tr></thead><tbody>
{% for row in rows %}<tr><td>{{ row.0 }}</td><td>{{ row.1 }}</td><td>{{ row.2 }}</td><td>{{ row.3 }}</td><td>{{ row.4 }}</td>
<td>{{ row.5 }}</td><td>{{ row.6|date:"D j F Y" }}</td><td>{{ row.7|date:"D j F Y" }}</td></tr>
{% endfor %}</tbody></table></body></html>"""
)


def page(request: HttpRequest, code: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATE, {"code": code})
        rows = cursor.fetchall()
    return HttpResponse(PAGE.render(Context({"rows": rows, "code": code, "user": request.user})))


PARAGRAPH = f"<p>{'Five words in each sentence. ' * 20}</p>\n"
HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bare</title></head><body>\n'


def bare(request: HttpRequest, size: int) -> HttpResponse:
    """About `size` bytes of paragraphs, and a link to the next page like it."""
    following = f'<p><a href="{request.path}?next" data-bare>Next</a></p></body></html>'
    return HttpResponse(HEAD + PARAGRAPH * (size // len(PARAGRAPH)) + following)


urlpatterns = [
    path("reference/<slug:code>/", page, name="reference"),
    path("bare/<int:size>/", bare, name="bare"),
    path("", include("config.urls")),
]
handler500 = "core.views.server_error"
