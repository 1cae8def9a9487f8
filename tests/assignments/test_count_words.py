"""`manage.py count_words`: one file, one line, by the rule that every page shows; or a sentence and a failure."""

import json

import pytest
from django.core.management import call_command

from tests.assignments import documents as build
from tests.assignments.documents import docx, heading, paragraph
from tests.assignments.test_documents import REFUSALS

ESSAY = docx(
    heading("Purpose"),
    paragraph("the coach asks and then waits", inner=build.note_mark(2)),
    heading("References"),
    footnotes={2: "a b"},
    stated=5,
)


def refused(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        call_command("count_words", *words)
    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert printed.out == ""
    return printed.err.strip()


def test_it_prints_one_json_object(tmp_path, capsys):
    path = tmp_path / "essay.docx"
    path.write_bytes(ESSAY)
    call_command("count_words", str(path), "--json")
    printed = capsys.readouterr().out
    assert printed.startswith('{"body": 7, "references": 1, "notes": 2, "total": 10, "parts": {')
    assert printed.count("\n") == 1
    assert sum(json.loads(printed)["parts"].values()) == 10


def test_it_prints_a_readable_line(tmp_path, capsys):
    path = tmp_path / "essay.docx"
    path.write_bytes(ESSAY)
    call_command("count_words", str(path))
    assert capsys.readouterr().out == "7 words + 1 references + 2 in notes, 10 in all; its own program says 5\n"


def test_the_sentence_is_whole(tmp_path, capsys):
    path = tmp_path / "essay.docx"
    path.write_bytes(b"MZ\x90\x00 a program")
    assert refused(capsys, str(path), "--json") == (
        "essay.docx is a program and not a document, whatever its name says. Choose the document itself."
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_is_a_sentence_on_the_error_stream(name, tmp_path, capsys):
    made, says = REFUSALS[name]
    path = tmp_path / "essay.docx"
    path.write_bytes(made())
    sentence = refused(capsys, str(path))
    assert says in sentence
    assert sentence.endswith(".")


def test_a_file_that_cannot_be_read_is_named(tmp_path, capsys):
    missing, folder, circle = tmp_path / "none.docx", tmp_path / "folder.docx", tmp_path / "circle.docx"
    folder.mkdir()
    circle.symlink_to(circle)
    assert refused(capsys, str(missing)) == f"{missing} cannot be read: No such file or directory."
    assert refused(capsys, str(folder)) == f"{folder} cannot be read: Is a directory."
    assert refused(capsys, str(circle)).startswith(f"{circle} cannot be read: ")
