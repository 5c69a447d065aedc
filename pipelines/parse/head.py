"""The opening part of a text, read from the top down: crawler date, headline, deck, stamp, first headline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from pipelines.dates import MONTH_DAY
from pipelines.document import Paragraph, Part, shifted
from pipelines.memory import remember
from pipelines.parse.blocks import MAX_HEADLINE_WORDS, NEIGHBOURS, TEXT, Block, is_headline, stems, word_count
from pipelines.parse.chrome import is_furniture
from pipelines.parse.dateline import ORIGINAL_LABEL, before_headline, dateline
from pipelines.parse.glued import glued_stamp
from pipelines.parse.header import crawler_date, original_title
from pipelines.parse.lexicon import SURNAMES
from pipelines.parse.memory import REMEMBERED, by_text, laid
from pipelines.parse.official import numbered
from pipelines.parse.outlets import is_outlet
from pipelines.parse.readings import MIN_TITLE_WORDS, readings
from pipelines.parse.sentences import sentence_ends
from pipelines.parse.sites import glued_title
from pipelines.parse.sites import title as labelled_title

_SERIAL = re.compile(r"(?:[①-⑳]|[(（\[]\d{1,3}[)）\]]|\b(?:No|Part|Series|Issue|Episode)\.? ?\d{1,3})$")
"""The number of a text in a series, with which the name of the series ends above the headline."""
_TOPIC = re.compile(
    r"(?:the )?(?:question|problem|subject|theme|headline|topic|titled?|entitled|caption)(?: title)?\s?[:：]\s?",
    re.IGNORECASE,
)
"""What engines make of the word that announces the title behind a dateline."""
_IDEOGRAPHS = re.compile(r"[^A-Za-z]*[\u4e00-\u9fff][^A-Za-z]*$")
"""A headline that was left in Chinese, above its translation."""
_TIP = re.compile(
    r"(?:[\[【(](?:Core|Key|Reading) (?:tips?|readings?|points?|guide)[\])】]\s?[:：]?"
    r"|(?:Core|Reading) (?:tips?|readings?|guide)\s?[:：])\s?(?=[A-Z\d\"“])"
)
_DAY = re.compile(MONTH_DAY, re.IGNORECASE)
_MOST_DECKS, _LONGEST_DECK = 4, 30
LONGEST_RUN, _NAME_WORDS, _LEAST_BELOW, _LONGEST_TIP = 3, 2, 8, 500
"""A title and two decks: where more lines than that end no sentence, they are no headlines."""
_SEEN = LONGEST_RUN + 1
"""Lines that decide what the topmost one is."""


def head(
    raw: str, blocks: list[Block], title: str, signed: frozenset[int] = frozenset()
) -> tuple[list[Paragraph], list[Block]]:
    """Take the opening lines off; return their paragraphs in order, and the blocks that remain.

    ``title`` is the one that is known already, or empty: a headline after the title is a deck. What begins at one of
    the ``signed`` places, where a dateline ended, is text: the stamp below it goes alone.
    """
    found: list[Paragraph] = []
    rest = list(blocks)
    while rest:
        dated = crawler_date(raw, rest[0])
        if dated:
            found.append(dated[0])
            rest[:1] = [dated[1]] if dated[1].text else []
            continue
        place, taken, left = _read((title, rest[0].start in signed, *map(TEXT, rest[:_SEEN])))
        if not taken:
            break
        by, _, text = rest.pop(place)
        found += [shifted(paragraph, by) for paragraph in taken]
        rest[:0] = [laid(left, by)] if left else []
        if not title and taken[0].role == "title":
            title = text[taken[0].start : taken[0].end]
    above = _above_dateline(rest) if title else []
    return [*found, *above], rest[len(above) :]


@remember(NEIGHBOURS)
def _read(asked: tuple[Any, ...]) -> tuple[int, Sequence[Paragraph], Block | None]:
    """Read the topmost of some lines, behind the title that is known and whether a dateline ended there.

    Returns which line opens the text, what it is and what is left of it, in its own offsets.
    """
    title, is_signed, *texts = asked
    ends = list(accumulate(map(len, texts)))
    blocks = [Block(end - len(text), end, text) for text, end in zip(texts, ends, strict=True)]
    taken, left = _taken(blocks, title, is_signed=is_signed)
    place = int(bool(taken) and taken[0].start >= ends[0])
    return (
        place,
        [shifted(paragraph, -blocks[place].start) for paragraph in taken],
        left if left and left.text else None,
    )


def _taken(blocks: list[Block], title: str, *, is_signed: bool) -> tuple[list[Paragraph], Block | None]:
    """What the topmost line opens the text as, and what is left of it."""
    first = blocks[0]
    glued = _glued(first, title) if may_be_glued(first.text) else None
    if glued:
        return [glued[0]], glued[1]
    if not title and len(blocks) > 1 and _IDEOGRAPHS.match(first.text) and is_headline(blocks[1]):
        return [first.paragraph("original_title", "original-title")], None
    again = _told_again(first, title) if title else []
    if again:
        return again, None
    opening = _asked(blocks, title, is_signed=is_signed) or _opening(blocks, title)
    return [opening] if opening else [], None


def _glued(block: Block, title: str) -> tuple[Paragraph, Block | None] | None:
    """An opening line to which the text, or another opening line, is glued; and what is left."""
    if not title:
        return glued_title(block)
    return original_title(block, title) or glued_stamp(block) or numbered(block)


@by_text
def _core_tip(block: Block) -> Paragraph | None:
    """Recognise a summary above the text by what engines make of its label: a deck."""
    label = _TIP.match(block.text)
    if label is None or len(block.text) > _LONGEST_TIP or word_count(block.text) < MIN_TITLE_WORDS:
        return None
    return Paragraph("subtitle", block.start, block.end, "header-deck", (), ((block.start, block.start + label.end()),))


def _told_again(block: Block, title: str) -> list[Paragraph]:
    """A dateline with but a headline behind it: the title once more, in whatever words, or a deck; or a summary."""
    tip = _core_tip(block)
    if tip:
        return [tip]
    signed = before_headline(block)
    if signed is None:
        return []
    start, end, text = signed[1]
    label = _TOPIC.match(text)
    words = stems(text)
    if label is None and 2 * len(words & stems(title)) < len(words):
        return [signed[0], labelled_title(signed[1], "subtitle", "header-deck")]
    cuts = ((start, start + label.end()),) if label else ()
    return [signed[0], Paragraph("original_title", start, end, "original-title", cuts=cuts)]


def _above_dateline(blocks: list[Block]) -> list[Paragraph]:
    """Sentences between the headline and the dateline of an agency: a deck, or what a picture showed on its day."""
    signed = next((k for k, block in enumerate(blocks[: _MOST_DECKS + 1]) if dateline.said(block.text)), 0)
    last = readings.said(blocks[signed - 1].text)[0] if signed else None
    is_pictured = last is not None and ("photo" in last.layout or any(p.field == "photographers" for p in last.parts))
    dated = next((k for k in range(signed) if _DAY.search(blocks[k].text)), signed) if is_pictured else signed
    above = [(_deck if k < dated else _shown)(block) for k, block in enumerate(blocks[:signed])]
    return [deck for deck in above if deck] if all(above) else []


@by_text
def _shown(block: Block) -> Paragraph | None:
    """What a line between the day of a picture and its credit is."""
    return readings.said(block.text)[0] or block.paragraph("caption", "caption")


@by_text
def _deck(block: Block) -> Paragraph | None:
    """What a line above a dateline is; None where it is too long for a deck, or speech."""
    if word_count(block.text) > _LONGEST_DECK or block.text[0] in "\"“'‘":
        return None
    is_shown = _DAY.search(block.text) is not None
    told = block.paragraph("caption", "caption") if is_shown else block.paragraph("subtitle", "header-deck")
    return readings.said(block.text)[0] or told


@remember(REMEMBERED)
def may_be_glued(text: str) -> bool:
    """Tell whether anything else than an opening line could stand in a line: a glued date or title, a label."""
    block = Block(0, len(text), text)
    glued = glued_title(block) or glued_stamp(block) or numbered(block)
    return (crawler_date(text, block) or ORIGINAL_LABEL.match(text) or glued) is not None


def _asked(blocks: list[Block], title: str, *, is_signed: bool) -> Paragraph | None:
    """A line that ends as a sentence does is a title all the same, where the dateline or the stamp follows it.

    Below a title it is a deck where the stamp follows: else it would be a title when the text is read again. Where it
    is text for sure, the stamp is taken from below it instead.
    """
    if len(blocks) < 2 or not _may_be_asked(blocks[0].text):
        return None
    is_stamped = asks_title(blocks[0].text, blocks[1].text)
    if is_signed:
        return readings(blocks[1])[0] if is_stamped else None
    if title:
        return labelled_title(blocks[0], "subtitle", "header-deck") if is_stamped else None
    return labelled_title(blocks[0]) if is_stamped or dateline.said(blocks[1].text) is not None else None


def asks_title(text: str, below: str) -> bool:
    """Tell whether the line below, a stamp or the names of reporters, makes a headline of a line."""
    following = readings.said(below)[0] if _may_be_asked(text) else None
    return following is not None and (
        following.role == "stamp" or (text[-1] in "?!" and any(part.field == "reporters" for part in following.parts))
    )


@remember(REMEMBERED)
def _may_be_asked(text: str) -> bool:
    """Tell whether a line could be a title if the next one asks for it: one sentence, and nothing that is known."""
    if any(readings.said(text)) or not MIN_TITLE_WORDS <= word_count(text) <= MAX_HEADLINE_WORDS:
        return False
    block = Block(0, len(text), text)
    return dateline.said(text) is None and len(sentence_ends(text)) == 1 and not is_headline(block)


def _is_wrapped(blocks: list[Block]) -> bool:
    """Tell a line of a text with hard line ends from a headline: it goes on, or has gone on, in lower case."""
    return any(block.text[:1].islower() for block in blocks[:2])


def _run(blocks: list[Block]) -> int:
    """How many lines from the top on could be headlines; verse and lists run on, and headlines need a text below."""
    for number, block in enumerate(blocks[: LONGEST_RUN + 1]):
        if not readings.said(block.text)[1]:
            return number
    return min(len(blocks), LONGEST_RUN + 1)


@remember(REMEMBERED)
def _is_text(text: str) -> bool:
    """Tell a line to which a headline may lead: prose, or what stands above it; none of verse, of a list or a table."""
    is_prose = word_count(text) >= _LEAST_BELOW and "  " not in text
    return is_prose or readings.said(text)[0] is not None or dateline.said(text) is not None


def _leads(blocks: list[Block], *, is_tool: bool) -> bool:
    """Tell whether few enough lines like the first stand above a text; below a short one it must be text for sure."""
    run = _run(blocks)
    if run > min(LONGEST_RUN, len(blocks) - 1):
        return False
    is_short = not is_tool and word_count(blocks[0].text) < MIN_TITLE_WORDS
    return not is_short or _is_text(blocks[run].text)


def _opening(blocks: list[Block], title: str) -> Paragraph | None:
    """What the first block opens the text as, which depends on what stands below it where it could be a headline."""
    found, headline, deck = readings.said(blocks[0].text)
    signed = _signed(blocks) if title and not found else None
    if signed:
        return signed
    is_tool = bool(title) and is_furniture.said(blocks[0].text)
    if (headline or is_tool) and _leads(blocks, is_tool=is_tool) and not _is_wrapped(blocks):
        if is_tool:
            return blocks[0].paragraph("chrome", "site-chrome")
        is_series = _is_serial(blocks[0].text) and readings.said(blocks[1].text)[1] is not None
        found = deck if title or is_series else headline
    there: Paragraph | None = laid(found, blocks[0].start)
    return there


def _signed(blocks: list[Block]) -> Paragraph | None:
    """A line below the title that is nothing but a Chinese name, or a paper right above its day."""
    start, end, text = blocks[0]
    words = _name(text)
    if len(blocks) < 2 or not words:
        return None
    if len(words) == 2 and words[0].lower() in SURNAMES and blocks[1].text.rstrip()[-1:] in (".", "。", "”", '"'):
        return Paragraph("credit", start, end, "credit", (Part("reporters", start, end),))
    if len(words) > _NAME_WORDS and words[-2].lower() in SURNAMES and is_outlet(" ".join(words[:-2])):
        cut = start + text.rindex(words[-2])
        parts = (Part("outlet", start, start + len(text[: cut - start].rstrip())), Part("reporters", cut, end))
        return Paragraph("credit", start, end, "credit", parts)
    below = readings.said(blocks[1].text)[0] if 1 < len(words) < _MOST_DECKS + 1 and is_outlet(text) else None
    if below is None or below.role != "stamp" or any(part.field == "outlet" for part in below.parts):
        return None
    return Paragraph("outlet", start, end, "source-line", (Part("outlet", start, end),))


@remember(REMEMBERED)
def _is_serial(text: str) -> bool:
    """Tell whether a line ends with the number of a text in a series."""
    return _SERIAL.search(text) is not None


@remember(REMEMBERED)
def _name(text: str) -> tuple[str, ...]:
    """The words of a line that could be a name, all capitalised; none where it could not."""
    words = text.split()
    return tuple(words) if all(re.fullmatch(r"[A-Z][a-z'’]+", word) for word in words) else ()
