import pytest
from django.core.management import CommandError, call_command

from programmes.management.commands.load_qualifications import SHIPPED
from programmes.models import Cohort, Criterion, QualificationVersion, Resource, Unit
from tests import factories

FILE = """
[organisation]
code = "ilm"
name = "ILM"
[[organisation.legal_names]]
name = "The old company"
from_on = 2018-11-01
to_on = 2025-10-31

[qualification]
number = "1-2"
title = "A certificate"
level = 5

[version]
version = "1"
combination = "fixed"

[[units]]
number = "10"
title = "First"
[[units.outcomes]]
number = 1
title = "Know"
[[units.outcomes.criteria]]
number = "1.1"
title = "Say"
text = '''Say it
in your own words.'''

[[assignments]]
kind = "essay"
title = "Essay"
units = ["10"]

[[resources]]
session_kind = "workshop"
kind = "reading"
title = "A book"
"""


@pytest.fixture
def load(tmp_path, db, capsys):
    def load(text=FILE):
        path = tmp_path / "one.toml"
        path.write_text(text)
        call_command("load_qualifications", path)
        return capsys.readouterr().out.strip()

    return load


def test_a_file_is_loaded_and_the_second_time_left_alone(load):
    assert load().startswith("one.toml: loaded")

    criterion = Criterion.objects.get()
    assert criterion.text == "Say it in your own words."
    assert criterion.is_paraphrase
    assert load().startswith("one.toml: unchanged")
    assert Criterion.objects.get().pk == criterion.pk


def test_a_changed_version_is_changed_as_long_as_no_cohort_uses_it(load, cast):
    load()
    changed = FILE.replace('title = "First"', 'title = "Renamed"')

    assert load(changed).startswith("one.toml: changed")
    assert Unit.objects.get().title == "Renamed"

    version = QualificationVersion.objects.get()
    factories.a_cohort(cast=cast, version=version)
    with pytest.raises(CommandError, match="is used by a cohort and cannot be changed"):
        load()
    assert Unit.objects.get().title == "Renamed"


def test_a_cohort_under_way_keeps_the_limits_it_began_with(load, cast):
    """An update of Waymark may ship another need or limit. It is for cohorts to come, and no error for the others."""
    load()
    version = QualificationVersion.objects.get()
    factories.a_cohort(cast=cast, version=version)

    said = load(
        FILE.replace("[version]", '[version]\nportfolio_needs = ["goals", "mapping"]\ntutor_extension_days = 3')
    )

    assert said.startswith("one.toml: kept")
    version.refresh_from_db()
    assert (version.portfolio_needs[0], version.tutor_extension_days) == ("goals", 14)
    assert "mapping" not in version.portfolio_needs


def test_resources_are_changed_even_while_a_cohort_runs(load, cast):
    load()
    factories.a_cohort(cast=cast, version=QualificationVersion.objects.get())

    assert load(FILE.replace("A book", "Another book")).startswith("one.toml: changed")
    assert Resource.objects.get().title == "Another book"


def test_a_scheme_with_marks_is_read_with_its_pass_mark_and_the_marks_of_each_criterion(load, client, cast):
    scheme = 'title = "First"\nmarking_scheme = "minimum"\npass_mark = 60'
    load(FILE.replace('title = "First"', scheme).replace('title = "Say"', 'title = "Say"\nmarks = 8'))

    unit, criterion = Unit.objects.get(), Criterion.objects.get()
    assert (unit.marking_scheme, unit.pass_mark, criterion.marks) == ("minimum", 60, 8)
    client.force_login(cast.tutor)
    page = client.get(QualificationVersion.objects.get().qualification.get_absolute_url()).content.decode()
    assert "Every criterion reaches the pass mark: 60 per cent." in page
    assert "8 marks at most." in page


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"First"', '"First"\npass_mark = 60', "“pass_mark” goes with the schemes minimum and average"),
        ('"Say"', '"Say"\nmarks = 8', "“marks” goes with the schemes minimum and average"),
        ('"First"', '"First"\nmarking_scheme = "average"\npass_mark = 101', "a percentage from 1 to 100, not 101"),
        ('"First"', '"First"\nmarking_scheme = "averge"', "“averge” is no marking_scheme. The nearest is “average”"),
        ("text =", "txet =", "“txet” is not known here. The nearest known key is “text”"),
        ("[[resources]]", "[[resuorces]]", "“resuorces” is not known here. The nearest known key is “resources”"),
        ('combination = "fixed"', 'combination = "fixt"', "“fixt” is no combination. The nearest is “fixed”"),
        ('combination = "fixed"', 'combination = "credit_total"', "“credit_total” goes with the rule"),
        ("level = 5", 'level = "five"', "“five” does not fit level"),
        ("level = 5", "", "“level” is missing"),
        ('[version]\nversion = "1"\ncombination = "fixed"', "", "[version] is missing"),
        ('units = ["10"]', 'units = ["11"]', "names unit 11, which the file does not have"),
        ("[[units]]", "[units]", ""),
        ("level = 5", "level = ", "this is not TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_written(load, old, new, sentence):
    with pytest.raises(CommandError) as error:
        load(FILE.replace(old, new))

    assert sentence in str(error.value)
    assert not QualificationVersion.objects.exists()


def test_a_file_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("load_qualifications", tmp_path / "none.toml")


@pytest.fixture
def shipped(db):
    call_command("load_qualifications", verbosity=0)


def test_the_coaching_certificate_has_its_units_assignments_and_thresholds(shipped):
    version = QualificationVersion.objects.get(qualification__number="8588-21")

    assert [(u.number, u.credits, u.glh) for u in version.units.all()] == [
        ("500", 6, 20),
        ("501", 5, 12),
        ("503", 5, 10),
    ]
    criteria = Criterion.objects.filter(outcome__unit__version=version)
    assert [criteria.filter(outcome__unit__number=n).count() for n in ("500", "501", "503")] == [12, 6, 4]
    assert (version.practice_minutes, version.practice_clients_min, version.practice_clients_max) == (18 * 60, 2, 3)
    assert (version.supervision_minutes, version.claim_route, version.tqt) == (60, "sign_off", None)
    essay, portfolio = version.assignments.all()
    assert (essay.words_min, essay.words_max, [u.number for u in essay.units.all()]) == (4000, 5000, ["500"])
    assert [u.number for u in portfolio.units.all()] == ["501", "503"]


def test_everything_shipped_is_marked_as_paraphrase_and_says_where_it_comes_from(shipped):
    assert Criterion.objects.exists()
    assert not Criterion.objects.filter(is_paraphrase=False).exists()
    assert not QualificationVersion.objects.filter(source="").exists()
    assert len(list(SHIPPED.glob("*.toml"))) == QualificationVersion.objects.count() == 3


def test_each_place_in_the_programme_has_content_readings_and_two_short_pieces(shipped):
    places = [("induction", 1), *[("workshop", n) for n in (1, 2, 3, 4)], ("guided_learning", 1)]
    for kind, number in places:
        here = Resource.objects.filter(session_kind=kind, session_number=number)
        counts = [here.filter(kind=one).count() for one in ("content", "reading", "microlearning")]
        assert 1 <= counts[0] <= 2
        assert 2 <= counts[1] <= 3
        assert counts[2] == 2
        for piece in here.filter(kind="microlearning"):
            assert 150 <= len(piece.body.split()) <= 300, piece.title


def test_a_qualification_by_credit_total_says_how_many(shipped):
    version = QualificationVersion.objects.get(combination="credit_total")

    assert version.credit_total == 13
    assert not version.units.filter(mandatory=True).exists()
    assert not Cohort.objects.exists()
