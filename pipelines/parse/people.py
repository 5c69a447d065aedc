"""Names in credits: cutting a list of people out of the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from pipelines.document import Part
from pipelines.parse.blocks import Block
from pipelines.parse.lexicon import (
    AGENCIES,
    EDITOR_LABELS,
    OTHER_LABELS,
    OUTLET_LABELS,
    PHOTO_LABELS,
    REPORTER_LABELS,
    SURNAMES,
    alternatives,
    entries,
)
from pipelines.parse.outlets import is_outlet

_NAME = re.compile(r"[^\W\d_](?:[^\W_]|['’.·-])*(?:[ \u00a0](?![A-Z]{1,4}\d)[^\W\d_](?:[^\W_]|['’.·-])*){0,7}")
_TWO_PERSONS = 4
"""Words of two Chinese names."""
_SEPARATOR = re.compile(r"\s*(?:[,，、;；/&|丨■●◆▲]|\band\b|\u00a0{2,}| {2,})\s*")

_OPENERS = frozenset(entries("words", "openers"))

LABELS = {
    "reporters": REPORTER_LABELS,
    "editors": EDITOR_LABELS,
    "photographers": PHOTO_LABELS,
    "outlet": OUTLET_LABELS,
    "other": OTHER_LABELS,
}
"""The column that each kind of label fills; what “other” ones announce is a credit, and no column keeps it."""


def kept(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Leave out the parts that no column keeps."""
    return tuple(part for part in parts if part.field != "other")


@cache
def label_pattern() -> re.Pattern[str]:
    """Match a credit label, with or without its colon; the group that matched is the column."""
    kinds = "|".join(f"(?P<{column}>{alternatives(labels)})" for column, labels in LABELS.items())
    return re.compile(rf"(?<![\w-])(?:{kinds})(?![\w-])\s{{0,2}}[:：丨|]?\s{{0,2}}", re.IGNORECASE)


def people(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the names in a list such as ``Reporter A B, C D and E F``; labels are passed over."""
    return ((start, end) for _, start, end in credited(text, ""))


def credited(text: str, column: str) -> Iterator[tuple[str, int, int]]:
    """Yield the names in a list, each with the column of the label before it; of those before any, ``column``."""
    position = 0
    for label in [*label_pattern().finditer(text), None]:
        end = label.start() if label else len(text)
        yield from ((column, *span) for span in _names(text, position, end))
        position = label.end() if label else end
        column = label.lastgroup if label and label.lastgroup and label.lastgroup != "outlet" else column


def _run_on(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Part a run of names without commas where every second word is a surname: ``Niu Jin Wang Xinwei``."""
    words = [m.span() for m in re.finditer(r"[^\W\d_][\w'’-]*", text[start:end])]
    firsts = [text[start + a : start + b].lower() in SURNAMES for a, b in words[::2]]
    is_pair = len(words) == _TWO_PERSONS and firsts[-1]  # the first of two may be a name of another people
    if is_pair or (len(words) >= _TWO_PERSONS and len(words) % 2 == 0 and all(firsts)):
        yield from ((start + a[0], start + b[1]) for a, b in zip(words[::2], words[1::2], strict=True))
    else:
        yield start, end


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for separator in [*_SEPARATOR.finditer(text, start, end), None]:
        stop = separator.start() if separator else end
        name = _NAME.search(text, position, stop)
        if name and name.group()[0].isalpha():
            yield from _run_on(text, name.start(), name.end())
        position = separator.end() if separator else stop


def leading_person(outlet: str) -> int:
    """Where the name of a person ends that stands before the paper of the next one; 0 where there is none."""
    words = outlet.split()
    is_person = len(words) > 3 and words[0].lower() in SURNAMES and is_outlet(" ".join(words[2:]))
    return outlet.index(words[1], len(words[0])) + len(words[1]) if is_person else 0


def first_person(text: str, start: int, end: int) -> int:
    """Where a name ends before the sentence behind it: two words, or one where the second can be no part of a name.

    Of two Chinese names in a row the second ends it.
    """
    words = list(re.finditer(r"[\w'’.-]+", text[start:end]))
    if len(words) > _TWO_PERSONS and all(word.group().lower() in SURNAMES for word in words[:_TWO_PERSONS:2]):
        return start + words[_TWO_PERSONS - 1].end()
    if len(words) >= _TWO_PERSONS and words[2].group().lower() in SURNAMES and words[3].group().lower() not in _OPENERS:
        return start + words[_TWO_PERSONS - 1].end()
    if len(words) > 2 and words[0].group().lower() not in SURNAMES and words[2].group().lower() in SURNAMES:
        return start + words[2].end()
    return start + words[min(1, len(words) - 1)].end()


def persons(text: str) -> list[tuple[int, int]]:
    """Find the names in a list; an agency beside a person (``Wang Lei/Xinhua``) is whom they work for, no other one."""
    spans = list(people(text))
    return [(a, b) for a, b in spans if text[a:b] not in AGENCIES] or spans


_ONE = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2}"
CONTRIBUTION = (
    rf"[(（\[](?:(?i:interns?|reporters?|correspondents?|staff writers?) )?{_ONE}(?:(?:,|,? and|,? &) {_ONE}){{0,4}},?"
    r"(?: as an? [a-z ]{4,20},?)?(?: also)? contributed (?:reporting )?to (?:this|the) "
    r"(?:report|article|story|piece)\.?[)）\]]"
)
"""Who else has a share in a text, as a line in brackets below it says."""
_SHARE = re.compile(r",?(?: as an?| also| contributed) ")


def contributed(block: Block) -> Iterator[Part]:
    """Those who have a share in a text."""
    share = _SHARE.search(block.text) if re.fullmatch(CONTRIBUTION, block.text) else None
    for a, b in people(block.text[1 : share.start()]) if share else ():
        yield Part("reporters", block.start + 1 + a, block.start + 1 + b)
