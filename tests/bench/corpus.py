"""Essays without an author, for measuring similarity: each written by dice of its own, so that no two have anything in common.

Words are drawn as a language draws them (the n-th word once for every n-th of the first, after Zipf), with the set phrases of
the field strewn in and well-known quotations in quotation marks, both from one stock for all essays: what two honest learners
share. An essay is a list of paragraphs, and ends with a reference list from a stock of books.
"""

import html
from functools import cache
from itertools import accumulate
from random import Random


def _listed(text: str, between: str | None = None) -> list[str]:
    return [" ".join(one.split()) for one in text.split(between)]


FUNCTION_WORDS = _listed(
    """the of to and a in that is was for it with as be on by he his at from are this not have or which an were but had they
    you we there been has their who will more when would if no out so up into than them can its only other time new some
    these two may do first any my now such like our over me even most made after also well must before through back years
    where much your way down should because long each just those how too own very good make world still see work between
    both under last never same another know while us might great go come since against right came take used himself few
    house use during without again place around however home found small thought went say part once general upon every"""
)
PHRASES = _listed(
    """it can be argued that|on the one hand|on the other hand|in the context of the organisation|one of the most important|
    as a result of this|it is important to note that|in order to be able to|the extent to which|
    there is evidence to suggest that|the relationship between the coach and the coachee|
    the roles and responsibilities of a coach|the knowledge skills and behaviour of an effective coach|
    coaching and mentoring within an organisational context|the business case for coaching and mentoring|
    in the opinion of the author|as mentioned in the previous section|this will be discussed in more detail below|
    in terms of the impact on the individual|a clear understanding of what is expected|the needs and goals of the client|
    the purpose of this essay is to evaluate|it could be said that the most effective|at the end of the day|
    the ability to build rapport and trust|open questions and active listening|goal reality options and will|
    from my own experience as a manager|throughout the duration of the coaching relationship|
    a safe and supportive environment|to enable the individual to reach their full potential|
    an agreed set of ground rules at the start|with regard to confidentiality and its limits|
    in line with the values of the organisation|that being said there are a number of|
    for the purposes of this assignment|it is widely accepted that|taking all of the above into account""",
    "|",
)
_SYLLABLES = _listed(
    """ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu za bre cla dro fli gra ple sta tri spo the ing ent ion al"""
)
VOCABULARY = 24_000


@cache
def _language() -> tuple[list[str], list[float]]:
    dice = Random("language")
    words = list(dict.fromkeys(FUNCTION_WORDS))
    known = set(words)
    while len(words) < VOCABULARY:
        word = "".join(dice.choice(_SYLLABLES) for _ in range(dice.choice((2, 2, 3, 3, 4))))
        if word not in known:
            known.add(word)
            words.append(word)
    return words, list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))


@cache
def _stock() -> tuple[list[str], list[str]]:
    """Sixty quotations and ninety books, the same for everybody."""
    dice = Random("stock")
    quotations = [" ".join(draw(dice, dice.randint(12, 45))) for _ in range(60)]
    books = [
        f"{draw(dice, 1)[0].title()}, {dice.choice('ABCDEFGHJ')}. ({dice.randint(1985, 2022)}) "
        f"{' '.join(draw(dice, dice.randint(6, 12))).capitalize()}. London: {draw(dice, 1)[0].title()} Press."
        for _ in range(90)
    ]
    return quotations, books


def draw(dice: Random, number: int) -> list[str]:
    words, weights = _language()
    return dice.choices(words, cum_weights=weights, k=number)


def essay(seed: object, words: int = 4450) -> list[str]:
    """The paragraphs of an essay: so many words and a ninth more in set phrases; its last ones are the reference list."""
    dice = Random(f"essay {seed}")
    quotations, books = _stock()
    paragraphs = []
    stream = draw(dice, words)
    at = 0
    while at < words:
        size = dice.randint(70, 160)
        part = stream[at : at + size]
        at += size
        for _ in range(dice.choice((1, 2, 2, 3))):
            part.insert(dice.randrange(len(part)), dice.choice(PHRASES))
        for n in range(0, len(part), dice.randint(14, 24)):
            part[n] = part[n].capitalize()
            part[n - 1] += "." if n else ""
        if dice.random() < 0.15:
            part.insert(dice.randrange(len(part)), f"“{dice.choice(quotations)}”")
        paragraphs.append(" ".join(part) + ".")
    return [*paragraphs, "References", *dice.sample(books, 12)]


def copied(paragraphs: list[str], words: int, dice: Random) -> list[str]:
    """So many words that follow each other, out of the body and without a quotation in them."""
    stretches: list[list[str]] = [[]]
    for one in paragraphs[: paragraphs.index("References")]:
        if "“" in one:
            stretches.append([])
        else:
            stretches[-1] += one.split()
    stretch = dice.choice([one for one in stretches if len(one) > words])
    start = dice.randrange(len(stretch) - words)
    return stretch[start : start + words]


def changed(passage: list[str], dice: Random, *, evenly: bool = False) -> list[str]:
    """One word in eight replaced by another: each eighth, or as many anywhere."""
    number = round(len(passage) / 8)
    first = dice.randrange(8)
    places = list(range(first, len(passage), 8)) if evenly else dice.sample(range(len(passage)), number)
    other = draw(dice, len(passage))
    return [other[n] + "ly" if n in places else word for n, word in enumerate(passage)]


def with_passage(paragraphs: list[str], passage: list[str], dice: Random) -> list[str]:
    """The essay with the passage as a part of one of its paragraphs, and of no quotation."""
    body = range(paragraphs.index("References"))
    place = dice.choice([n for n in body if "“" not in paragraphs[n]])
    host = paragraphs[place].split()
    at = dice.randrange(len(host))
    return [*paragraphs[:place], " ".join([*host[:at], *passage, *host[at:]]), *paragraphs[place + 1 :]]


def as_text(paragraphs: list[str]) -> str:
    return "\n".join(paragraphs) + "\n"


def as_html(paragraphs: list[str]) -> str:
    """As the reading view has it: each block on its own line, headings styled."""
    return "".join(
        f"<h3>{one}</h3>\n" if one == "References" else f"<p>{html.escape(one, quote=False)}</p>\n"
        for one in paragraphs
    )
