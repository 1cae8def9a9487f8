"""What an essay of the demonstration consists of. Neither its words nor its file are made here."""

from dataclasses import dataclass, field

from assignments.word_count import words as words_in


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> int:
        return words_in(self.caption) + sum(words_in(cell) for row in self.rows for cell in row)


@dataclass
class Section:
    heading: str
    blocks: list[Paragraph | Table] = field(default_factory=list)


@dataclass
class Essay:
    title: str
    author: str
    sections: list[Section]
    references: list[str]

    @property
    def body(self) -> int:
        blocks = [block for section in self.sections for block in section.blocks]
        return (
            words_in(self.title)
            + words_in(self.author)
            + sum(words_in(section.heading) for section in self.sections)
            + sum(block.words if isinstance(block, Table) else words_in(block.text) for block in blocks)
        )
