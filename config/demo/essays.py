"""Essays for the demonstration, written from our own stock of sentences to an exact number of words."""

import re
from collections.abc import Sequence, Set
from pathlib import Path
from random import Random

from assignments.word_count import words as words_in
from config.demo import essay_files
from config.demo.essay_parts import Essay, Paragraph, Section, Table
from config.demo.stock import pools, said

Criteria = Sequence[tuple[str, str]]

_STOCK = "essays.txt"
_WEAK = 0.32
# A sentence of the stock as long as this would by itself be a passage that two essays have in common.
_LONG = 27

# The first pattern that fits a criterion's title tells what its section is about.
_TOPICS = (
    ("supervision", r"supervis"),
    ("contract", r"contract"),
    ("boundaries", r"boundar|stakeholder|expectation"),
    ("process", r"process|model"),
    ("barriers", r"barrier|obstacle"),
    ("measure", r"measur|impact|evaluat"),
    ("case", r"case|benefit"),
    ("communication", r"communicat|listen"),
    ("ethics", r"responsib|ethic|power|values"),
    ("skills", r"skill|knowledge|behaviour"),
    ("setting", r"setting|context|organisation.* (?:shape|influence|affect)|influence|factor"),
    ("define", r"defin|purpose|compare|differ"),
)

_TITLES = (
    "Coaching and mentoring in an organisation that prefers to give orders",
    "Asking in a service that is paid to know",
    "What rank hears: coaching and mentoring at work",
    "The second question: coaching and mentoring in a command culture",
    "From telling to asking",
    "Helping others to think: coaching and mentoring in {org}",
    "A door that closes: the practice of coaching in a public service",
    "Effective coaching and mentoring in {org}",
)

_BOOKS = (
    ("Whitmore (2017)", "Whitmore, J. (2017) Coaching for Performance. 5th edn. London: Nicholas Brealey."),
    ("Clutterbuck (2014)", "Clutterbuck, D. (2014) Everyone Needs a Mentor. 5th edn. London: CIPD."),
    ("Hawkins (2012)", "Hawkins, P. (2012) Creating a Coaching Culture. Maidenhead: Open University Press."),
    (
        "Hawkins and Smith (2013)",
        "Hawkins, P. and Smith, N. (2013) Coaching, Mentoring and Organizational Consultancy. 2nd edn. Maidenhead: "
        "Open University Press.",
    ),
    (
        "Hawkins and Shohet (2012)",
        "Hawkins, P. and Shohet, R. (2012) Supervision in the Helping Professions. 4th edn. Maidenhead: Open University "
        "Press.",
    ),
    ("Rogers (2016)", "Rogers, J. (2016) Coaching Skills. 4th edn. Maidenhead: Open University Press."),
    ("Starr (2016)", "Starr, J. (2016) The Coaching Manual. 4th edn. Harlow: Pearson."),
    (
        "Garvey, Stokes and Megginson (2014)",
        "Garvey, B., Stokes, P. and Megginson, D. (2014) Coaching and Mentoring: Theory and Practice. 2nd edn. London: "
        "Sage.",
    ),
    (
        "Connor and Pokora (2012)",
        "Connor, M. and Pokora, J. (2012) Coaching and Mentoring at Work. 2nd edn. Maidenhead: Open University Press.",
    ),
    ("Passmore (2016)", "Passmore, J. (ed.) (2016) Excellence in Coaching. 3rd edn. London: Kogan Page."),
    ("Kline (1999)", "Kline, N. (1999) Time to Think. London: Ward Lock."),
    ("Gallwey (2000)", "Gallwey, W. T. (2000) The Inner Game of Work. New York: Random House."),
    (
        "Megginson and Clutterbuck (2005)",
        "Megginson, D. and Clutterbuck, D. (2005) Techniques for Coaching and Mentoring. Oxford: "
        "Butterworth-Heinemann.",
    ),
    ("Western (2012)", "Western, S. (2012) Coaching and Mentoring: A Critical Text. London: Sage."),
    (
        "Cox, Bachkirova and Clutterbuck (2014)",
        "Cox, E., Bachkirova, T. and Clutterbuck, D. (eds) (2014) The Complete Handbook of Coaching. 2nd edn. London: "
        "Sage.",
    ),
)

_ORGANISATIONS = ("the College", "the force", "our service", "the constabulary", "the directorate", "the academy")
_TEAMS = (
    "the control room", "custody", "the training wing", "the analysts' office", "the response teams", "the licensing unit",
    "the people directorate", "the investigations hub", "neighbourhood policing", "the digital unit",
)  # fmt: skip
_PEOPLE = (
    "a custody sergeant", "a newly promoted inspector", "a data analyst", "a control room supervisor", "a team leader in licensing",
    "a detective constable", "a trainer of recruits", "a project manager", "a volunteer coordinator", "a policy adviser",
    "a crime scene manager", "a neighbourhood sergeant", "an officer back from long leave", "an intelligence officer",
)  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "September", "October", "November")
_TABLES = (
    ("Ratings before and after, scale of nought to ten", ("What was rated", "Contract", "Review")),
    ("What was counted in two comparable years", ("What was counted", "Before", "After")),
)
_ROWS = (
    "Clarity of goals", "Confidence in hard conversations", "Asked before told", "Formal grievances", "Internal moves",
    "Days to close a review", "Sessions held as planned", "Heard by my manager", "Delegated work returned",
)  # fmt: skip


_AGREEMENT = (
    ("purpose", "Purpose"),
    ("sessions", "Sessions"),
    ("confidence", "Confidentiality and its limits"),
    ("records", "Records"),
    ("sponsor", "What the sponsor hears"),
    ("end", "How it ends"),
)


class _Writer:
    """One essay's voice: its organisation, its people, its books, and what it has said already."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(f"essay {seed}")
        self.stock = pools(_STOCK)
        self.books = sorted(self.dice.sample(_BOOKS, self.dice.randint(7, 10)), key=lambda book: book[1])
        organisation = self.dice.choice(_ORGANISATIONS)
        self.slots = {
            "org": [organisation],
            "team": self.dice.sample(_TEAMS, 2),
            "person": self.dice.sample(_PEOPLE, 6),
            "month": list(_MONTHS),
            "few": ["three", "four", "five"],
            "n": [str(number) for number in range(14, 30)],
            "cite": [short for short, _ in self.books],
        }
        self.spare = {pool: self._shuffled(pool) for pool in ("anecdote", "general", "note")}

    def _shuffled(self, pool: str) -> list[str]:
        lines = list(self.stock[pool])
        self.dice.shuffle(lines)
        return lines

    def say(self, template: str) -> str:
        return said(template, self.dice, self.slots)

    def another(self, pool: str) -> str:
        """A sentence of a pool that was not used yet, while there is one."""
        if not self.spare[pool]:
            self.spare[pool] = self._shuffled(pool)
        return self.say(self.spare[pool].pop())

    def own(self) -> str:
        """A sentence of this essay alone, about its author's practice: it parts what other essays have said as well."""
        when, did, noticed = (self.dice.choice(self.stock[f"own {part}"]) for part in ("when", "did", "noticed"))
        return self.say(f"{when}, {{person}} {did}, and {noticed}.")

    def sentences(self, topic: str, target: int) -> list[str]:
        """Sentences on a topic, in the order of the stock, until the target is reached or nearly; each second is its own."""
        lines = self.stock[topic]
        left_out = set(self.dice.sample(range(2, len(lines)), max(1, len(lines) // 2)))
        kept = [self.say(line) for number, line in enumerate(lines) if number not in left_out]
        queue = [one for sentence in kept if words_in(sentence) < _LONG for one in (sentence, self.own())]
        places = range(2, len(queue))
        for place in sorted(self.dice.sample(places, min(4, len(places))), reverse=True):
            queue[place:place] = [self.own(), self.another(self.dice.choice(("anecdote", "general"))), self.own()]
        chosen: list[str] = []
        total = 0
        while total < target:
            sentence = queue.pop(0) if queue else self.own()
            if chosen and total + words_in(sentence) / 2 > target:
                break
            chosen.append(sentence)
            total += words_in(sentence)
        return chosen

    def exactly(self, topic: str, target: int) -> list[str]:
        """Sentences of exactly this many words: the last one is chosen by its length."""
        closers: dict[int, list[str]] = {}
        for line in self.stock["closer"]:
            closers.setdefault(words_in(line), []).append(line)
        chosen: list[str] = []
        left = target
        shortest, longest = min(closers), max(closers)
        queue = self.sentences(topic, target)
        tried = 0
        while left > longest:
            sentence = queue.pop(0) if queue else self.another("general")
            tried += 1
            if left - words_in(sentence) >= shortest:
                chosen.append(sentence)
                left -= words_in(sentence)
            elif tried > 500:
                break
        if left in closers:
            return [*chosen, self.dice.choice(closers[left])]
        raise ValueError(f"An essay cannot be written to {target} words in its last section.")


def compose(
    *, seed: int, words: int, author: str, criteria: Criteria, weak: Set[str] = frozenset(), borrows: bool = False
) -> Essay:
    """An essay of exactly this many body words, a section for each criterion; those in `weak` are thin.

    One that `borrows` has a paragraph in common with every other that does.
    """
    writer = _Writer(seed)
    sections = [Section(f"{number} {title}") for number, title in criteria]
    essay = Essay(writer.say(writer.dice.choice(_TITLES)), author, sections, [whole for _, whole in writer.books])
    if borrows:
        sections[0].blocks.append(Paragraph(" ".join(writer.say(line) for line in writer.stock["borrowed"])))
    tables = _tables(writer, criteria, weak)
    fixed = essay.body + sum(table.words for table in tables.values())
    weights = [(_WEAK if number in weak else 1.0) * writer.dice.uniform(0.93, 1.07) for number, _ in criteria]
    share = (words - fixed) / sum(weights)
    last = max((n for n, (number, _) in enumerate(criteria) if number not in weak), default=len(sections) - 1)
    order = [n for n in range(len(sections)) if n != last] + [last]
    for n in order:
        topic = _topic(criteria[n][1], n)
        if n == last:
            planned = sum(table.words for m, table in tables.items() if m == n)
            sentences = writer.exactly(topic, words - essay.body - planned)
        else:
            sentences = writer.sentences(topic, round(share * weights[n]))
        sections[n].blocks.extend(_paragraphs(sentences, writer.dice))
        if n in tables:
            sections[n].blocks.insert(1, tables[n])
    _annotate(essay, writer)
    return essay


def write_essay(
    path: Path,
    *,
    seed: int,
    words: int,
    author: str,
    criteria: Criteria,
    weak: Set[str] = frozenset(),
    borrows: bool = False,
) -> int:
    """Write the essay as the suffix of the path says (.docx, .odt, .pdf) and return its body words.

    Read back from a PDF they are about as many, as with every PDF.
    """
    essay = compose(seed=seed, words=words, author=author, criteria=criteria, weak=weak, borrows=borrows)
    {".docx": essay_files.write_docx, ".odt": essay_files.write_odt, ".pdf": essay_files.write_pdf}[path.suffix](
        path, essay
    )
    return essay.body


def write_contract(path: Path, *, seed: int, author: str) -> int:
    """Write the agreement of one coaching programme, for a portfolio, and return its body words."""
    writer = _Writer(seed)
    sections = [
        Section(heading, [Paragraph(writer.say(writer.dice.choice(writer.stock[f"agreement {key}"])))])
        for key, heading in _AGREEMENT
    ]
    agreement = Essay("Agreement for a coaching programme", author, sections, [])
    essay_files.write_docx(path, agreement)
    return agreement.body


def _topic(title: str, position: int) -> str:
    lower = title.lower()
    for topic, pattern in _TOPICS:
        if re.search(pattern, lower):
            return topic
    return _TOPICS[-1 - position % len(_TOPICS)][0]


def _tables(writer: _Writer, criteria: Criteria, weak: Set[str]) -> dict[int, Table]:
    """A table in three essays of five, where something is measured or counted."""
    places = [
        n
        for n, (number, title) in enumerate(criteria)
        if _topic(title, n) in ("measure", "case") and number not in weak
    ]
    if not places or writer.dice.random() > 0.6:
        return {}
    caption, head = writer.dice.choice(_TABLES)
    rows = [head]
    for name in writer.dice.sample(_ROWS, writer.dice.randint(3, 5)):
        before = writer.dice.randint(3, 6)
        rows.append((name, str(before), str(before + writer.dice.randint(1, 3))))
    return {writer.dice.choice(places): Table(f"Table 1 {caption}", tuple(rows))}


def _paragraphs(sentences: list[str], dice: Random) -> list[Paragraph | Table]:
    found: list[Paragraph | Table] = []
    while sentences:
        size = dice.choice((3, 4, 4, 5))
        if len(sentences) - size == 1:
            size += 1
        found.append(Paragraph(" ".join(sentences[:size])))
        sentences = sentences[size:]
    return found


def _annotate(essay: Essay, writer: _Writer) -> None:
    places = [
        (section, n)
        for section in essay.sections
        for n, block in enumerate(section.blocks)
        if isinstance(block, Paragraph)
    ]
    for section, n in writer.dice.sample(places, min(len(places), writer.dice.randint(2, 3))):
        block = section.blocks[n]
        if isinstance(block, Paragraph):
            section.blocks[n] = Paragraph(block.text, writer.another("note"))
