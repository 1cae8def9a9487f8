"""Hostile files are refused with a sentence, or read without harm, in a process of their own; the worker lives on.

How long they take and how much memory is measured by `./run bench documents` and decides nothing here.
"""

import contextlib
import io
import re
import zipfile
from random import Random

import pytest

from assignments import documents
from assignments.documents import BEYOND, Kind, Unacceptable
from tests.assignments import documents as build
from tests.assignments.documents import docx, heading, odt, odt_h, odt_p, paragraph
from tests.assignments.hostile_set import ESSAY, ESSAY_ODT, HOSTILE, chained_styles, circular_styles, cut
from tests.assignments.pieces import words


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_or_read(name, tmp_path):
    made = HOSTILE[name]
    path = tmp_path / "file"
    path.write_bytes(made.make())
    try:
        found = documents.examine(path, "essay", purpose=made.purpose, kind=made.kind)
    except Unacceptable as refusal:
        sentence = refusal.sentence
    else:
        sentence = ""
        assert found.reading is not None
    assert sentence == BEYOND or (made.says in sentence and bool(made.says) == bool(sentence))
    if sentence == BEYOND:
        assert made.says, "what is harmless in the end has to be read"


@pytest.mark.parametrize(
    "name", ["a picture of 30,000 x 30,000 pixels", "that picture in an OpenDocument", "a picture from elsewhere"]
)
def test_the_essay_around_a_picture_that_is_too_large_is_read_and_the_picture_is_not_shown(name):
    content = HOSTILE[name].make()
    reading = documents.read(content, documents.inspect(content))
    assert reading.figures == ()
    assert "<img" not in reading.html
    assert "example.org" not in reading.html
    if "30,000" in name:
        assert reading.counts.body == 50
        assert "[picture not shown]" in reading.html


def test_a_name_with_marks_that_turn_it_around_is_shown_as_it_is_read():
    with pytest.raises(Unacceptable, match=r"^essayxcod\.exe is a program"):
        documents.inspect(b"MZ", "essay\u202excod\u2067.exe")


def test_a_number_that_is_none_is_no_number():
    """ "²" is a digit to Python, and no number."""
    levelled = odt(
        odt_h("One").replace('outline-level="1"', 'outline-level="²"'), "<text:p>a<text:s text:c='²'/>b</text:p>"
    )
    assert documents.count(levelled, Kind.ODT).body == 3
    outlined = docx(paragraph("One", properties='<w:outlineLvl w:val="²"/>'))
    assert documents.count(outlined, Kind.DOCX).body == 1


def test_styles_in_a_circle_and_in_a_long_chain_are_followed_a_few_steps():
    """Each of them is refused for its many paragraphs; with fewer it is read all the same."""
    for made in (circular_styles(1_800), chained_styles(3_600)):
        assert documents.count(made, Kind.DOCX).body == 1_800


GOOD = {
    "docx": docx(
        heading("One"),
        *(paragraph(words(9, n), inner=build.text_box("box") + build.deletion("x")) for n in range(4)),
        paragraph("two", inner=build.note_mark(2) + build.figure("pic") + build.field_of("PAGE", "3")),
        build.table([["a", "b"]]),
        footnotes={2: "note"},
        media={"pic.png": build.png()},
    ),
    "odt": odt(
        odt_h("One"), odt_p(words(30)), f"<text:p>two{build.odt_note('note')}</text:p>", build.odt_table([["a"]])
    ),
    "pdf": build.pdf(*[[words(8, n) for n in range(12)]] * 2),
}


def mutated(content: bytes, dice: Random) -> bytes:
    """The file with some of its bytes changed, left out, doubled or moved."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        place, length = dice.randrange(len(changed)), dice.randint(1, 40)
        kind = dice.randrange(4)
        if kind == 0:
            changed[place : place + length] = dice.randbytes(length)
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = changed[place : place + length]
        else:
            changed[place] ^= 1 << dice.randrange(8)
        if not changed:
            return b"\x00"
    return bytes(changed)


@pytest.mark.parametrize("kind", GOOD)
def test_changed_bytes_are_refused_or_read_and_nothing_else(kind):
    dice = Random(f"mutations of {kind}")
    for _ in range(150):
        content = mutated(GOOD[kind], dice)
        with contextlib.suppress(Unacceptable):
            documents.read(content, documents.inspect(content))


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_changed_xml_in_a_whole_package_is_refused_or_read_and_nothing_else(kind):
    """Behind the checksums, where a hostile sender would change it."""
    dice = Random(f"members of {kind}")
    with zipfile.ZipFile(io.BytesIO(GOOD[kind])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = [name for name in members if name.endswith((".xml", ".rels"))]
    for _ in range(200):
        name = dice.choice(names)
        content = build.zipped(members | {name: mutated(members[name], dice)}, stored=("mimetype",))
        with contextlib.suppress(Unacceptable):
            documents.read(content, documents.inspect(content))


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_swapped_elements_and_numbers_are_refused_or_read_and_nothing_else(kind):
    """Well-formed XML that means nothing: values and tags exchanged for others of the same file."""
    dice = Random(f"meaning of {kind}")
    with zipfile.ZipFile(io.BytesIO(GOOD[kind])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    main = "word/document.xml" if kind == "docx" else "content.xml"
    text = members[main].decode()
    values = [*sorted(set(re.findall(r'="([^"]*)"', text))), "", "-1", "99999999999999999999", "\u202e", "²"]
    tags = sorted(set(re.findall(r"</([a-z]+:[a-zA-Z]+)>", text)))
    for _ in range(150):
        old, new = dice.sample(tags, 2)
        changed = re.sub(rf"(</?){old}\b", rf"\g<1>{new}", text) if dice.random() < 0.5 else text
        # The namespaces at the beginning are left as they are.
        start = changed.index(">")
        tail = re.sub(
            r'="[^"]*"', lambda match: f'="{dice.choice(values)}"' if dice.random() < 0.1 else match[0], changed[start:]
        )
        content = build.zipped(members | {main: (changed[:start] + tail).encode()}, stored=("mimetype",))
        with contextlib.suppress(Unacceptable):
            documents.read(content, documents.inspect(content))


@pytest.mark.parametrize("content", [ESSAY, ESSAY_ODT, build.pdf(*[[words(10, n) for n in range(40)]] * 12)])
def test_an_upload_cut_at_80_per_cent_is_damaged(content):
    documents.inspect(content)
    with pytest.raises(Unacceptable, match="is damaged"):
        documents.inspect(cut(content))
