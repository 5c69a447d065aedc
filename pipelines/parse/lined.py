"""Pages that came line by line, read as those that were flattened: the end of a line is a blank there.

The lines still tell where things end: a title is a line of its own, no value runs over the end of one, and no paragraph
of the text does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice, repeat
from operator import contains

from pipelines.document import Paragraph, Part
from pipelines.memory import remember
from pipelines.parse.blocks import Block, ends_sentence, word_count
from pipelines.parse.credits import credit_line
from pipelines.parse.density import densest
from pipelines.parse.frame import Frame, find_frame
from pipelines.parse.lexicon import (
    EDITOR_LABELS,
    OUTLET_LABELS,
    REPORTER_LABELS,
    REVIEWER_LABELS,
    SURNAMES,
    alternatives,
)
from pipelines.parse.masthead import Masthead, masthead, masthead_line
from pipelines.parse.memory import REMEMBERED
from pipelines.parse.outlets import DASHES, is_outlet
from pipelines.parse.page import MIN_PAGE, apart
from pipelines.parse.stamps import is_full, loose_stamp

_MIN_LINES, _MIN_ABOVE, _MOST_ABOVE = 3, 5, 60
"""Lines of a page, and how many of them, with no sentence in them, stand above its text."""
_OPENING, _MIN_MENU_WORDS, _MIN_TITLE_WORDS = 24, 12, 3
_STOPS, _LONGEST_LABEL = ".。:：;；", 12
"""Words of a line from which on it may be a sentence."""
_MARK = re.compile(r" (?:-{1,3}|–|—|\||»|>) |[_|](?=[A-Z])|(?<=[a-z?!])-(?=[A-Z])")
_LONGEST_TITLE, _LONGEST_NAME, _MOST_MARKS, _MOST_CREDITS = 350, 200, 3, 4
"""A first line that is longer than any title is a menu; the title stands again on a line that is hardly longer."""
_AGREED = 0.9
_ACCOUNT = re.compile(r"[A-Z][\w'’&·.-]*(?: [\w'’&·.-]+){0,4}")


def may_be_lined(texts: Sequence[str]) -> bool:
    """Tell at little cost whether lines may be a page: many lead to its text, or words of the first one come again."""
    if len(texts) < _MIN_LINES:
        return False
    if len(texts) >= _MIN_ABOVE and all(map(_is_short, texts[1:_MIN_ABOVE])):
        return True
    openings = _openings(texts[0])
    if not openings:
        return False
    titles = texts[1:] if len(texts[0]) > _LONGEST_TITLE else [text for text in texts[1:] if len(text) < _LONGEST_NAME]
    return any(any(map(contains, titles, repeat(opening))) for opening in openings)


@remember(REMEMBERED)
def _openings(text: str) -> tuple[str, ...]:
    """The words with which a title may begin in the name of a window: the first ones, those behind a dash.

    Where there is no dash, it is all of the line: the first words of a headline are those of many a sentence.
    """
    marks = [mark.end() for mark in islice(_MARK.finditer(text, 0, _LONGEST_NAME), _MOST_MARKS)]
    if not marks:
        return (text,) if len(text) >= _OPENING and text[-1] not in _STOPS else ()
    ends = (0, *marks)
    return tuple(text[end : end + _OPENING] for end in ends if len(text) >= end + _OPENING)


@remember(REMEMBERED)
def _is_short(text: str) -> bool:
    return len(text.split()) < _LONGEST_LABEL or not ends_sentence(text) or "?" in text[-2:]


def unfold_lines(raw: str, blocks: Sequence[Block]) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a page apart that came line by line; None where the lines are none. Returns its paragraphs and its body."""
    start, end = blocks[0].start, blocks[-1].end
    whole = Block(start, end, re.sub(r"[\r\n]", " ", raw[start:end]))
    lined = _framed(whole.text, [Block(b.start - start, b.end - start, b.text) for b in blocks])
    if lined is None:
        return None
    found, body = apart(whole, lined)
    around, kept = densest(blocks)
    is_sure = not around or (_is_labelled(whole.text, lined) and _agree(kept, body))
    pieces = [piece for block in body for piece in _pieces(raw, blocks, block)]
    if not (is_sure and pieces and _is_led_to(blocks, found, body)):
        return None
    gone = {block.end for block in blocks}.difference(block.end for block in kept) if around else frozenset()
    first = min(piece.start for piece in pieces)
    lines = {(block.start, block.end): block for block in blocks if block.end <= first}
    labelled = [each for paragraph in found for each in _read(lines, paragraph) or _parted(raw, paragraph)]
    labelled += [piece.paragraph("chrome", "site-chrome") for piece in pieces if piece.end in gone]
    return labelled, [piece for piece in pieces if piece.end not in gone]


def _framed(text: str, lines: Sequence[Block]) -> Frame | None:
    """The frame of a page; a title that stands but once is sought right above the stamp first."""
    frame = find_frame(text, is_menu=True) if len(text) >= MIN_PAGE else None
    title = text[frame.start : frame.end] if frame else ""
    is_sure = frame is not None and text.count(title) > 1 and not is_outlet(title)
    return (None if is_sure else _above_stamp(text, lines)) or _on_lines(text, frame, lines)


def _on_lines(text: str, frame: Frame | None, lines: Sequence[Block]) -> Frame | None:
    """The frame with its title on one line, and with what stands on the lines below it; None where there is none."""
    if frame is None:
        return None
    within = [line for line in lines if line.start < frame.end and line.end > frame.start]
    titles = [line for line in within if word_count(line.text) >= _MIN_TITLE_WORDS and not masthead_line(line)]
    if len(within) > 1 and not titles:
        return None
    line = max(titles or within, key=lambda each: word_count(each.text))
    start, end = max(line.start, frame.start), min(line.end, frame.end)
    if text[end - 1] in _STOPS:
        return None
    days = [part.start for _, each in frame.mastheads for part in each.parts if part.field == "published_date"]
    signed = _account([each for each in lines if end <= each.start and each.end < min(days, default=0)])
    if signed:
        stamp = masthead(text, min(days))
        return Frame(start, end, ((signed[0].start, Masthead(signed[-1].end, signed)), (min(days), stamp)))
    if len(within) == 1:
        return frame
    below = masthead(text, end)
    return Frame(start, end, ((end, below), *(each for each in frame.mastheads if each[0] >= max(end, below.end))))


def _above_stamp(text: str, lines: Sequence[Block]) -> Frame | None:
    """The frame of a title that stands once, right above the lines of its stamp."""
    for number, line in enumerate(lines[1:_MOST_ABOVE], start=1):
        stamp, loose = masthead(text, line.start), loose_stamp(line)
        if loose and not stamp.names("published_date"):
            stamp = Masthead(line.end, loose.parts)
        if not (stamp.names("published_date") and is_full(text, line.start, stamp)):
            continue
        above = [line for line in lines[max(0, number - _MOST_CREDITS) : number] if _may_title(line)]
        titles = [line for line in above if word_count(line.text) > _MIN_TITLE_WORDS] or above
        return _on_lines(text, Frame(*titles[-1][:2], ((line.start, stamp),)), lines) if titles else None
    return None


def _may_title(line: Block) -> bool:
    is_set = word_count(line.text) >= _MIN_TITLE_WORDS and line.text[-1] not in _STOPS and line.text[0] not in DASHES
    return is_set and " > " not in line.text and credit_line(line) is None


def _account(lines: Sequence[Block]) -> tuple[Part, ...]:
    """The account that signs between a title and its day, on a line of its own, and the writer above it."""
    names = [line for line in lines if line.text not in ("Original", "Original:", "Reprinted")]
    if not 0 < len(names) <= 2 or not all(_ACCOUNT.fullmatch(line.text) for line in names):
        return ()
    columns = ("reporters", "outlet") if len(names) > 1 else (_column(names[0].text),)
    return tuple(Part(column, line.start, line.end) for column, line in zip(columns, names, strict=True))


def _column(name: str) -> str:
    words = name.split()
    is_person = len(words) in (2, 3) and words[0].lower() in SURNAMES
    return "reporters" if is_person else "outlet"


@cache
def _label() -> re.Pattern[str]:
    labels = alternatives(EDITOR_LABELS, REVIEWER_LABELS, OUTLET_LABELS, REPORTER_LABELS)
    return re.compile(rf"(?<![\w-])(?i:{labels})\s?[:：|]|Official account of ")


def _is_labelled(text: str, frame: Frame) -> bool:
    """Tell whether a stamp names its source or its people behind labels, as Chinese sites do."""
    return any(_label().search(text, begin, each.end) for begin, each in frame.mastheads)


def _is_led_to(blocks: Sequence[Block], found: Sequence[Paragraph], body: Sequence[Block]) -> bool:
    """Tell whether a page leads to its text: by several lines, or by many words above the title."""
    title = next((p.start for p in found if p.role == "title"), blocks[0].start)
    text = min((block.start for block in body), default=blocks[-1].end)
    above = sum(block.end <= text for block in blocks[:_MOST_ABOVE])
    words = sum(len(block.text.split()) for block in blocks[:_MOST_ABOVE] if block.end <= title)
    return above >= _MIN_ABOVE or words >= _MIN_MENU_WORDS


def _agree(some: Sequence[Block], others: Sequence[Block]) -> bool:
    """Tell whether two readings of a page, that by its frame and that by the weight of its lines, find one text."""
    one, other = ({place for block in blocks for place in range(block.start, block.end)} for blocks in (some, others))
    return len(one & other) >= _AGREED * len(one | other)


def _read(lines: Mapping[tuple[int, int], Block], paragraph: Paragraph) -> list[Paragraph]:
    """A line above the text of which the page made a deck, where it is a line of credits all the same."""
    line = lines.get((paragraph.start, paragraph.end)) if paragraph.role in ("subtitle", "chrome") else None
    credit = credit_line(line) if line else None
    return [credit] if credit else []


def _parted(raw: str, paragraph: Paragraph) -> Iterator[Paragraph]:
    """A paragraph of which no value runs over the end of a line; a caption is the last of its lines."""
    role, start, end, layout, parts, cuts = paragraph
    last = raw.rfind("\n", start, end) + 1
    if role in ("caption", "subtitle") and last:
        last += len(raw[last:end]) - len(raw[last:end].lstrip())
        yield Paragraph("chrome", start, start + len(raw[start:last].rstrip()), "site-chrome")
        start = last
        parts = tuple(part for part in parts if part.start >= start)
        cuts = tuple((max(a, start), z) for a, z in cuts if z > start)
        role, layout = ("chrome", "site-chrome") if cuts == ((start, end),) else (role, layout)
    kept = tuple(Part(field, a, a + len(raw[a:z].split("\n", maxsplit=1)[0].rstrip())) for field, a, z in parts)
    yield Paragraph(role, start, end, layout, kept, cuts)


def _pieces(raw: str, blocks: Sequence[Block], body: Block) -> Iterator[Block]:
    """The lines of a piece of the text."""
    for block in blocks:
        start, end = max(block.start, body.start), min(block.end, body.end)
        kept = raw[start:end].strip()
        if kept:
            begin = raw.index(kept, start)
            yield Block(begin, begin + len(kept), kept)
