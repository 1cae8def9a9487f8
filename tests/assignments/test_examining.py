"""A file is looked at in a process of its own: whatever is in it, the worker lives and the learner gets a sentence."""

import io
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assignments import documents
from assignments.documents import BEYOND, Examined, Kind, Purpose, Unacceptable, wire
from assignments.documents.__main__ import examined
from assignments.documents.confinement import Limits
from assignments.documents.reading import Figure, Reading
from assignments.word_count import Counts
from tests.assignments import documents as build
from tests.assignments.documents import docx, heading, odt, odt_p, paragraph

ESSAY = docx(
    heading("Purpose"),
    paragraph("a coach asks ", inner=build.note_mark(2) + build.figure("pic")),
    heading("References"),
    paragraph("Hawkins 2013"),
    footnotes={2: "a note"},
    media={"pic.png": build.png()},
    stated=9,
)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def told(content: bytes, *, kind: Kind | None = None, purpose: Purpose = Purpose.ESSAY) -> io.BytesIO:
    """What the reading process would answer, asked in this one."""
    answer = io.BytesIO()
    examined(io.BytesIO(content), answer, name="essay.docx", purpose=purpose, kind=kind)
    answer.seek(0)
    return answer


CONTENTS = {
    Kind.DOCX: ESSAY,
    Kind.ODT: odt(odt_p("a coach asks")),
    Kind.PDF: build.pdf(["A coach asks, and waits for the answer to come."] * 3),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_the_process_finds_and_reads_what_this_one_would(kind, tmp_path):
    found = documents.examine(written(tmp_path, CONTENTS[kind]), "essay")
    assert found == Examined(kind, documents.read(CONTENTS[kind], kind))


def test_pictures_come_whole_through_the_process(tmp_path):
    (figure,) = documents.examine(written(tmp_path, ESSAY), "essay.docx").reading.figures
    assert (figure.content, figure.mime) == (build.png(), "image/png")


def test_what_cannot_be_shown_is_known_and_not_read(tmp_path):
    sound = written(tmp_path, b"ID3\x04\x00" + bytes(40))
    assert documents.examine(sound, "a.mp3", purpose=Purpose.EVIDENCE) == Examined(Kind.MP3, None)


def test_a_refusal_comes_through_with_its_sentence_and_the_name(tmp_path):
    with pytest.raises(Unacceptable, match=r"^Räsumé ‘1’\.docx is a program"):
        documents.examine(written(tmp_path, b"MZ\x90"), "C:\\Räsumé ‘1’.docx")
    with pytest.raises(Unacceptable, match="is empty"):
        documents.examine(written(tmp_path, b""), "essay.docx")


def test_a_kind_that_is_known_already_is_not_looked_for(tmp_path):
    path = written(tmp_path, b"# no heading, only a text")
    assert documents.examine(path, "a", kind=Kind.TXT).reading.text == "# no heading, only a text\n"


def test_a_file_that_is_not_there_is_the_callers_affair(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        documents.examine(tmp_path / "none", "essay.docx")


@pytest.mark.parametrize(
    "limits",
    [Limits(memory=20 * 1024 * 1024), Limits(cpu=0), Limits(wall=0.001), Limits(answer=10)],
    ids=["memory", "processor time", "time", "answer"],
)
def test_what_passes_a_limit_is_refused_with_a_sentence_of_its_own(limits, tmp_path):
    with pytest.raises(Unacceptable) as refused:
        documents.examine(written(tmp_path, ESSAY), "essay.docx", limits=limits)
    assert refused.value.sentence == BEYOND


def test_it_works_in_threads(tmp_path):
    path = written(tmp_path, ESSAY)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: documents.examine(path, "essay.docx").reading.counts.body, range(8)))
    assert found == [4] * 8


def _in_a_child(path: Path, answers) -> None:
    answers.put(documents.examine(path, "essay.docx").reading.counts.body)


def test_it_works_in_a_process_that_may_have_no_children_of_its_library(tmp_path):
    """Celery's workers are daemons, to which `multiprocessing` forbids children."""
    spawning = multiprocessing.get_context("spawn")
    answers = spawning.Queue()
    child = spawning.Process(target=_in_a_child, args=(written(tmp_path, ESSAY), answers), daemon=True)
    child.start()
    assert answers.get(timeout=60) == 4
    child.join()


def test_it_needs_no_settings_no_environment_and_no_folder(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {os.getcwd()!r}); from pathlib import Path; from assignments import documents;"
        f"print(documents.examine(Path('file'), 'essay.docx').reading.counts.total)"
    )
    written(tmp_path, ESSAY)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("9\n", "")


# ---------------------------------------------------------------- what comes over the wire


def test_a_fault_of_our_own_is_told_by_its_place_and_without_a_word_of_the_document(caplog):
    with pytest.raises(wire.Garbled, match=r"^AttributeError in [a-z_]+\.py:[0-9]+$"):
        wire.receive(told(ESSAY, kind="secret words"))


READING = Reading("<p>a</p>\n", "a\n", (), (), "waymark 1", Counts(1, 0, 0))


def sent(reading: Reading) -> io.BytesIO:
    answer = io.BytesIO()
    wire.send(answer, Kind.DOCX, reading)
    answer.seek(0)
    return answer


@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b'{"kind": "docx"}', b'{"kind": "exe", "reading": null}', b'{"kind": "docx", "reading": []}', b"\xff"],
)
def test_an_answer_of_another_form_is_not_taken(answer):
    with pytest.raises(wire.Garbled):
        wire.receive(io.BytesIO(answer))


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_an_answer_cut_short_is_not_taken(cut):
    whole = told(ESSAY).getvalue()
    with pytest.raises(wire.Garbled):
        wire.receive(io.BytesIO(whole[:-cut]))


def test_nothing_active_is_taken_even_from_a_reading_process_that_was_taken_over():
    attack = Reading("<p>a</p><script>x</script>", "a", (), (), "waymark 1", Counts(1, 0, 0))
    with pytest.raises(wire.Garbled, match="not clean"):
        wire.receive(sent(attack))
    page = Reading("<p>a</p>\n", "a\n", (), (Figure("a.svg", b"<svg/>", "image/svg+xml", ""),), "", Counts(1, 0, 0))
    with pytest.raises(wire.Garbled, match="picture"):
        wire.receive(sent(page))
    assert wire.receive(sent(READING)) == (Kind.DOCX, READING)


# ---------------------------------------------------------------- how large a file may be


def mp4(size: int, *, brand: bytes = b"isom") -> bytes:
    """The first bytes of a film whose second box says that the film has this size."""
    head = b"\x00\x00\x00\x18ftyp" + brand + bytes(12)
    return head + (1).to_bytes(4, "big") + b"mdat" + (size - len(head)).to_bytes(8, "big")


def of_size(path: Path, start: bytes, size: int) -> Path:
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)
    return path


@pytest.mark.parametrize(
    ("start", "kind"),
    [(mp4(400 * 1024**2), Kind.MP4), (mp4(400 * 1024**2, brand=b"M4A "), Kind.M4A), (b"ID3\x04", Kind.MP3)],
)
def test_a_recording_of_400_megabytes_is_taken_without_coming_into_memory(start, kind, tmp_path):
    path = of_size(tmp_path / "film", start, 400 * 1024**2)
    found = documents.examine(path, "film", purpose=Purpose.EVIDENCE, limits=Limits(memory=80 * 1024**2))
    assert found == Examined(kind, None)


@pytest.mark.parametrize(
    ("start", "size", "says"),
    [
        (mp4(501 * 1024**2), 501, "501 MB, and 500 MB is the most"),
        (b"\x89PNG\r\n\x1a\n", 26, "26 MB, and 25 MB is the most"),
        (b"%PDF-1.7", 400, "400 MB, and 25 MB is the most"),
        (b"PK\x03\x04", 400, "400 MB, and 25 MB is the most"),
        (b"words", 30, "30 MB, and 25 MB is the most"),
        (b"MZ", 400, "is a program"),
        (mp4(400 * 1024**2), 320, "cut off"),
    ],
    ids=["video", "picture", "pdf", "zip", "text", "program", "a film cut at 80 %"],
)
def test_evidence_beyond_the_limit_of_its_kind_is_refused_by_its_head(start, size, says, tmp_path):
    path = of_size(tmp_path / "file", start, size * 1024**2)
    with pytest.raises(Unacceptable, match=says):
        documents.examine(path, "file", purpose=Purpose.EVIDENCE)


def test_each_kind_says_how_large_it_may_be():
    assert {kind.limit // 1024**2 for kind in Kind if kind.is_recording} == {500}
    assert {kind.limit // 1024**2 for kind in Kind if not kind.is_recording} == {25}
    assert (Purpose.ESSAY.limit, Purpose.EVIDENCE.limit) == (25 * 1024**2, 500 * 1024**2)


def test_a_photograph_cut_at_80_per_cent_is_refused_even_when_it_holds_a_whole_small_one():
    content = build.jpeg(thumbnail=True)
    assert documents.inspect(content, purpose=Purpose.EVIDENCE) is Kind.JPEG
    with pytest.raises(Unacceptable, match="damaged"):
        documents.inspect(content[: len(content) * 8 // 10], purpose=Purpose.EVIDENCE)
