"""Whole pages flattened to one line: title, script residue, menus, title again, masthead, text, then lists below it.

The title gives the frame: it opens the page and stands again above the text. The masthead with the day stands between
them or right before the title; the first mark of the site's own words behind the end of a sentence closes the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from pipelines.dates import CLOCK, ISO_DATE
from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block, word_count
from pipelines.parse.credits import credit_line
from pipelines.parse.dateline import wire_start
from pipelines.parse.lexicon import AGENCIES, CLOSING_MARKS, EDITOR_LABELS, alternatives
from pipelines.parse.masthead import DAY, Masthead, masthead
from pipelines.parse.memory import by_text
from pipelines.parse.outlets import named
from pipelines.parse.pagewords import is_headlined, stop_share
from pipelines.parse.pictures import pictures
from pipelines.parse.sentences import sentence_spans

_SUFFIX = re.compile(r"\s+(?:-{1,3}|–|—|\||_|>|»)\s+|\s_(?=[A-Z])|(?<=\w)(?:--?|_|\|)(?=[A-Z])")
_MAY_SUFFIX = re.compile(r"[-–—|_>»](?=[-\sA-Z])")
"""What no suffix is without; looked for first, since a pattern that begins with blanks takes ten times as long."""
_MINUTES = re.compile(r":[0-5]\d")
"""What no full stamp is without."""
_PAGE_MARKS = re.compile(r"(?:\s*(?:【\d{1,3}】|\[\d{1,3}\])){2,}(?:\s*(?:Next|>>\||>>))?")
_RESIDUE = re.compile(r"Enable Ginger Cannot connect to Ginger.{0,160}?×")
_STAMP_START = re.compile(rf"(?i:By [A-Z]|Source\s?:|Updated|Published|{CLOCK}|{ISO_DATE})")
_DAY_BEFORE = re.compile(rf"{CLOCK}|{DAY}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,", re.IGNORECASE)
_PLACE_DASH = re.compile(
    r"(?<![\w-])(?P<place>[A-Z]{3,}(?: [A-Z]{2,}){0,2})(?:, [A-Z][a-z.]+)? ?(?:—|--) ?(?=[A-Z\"“])"
)
MIN_PAGE = 600
"""Characters below which a line is no page."""
_MIN_TITLE, _MAX_TITLE, _MIN_TITLE_WORDS = 12, 300, 4
_MOST_SUFFIXES, _MOST_REPEATS, _MOST_STAMPS = 6, 8, 24
"""A title is sought at so many dashes, and each at so many places: a page of dashes must not take for ever."""
_FARTHEST_TITLE, _FARTHEST_STAMP = 6_000, 2_500
_CLOSE_BY = 400
_BEFORE_TITLE, _FARTHEST_DATELINE = 90, 700
_LONGEST_REMNANT, _SOUP = 4, 0.25
Frame = tuple[int, int, tuple[tuple[int, Masthead], ...]]
"""The span of the title above the text, and the mastheads round it with the places where they begin."""


@cache
def _closing() -> re.Pattern[str]:
    edition = rf"[\"“](?:{alternatives(AGENCIES)})[\"”] ?\("
    return re.compile(
        rf"(?:(?<=\s)|(?<=[.!?。\"”’)\]】]))"
        rf"(?P<mark>[(\[]?(?:{alternatives(CLOSING_MARKS)})|{edition})(?:(?<=\W)|(?!\w))"
    )


def unfold(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    """Take a flattened page apart; None where the block is no page. Returns its paragraphs and its body blocks."""
    return _taken_apart(block) if len(block.text) >= MIN_PAGE else None


@by_text
def _taken_apart(block: Block) -> tuple[list[Paragraph], list[Block]] | None:
    frame = _frame(block.text)
    if frame is None:
        return None
    found, start = _above(block, frame)
    end = _end(block.text, start)
    found += _below(block, end)
    found += _signed(block, start, min(end, start + _FARTHEST_DATELINE))
    for cut in (*_PAGE_MARKS.finditer(block.text, start, end), *_RESIDUE.finditer(block.text, start, end)):
        found.append(_span(block, "chrome", "site-chrome", cut.start(), cut.end()))
    inside = [p for p in found if start <= p.start - block.start < end]
    pieces, rest = _text(block, start, end, inside)
    return [p for p in [*found, *pieces] if p.end > p.start], rest


def _signed(block: Block, start: int, stop: int) -> Iterator[Paragraph]:
    """A place in capitals before a dash, where the text begins or behind a picture above it."""
    signed = _PLACE_DASH.search(block.text, start, stop)
    if signed and block.text[start : signed.start()].rstrip()[-1:] in ("", ")", "]"):
        place = Part("dateline_place", block.start + signed.start("place"), block.start + signed.end("place"))
        yield _span(block, "dateline", "dateline", signed.start(), signed.end())._replace(parts=(place,))


def _frame(text: str) -> Frame | None:
    """Find the title above the text and the masthead with the day; where it stands only once, the first full stamp."""
    for title in _titles(text):
        place = text.find(title, len(title))
        for _ in range(_MOST_REPEATS):
            if not 0 <= place < _FARTHEST_TITLE:
                break
            around = _around(text, place, place + len(title))
            if around:
                return place, place + len(title), around
            place = text.find(title, place + 1)
    return _titled_once(text)


def _titles(text: str) -> Iterator[str]:
    """What the title can be: the words before a dash, and the longest beginning of the page that it repeats."""
    may_end = _MAY_SUFFIX.search(text, _MIN_TITLE, _MAX_TITLE) is not None
    for suffix in islice(_SUFFIX.finditer(text, _MIN_TITLE, _MAX_TITLE), _MOST_SUFFIXES if may_end else 0):
        yield text[: suffix.start()]
    begin = text[: 2 * _MIN_TITLE]
    place, best = text.find(begin, len(begin), _FARTHEST_TITLE), 0
    for _ in range(_MOST_REPEATS):
        if place < 0:
            break
        best = max(best, _common(text, place))
        place = text.find(begin, place + 1, _FARTHEST_TITLE)
    title = text[:best].rstrip(" -–—|_")
    if best and word_count(title) >= _MIN_TITLE_WORDS and _closing().search(text, best):
        yield title


def _common(text: str, place: int) -> int:
    """How much of the beginning of a text stands at ``place`` again, in whole words."""
    length = 0
    while length < min(place, _MAX_TITLE, len(text) - place) and text[length] == text[place + length]:
        length += 1
    while (
        length
        and place + length < len(text)
        and text[place + length - 1].isalnum()
        and (text[place + length].isalnum() or text[length].isalnum())
    ):
        length -= 1
    return length


def _around(text: str, start: int, end: int) -> tuple[tuple[int, Masthead], ...]:
    """The mastheads round a title, the day in one of them; nothing where there is no day."""
    below = masthead(text, end)
    if below.names("published_date"):
        return ((end, below),)
    for day in _DAY_BEFORE.finditer(text, max(0, start - _BEFORE_TITLE), start):
        above = masthead(text, day.start(), start)
        if text[above.end : start].strip() == "" and above.names("published_date"):
            return ((day.start(), above), (end, below))
    return ()


def _titled_once(text: str) -> Frame | None:
    may_end = _MAY_SUFFIX.search(text, _MIN_TITLE, _MAX_TITLE)
    may_end = may_end and _MINUTES.search(text, may_end.end())
    first = _SUFFIX.search(text, _MIN_TITLE, _MAX_TITLE) if may_end else None
    if first is None or not _closing().search(text, first.end()):
        return None
    for day in islice(_STAMP_START.finditer(text, first.end() + 1, _FARTHEST_STAMP), _MOST_STAMPS):
        found = masthead(text, day.start())
        if found.names("published_date") and found.names("published_time"):
            return 0, first.start(), ((day.start(), found),)
    return None


def _span(block: Block, role: str, layout: str, start: int, end: int) -> Paragraph:
    text = block.text[start:end]
    kept = text.strip()
    begin = block.start + start + (text.index(kept) if kept else 0)
    return Paragraph(role, begin, begin + len(kept), layout)


def _above(block: Block, frame: Frame) -> tuple[list[Paragraph], int]:
    """What stands above the text (menus, the title, mastheads), and where the text begins."""
    start, end, mastheads = frame
    known = [_span(block, "title", "header-title", start, end)]
    for begin, each in mastheads:
        parts = tuple(Part(p.field, block.start + p.start, block.start + p.end) for p in each.parts)
        known.append(
            _span(block, "stamp", "header-stamp", begin, each.end)._replace(parts=tuple(sorted(parts, key=_at)))
        )
    found: list[Paragraph] = []
    position = 0
    for paragraph in sorted(known, key=lambda p: p.start):
        found += [_span(block, "chrome", "site-chrome", position, paragraph.start - block.start), paragraph]
        position = paragraph.end - block.start
    return [p for p in found if p.end > p.start], max(position, mastheads[-1][1].end)


def _at(part: Part) -> int:
    return part.start


_CLOSED = re.compile(r"(?:[.!?。…\"”’)\]】]|Enditem)$")
_LAST_STOP = re.compile(r"[.!?。][\"”’)\]]{0,2}\s")


def _end(text: str, start: int) -> int:
    """Where the text ends: at the first of the site's closing marks that others follow, or that little follows."""
    marks = [m.start("mark") for m in _closing().finditer(text, start)]
    closed = [_closed(text, start, mark) for mark in marks]
    is_sure = any(closed)
    for mark, end, following in zip(marks, closed, [*marks, len(text)][1:], strict=True):
        if (end is not None or not is_sure) and (following - mark <= _CLOSE_BY or _is_soup(text, mark)):
            return _trimmed(text, start, end or mark)
    return next((end for end in reversed(closed) if end), marks[-1] if marks else len(text))


def _trimmed(text: str, start: int, end: int) -> int:
    """Where the sentences before a mark end: lists of headlines and what bids the visitor do something go too."""
    spans = sentence_spans(text, max(start, end - _FARTHEST_STAMP), end)
    while len(spans) > 1 and spans[0][0] > start - 1 and _is_left_over(text[slice(*spans[-1])]):
        end = spans.pop()[0]
    return end


def _is_left_over(text: str) -> bool:
    words = len(text.split())
    is_list = words > _LONGEST_SENTENCE and stop_share(text) < _SOUP
    return is_list or (words <= _LONGEST_BIDDING and _BIDDING.match(text) is not None)


def _is_soup(text: str, mark: int) -> bool:
    """Tell a list of headlines from sentences: it has few of the small words, or nothing ends."""
    following = text[mark : mark + _CLOSE_BY]
    return stop_share(following) < _SOUP or _LAST_STOP.search(following) is None


def _closed(text: str, start: int, mark: int) -> int | None:
    """Where the sentence before a mark ends, but for a few words of the site; None where the mark stands amid one."""
    before = text[max(start, mark - _CLOSE_BY) : mark].rstrip()
    stop = max((m.end() for m in _LAST_STOP.finditer(before)), default=None)
    remnant = before[stop:] if stop else ""
    if not before or (text[mark] in "([" and any(map(str.isalpha, remnant))):
        return mark
    is_bar = (" | " in remnant and stop_share(remnant) < _SOUP) or is_headlined(remnant)
    if _CLOSED.search(before) and not is_bar:
        return mark
    if stop is None or (len(remnant.split()) > _LONGEST_REMNANT and not is_bar):
        return None
    return mark - len(text[:mark]) + len(text[:mark].rstrip()) - len(before) + stop


_BIDDING = re.compile(
    r"(?:Thanks for (?:sharing|reading)|(?:Join|Follow|Download|Subscribe|Sign up|Scan|Click|Share|Get our|Read more|"
    r"Like us|Listen|Watch|Contact (?:us|the)|Return to|Go back to)\b(?!.*[\"”]$)"
    r"|If there is any|Do you like|For copyright|Please (?:indicate|contact|understand))"
)
_LONGEST_SENTENCE, _LONGEST_BIDDING = 28, 40
_PERSON = r"(?:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?|[a-z]{3,12}(?=\s|$))"


_WRITERS = ("reporter", "reporters", "author", "authors", "correspondent", "correspondents", "written by")


@cache
def _credited() -> re.Pattern[str]:
    """The credits below a text: editors behind a label, in brackets or not; reporters in brackets; the paper."""
    editors = rf"(?i:{alternatives(EDITOR_LABELS, _WRITERS)})\s?[:：]\s?"
    return re.compile(
        rf"[(\[【]\s?{editors}[^()\[\]【】|]{{2,80}}?[)\]】]|\(By {_PERSON}(?:(?:, | and ){_PERSON})*\)"
        rf"|(?<![\w-]){editors}{_PERSON}(?:\s?,\s?{_PERSON})*|Source\s?[:：]\s?{named()}"
    )


def _below(block: Block, end: int) -> Iterator[Paragraph]:
    """What stands below the text: site chrome, but for the people and the paper that it names."""
    position = end
    for label in _credited().finditer(block.text, end):
        line = Block(block.start + label.start(), block.start + label.end(), label.group())
        credit = credit_line(line)
        if credit:
            yield _span(block, "chrome", "site-chrome", position, label.start())
            yield credit
            position = label.end()
    yield _span(block, "chrome", "site-chrome", position, len(block.text))


def _text(block: Block, start: int, end: int, cuts: list[Paragraph]) -> tuple[list[Paragraph], list[Block]]:
    """The text itself, between the cuts inside it: captions with their credits go, the rest is body."""
    found: list[Paragraph] = []
    rest: list[Block] = []
    position = start
    for cut in [*sorted(cuts, key=lambda p: p.start), None]:
        stop = cut.start - block.start if cut else end
        span = _span(block, "body", "", position, stop)
        if span.end > span.start:
            for captions, bodies in _pictured(block, span.start - block.start, span.end - block.start):
                found += captions
                rest += bodies
        position = cut.end - block.start if cut else end
    return found, rest


def _pictured(block: Block, start: int, end: int) -> Iterator[tuple[list[Paragraph], list[Block]]]:
    """Part the text at the dateline of an agency: what stands before it and ends in a credit is caption as a whole."""
    wire = wire_start(block.text, start, end)
    for begin, stop in ((start, wire), (wire, end)):
        if stop > begin:
            piece = Block(block.start + begin, block.start + stop, block.text[begin:stop])
            yield pictures(piece, whole=stop == wire and stop < end)
