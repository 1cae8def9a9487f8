from hypothesis import given
from hypothesis import strategies as st

from core.text import cleaned

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm;} --></style></head>
<body lang=EN-GB><!--StartFragment--><p class=MsoNormal><b><span style='font-size:11.0pt'>A strong
page</span></b>, and \u201cyours\u201d.<o:p></o:p></p><!--[if !supportLists]--><p class=MsoListParagraph>Tom &amp; Jane</p>
<table><tr><td>1.1</td><td>met</td></tr></table><!--EndFragment--></body></html>"""


def test_what_word_puts_around_its_text_is_taken_away():
    assert cleaned(WORD) == "A strong page, and “yours”.\n\nTom & Jane\n\n1.1 met"


def test_text_that_only_looks_a_little_like_markup_stays():
    said = "Show that a < b, and that b > c. See <Hawkins 2013> & others."

    assert cleaned(said) == said


def test_lines_bullets_and_blanks_of_a_word_processor_read_as_they_looked():
    assert (
        cleaned("First\u00a0line\x0bsecond\r\n\r\n\r\n\r\n\uf0b7\tthird  \u200bend\u00ad ")
        == "First line\nsecond\n\n- third  end"
    )


def test_emoji_and_letters_that_need_their_joiners_keep_them():
    assert cleaned("Well done 👩‍🏫, می‌خواهم") == "Well done 👩‍🏫, می‌خواهم"
    assert cleaned("plain\u200dtext") == "plaintext"


def test_what_turns_text_round_unseen_is_taken_away():
    assert cleaned("met\u202edehctams\u202c\x00") == "metdehctams"


@given(st.text(st.characters(exclude_characters="<&", exclude_categories=["Cs"])))
def test_plain_text_is_cleaned_once_and_for_all(text):
    once = cleaned(text)

    assert cleaned(once) == once
    assert "".join(once.split()) in "".join(text.split()) or not text.isascii() or not text.isprintable()
