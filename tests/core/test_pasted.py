import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pasted import pasted


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Good\u200b work\ufeff.", "Good work."),
        ("co\u00adoperate", "cooperate"),
        ("“Why?” she asked – twice.", "“Why?” she asked – twice."),
        ("\x93Why?\x94 It\x92s clear \x96 yes.", "“Why?” It’s clear – yes."),
        ("\u00b7\u00a0\u00a0 First\n\uf0b7\tSecond\n• Third", "- First\n- Second\n- Third"),
        ("One\r\n\r\n\r\n\r\nTwo\rThree", "One\n\nTwo\nThree"),
        ("Before\n<!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]-->\nAfter", "Before\n\nAfter"),
        ("Good<o:p></o:p> point", "Good point"),
        (
            '/* Style Definitions */\ntable.MsoNormalTable {mso-style-name:"x"; mso-para-margin:0cm}\nSee 1.2.',
            "See 1.2.",
        ),
        ("Normal 0 false false false EN-GB X-NONE X-NONE\nWell argued.", "Well argued."),
        ("mso-bidi-language:AR-SA\nWell argued.", "Well argued."),
        ("a < b and {b} > c", "a < b and {b} > c"),
        ("Compare <b>both</b> sides.", "Compare <b>both</b> sides."),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("ab\x00c", "abc"),
    ],
)
def test_what_is_no_text_goes_and_what_can_be_read_stays(given, kept):
    assert pasted(given) == kept


@given(st.text(max_size=200))
def test_cleaning_twice_changes_no_more(text):
    assert pasted(pasted(text)) == pasted(text)


@given(st.text(alphabet="abc def.,;:'\"!?()-äéß", max_size=200))
def test_plain_writing_is_left_as_it_is(text):
    assert pasted(text) == text.strip()
