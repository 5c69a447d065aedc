"""Stamps: where a page has one, and what can be read in those of which no list knows all the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from pipelines.dates import CLOCK, ISO_DATE
from pipelines.document import Paragraph, Part, shifted
from pipelines.parse.blocks import Block, ends_sentence
from pipelines.parse.items import DAY, FIGURES, item_pattern
from pipelines.parse.masthead import LONGEST_LINE, Masthead, masthead
from pipelines.parse.outlets import OFFICE, is_outlet, named
from pipelines.parse.pagewords import stop_share
from pipelines.parse.people import people
from pipelines.parse.sentences import sentence_ends

_FARTHEST_ITEM, _TOLD, _FEW = 420, 0.3, 6
_MOST_STAMPS = 24
_STAMP_START = re.compile(
    r"(?<![^\W_])(?=[A-Z0-9pus])(?:[Tt]he )?"
    r"(?:(?i:By [A-Z]|(?:(?:Article|News|Information|Text) )?Source\s?:|Updated|Published|"
    r"(?:Author|Reporter|Writer|Editor|Correspondent|Publisher)s?\s?:|"
    rf"(?:(?:Release|Publish(?:ing)?|Publication|Submission) )?(?:Time|Date)\s?:|{CLOCK}|{ISO_DATE}"
    rf"|{FIGURES}|{DAY}))"
)
_WORD_START = re.compile(r"(?:^|(?<=[\s|●·#—-]))(?=[A-Z\d\[【(])")


def stamps(text: str, start: int, stop: int) -> Iterator[tuple[int, Masthead]]:
    """The mastheads with a day, and where they begin."""
    read = start
    for day in islice(_STAMP_START.finditer(text, start, stop), _MOST_STAMPS):
        found = masthead(text, day.start()) if day.start() >= read else None
        read = found.end if found else read
        if found and found.names("published_date"):
            yield day.start(), found


@cache
def _edition() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<outlet>{named()})(?: (?:(?:Digital|Electronic) (?:Newspaper|Edition|Version|Paper)|E-paper))?"
        rf"\s+(?P<day>(?i:{DAY}))"
    )


def edition(text: str, stop: int) -> Iterator[tuple[int, Masthead]]:
    """The paper and the day of the edition, with which an electronic page of it opens.

    Words that stand before the paper and may be of its name are, unless the page has said the name without them.
    """
    found = _edition().search(text, 0, stop)
    if found:
        start, end = found.span("outlet")
        words = [start + word.start() for word in re.finditer(r"\S+", found["outlet"])]
        name = next((word for word in words[:-1] if 0 <= text.find(text[word:end], 0, word) < word), start)
        parts = (Part("outlet", name, end), Part("published_date", *found.span("day")))
        yield name, Masthead(found.end(), parts)


@cache
def _issue() -> re.Pattern[str]:
    word = r"[A-Z][\w'’&.-]*"
    name = rf"{word}(?: (?:(?:of|and|for|the) ){{0,2}}{word}){{0,8}}?"
    unit = r"(?:page|p\.|edition|version|section|issue|No\.)"
    number = rf"(?:,? ?/? ?{unit}? ?[A-Z]?\d{{1,4}}(?:st|nd|rd|th)?(?: {unit})?)?"
    place, day = rf"(?P<place>{word}(?: {word})?)", rf"(?P<day>(?i:{DAY}))"
    by = rf"(?P<by>{word} {word}(?:(?:, | and ){word} {word}){{0,3}})"
    return re.compile(
        rf"[*_]{{0,2}}(?P<outlet>{name})(?:, {place})?,? \(?{day}{number}\)?"
        rf"(?: (?i:reporters?|authors?) {by})?[*_]{{0,2}}"
    )


def issue_line(block: Block) -> Paragraph | None:
    """Recognise a line of the paper or office, the day, and what else tells an issue: place, page, writer."""
    match = _issue().fullmatch(block.text) if len(block.text) <= LONGEST_LINE else None
    if match is None or not (is_outlet(match["outlet"]) or OFFICE.search(f" {match['outlet']}")):
        return None
    columns = (("outlet", "outlet"), ("place", "dateline_place"), ("day", "published_date"))
    parts = [Part(column, *match.span(group)) for group, column in columns if match[group]]
    parts += [Part("reporters", match.start("by") + a, match.start("by") + b) for a, b in people(match["by"] or "")]
    return _stamp(block, parts)


def _stamp(block: Block, parts: Sequence[Part]) -> Paragraph:
    """Label a line; its parts come in its own offsets."""
    return shifted(Paragraph("stamp", 0, len(block.text), "header-stamp", tuple(parts)), block.start)


def is_full(text: str, place: int, found: Masthead) -> bool:
    """Tell a stamp from a day that a sentence names: it gives more than a day, or says of what it is the day."""
    columns = ("published_time", "outlet", "reporters", "editors")
    return any(map(found.names, columns)) or _LABELLED.match(text, place) is not None


_LABELLED = re.compile(r"(?i:updated|published|(?:release |publish(?:ing)? )?(?:time|date))\s?[:：]")


def loose_stamp(block: Block) -> Paragraph | None:
    """Recognise a line below a title that gives a full day and ends no sentence: a stamp, whatever else it says."""
    text = block.text
    if len(text) > LONGEST_LINE or ends_sentence(text) or not re.search(ISO_DATE, text):
        return None
    parts: list[Part] = []
    for word in re.finditer(r"(?<!\S)\S", text):
        if word.start() >= (parts[-1].end if parts else 0):
            parts += masthead(text, word.start()).parts
    return _stamp(block, parts) if parts else None


def resumed(text: str, start: int) -> Iterator[tuple[int, Masthead]]:
    """What else a page sets above its text, behind words that no list holds: before anything is told."""
    told = sentence_ends(text, start, min(len(text), start + _FARTHEST_ITEM))[0]
    position = start
    for word in _WORD_START.finditer(text, start, told):
        if word.start() < position:
            continue
        item, gap = item_pattern().match(text, word.start()), text[position : word.start()]
        if item is None or (len(gap.split()) > _FEW and stop_share(gap) >= _TOLD):
            continue
        found = masthead(text, word.start())
        if found.end > word.start() and _is_sure(item, found):
            yield word.start(), found
            position = found.end


def _is_sure(item: re.Match[str], found: Masthead) -> bool:
    """Tell an item that no sentence has: a label with its colon, a button in brackets or in a row, a long one."""
    surface = item.group()
    if item.lastgroup == "tool":
        return found.buttons > 1 or any(map(surface.__contains__, ":：[【(+")) or surface.count(" ") > 1
    return item.lastgroup in {"editors", "reporters", "outlet"} and surface.rstrip().endswith((":", "："))
