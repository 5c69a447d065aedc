"""Quotation marks that came apart from what they quote; their style stays as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import Edit
from pipelines.rules.rule import BODY, Maker, Rule, View, by_pattern

_DETACHED = Maker("detached-quote", "quotation")
_GLUED = Maker("glued-quote", "quotation")
_CORNER = {"「": "“", "」": "”", "『": "‘", "』": "’", "﹁": "“", "﹂": "”", "〝": "“", "〞": "”"}
_MARK = re.compile('[“”"]')
_LEFT = re.compile('[.!?…] [”"]$')
_STUCK = re.compile(
    r"'(?:(?<=[a-z]{3}')(?=[A-Za-z][a-z]{2}[a-z-]{0,30}'(?!\w))"
    r"|(?:(?<=\b(?:the|and|for)')|(?<=\b(?:of|to|in|as)'))(?=[A-Za-z][a-z]{2}[\w -]{0,40}'(?!\w)))"
)
_OPENED = re.compile(r"(?<!\w)['‘]\w")


def _pairs(view: View) -> list[tuple[int, int]]:
    """The (opening, closing) places of marks in paragraphs where all of them pair off; others cannot be judged."""
    if "pairs" not in view.memo:
        view.memo["pairs"] = list(_paired(view))
    found: list[tuple[int, int]] = view.memo["pairs"]
    return found


def _paired(view: View) -> Iterator[tuple[int, int]]:
    for paragraph in view.paragraphs(BODY):
        marks = [(m.start(), m.group()) for m in _MARK.finditer(view.raw, paragraph.start, paragraph.end)]
        opening, closing = marks[::2], marks[1::2]
        is_even = len(opening) == len(closing)
        if is_even and all(mark != "”" for _, mark in opening) and all(mark != "“" for _, mark in closing):
            yield from zip([place for place, _ in opening], [place for place, _ in closing], strict=True)


def _find_detached(view: View) -> Iterator[Edit]:
    raw, closings = view.raw, {closing for _, closing in _pairs(view)}
    for last in (paragraph.end - 1 for paragraph in view.paragraphs(BODY)):
        if last not in closings and _LEFT.search(raw, max(0, last - 2), last + 1):  # it was opened further above
            yield _DETACHED.delete(raw, last - 1, last)
    for opening, closing in _pairs(view):
        if raw[opening + 1] == " " and closing > opening + 2 and raw[opening - 1 : opening] in ("", " ", "(", "\n"):
            yield _DETACHED.delete(raw, opening + 1, opening + 2)
        if raw[closing - 1] == " " and closing > opening + 3 and not raw[closing + 1 : closing + 2].isalnum():
            yield _DETACHED.delete(raw, closing - 1, closing)


def _find_glued(view: View) -> Iterator[Edit]:
    raw = view.raw
    for opening, closing in _pairs(view):
        if (
            (raw[opening - 1 : opening].isalpha() or raw[opening - 1 : opening] in {",", "."})
            and raw[opening - 2 : opening - 1].islower()
            and raw[opening + 1].isalnum()
        ):
            yield _GLUED.replace(raw, opening, opening + 1, " " + raw[opening])
        if raw[closing + 1 : closing + 3].isalpha() and len(raw) > closing + 2 and raw[closing - 1] != " ":
            yield _GLUED.replace(raw, closing, closing + 1, raw[closing] + " ")
    stuck = list(view.matches(_STUCK, BODY))
    opened = _OPENED.search(raw) if stuck else None  # behind it, what sticks to a word may be an apostrophe in it
    for mark in stuck:
        if not opened or mark.start() < opened.start():
            yield _GLUED.replace(raw, *mark.span(), " '")


QUOTING = (
    Rule(
        "detached-quote",
        "quotation",
        "repair",
        "A blank between a quotation mark and the words that it quotes.",
        _find_detached,
        (
            ('They spoke of the " Two Upholds " again.', 'They spoke of the "Two Upholds" again.'),
            ("They spoke of “ reform” that day.", "They spoke of “reform” that day."),
        ),
        ('They spoke of "reform" and "opening".', 'A 6" pipe is not enough here.'),
        anchors=('" ', "“ ", ' "', " ”"),
    ),
    Rule(
        "glued-quote",
        "quotation",
        "repair",
        "A quotation mark that sticks to the word outside it.",
        _find_glued,
        (
            ('They held the"Two Upholds" high.', 'They held the "Two Upholds" high.'),
            ("The “Two Upholds”and more were named.", "The “Two Upholds” and more were named."),
            ('"It is ours," he said,"and it stays."', '"It is ours," he said, "and it stays."'),
            ('She sat down."It is ours."', 'She sat down. "It is ours."'),
        ),
        ('They held the "Two Upholds" high.', "The “Two Upholds” were named."),
        anchors=('"', "”", "'"),
    ),
    Rule(
        "corner-bracket",
        "quotation",
        "repair",
        "Chinese corner brackets quote where English has quotation marks.",
        by_pattern(
            Maker("corner-bracket", "quotation"),
            re.compile("[「」『』﹁﹂〝〞]"),
            lambda m: _CORNER[m.group()],
            rewords=False,
        ),
        (("the 「barometer」 of it", "the “barometer” of it"), ("the 『barometer』 of it", "the ‘barometer’ of it")),
        ("the “barometer” of it", 'the "barometer" of it'),
        anchors=tuple(_CORNER),
    ),
)
