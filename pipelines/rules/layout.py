"""The blanks between paragraphs: one blank line between two paragraphs of the body, nothing before or after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import PARAGRAPH_BREAK, Document, Edit
from pipelines.rules.rule import Maker, Rule, View

_COMPOUNDS = re.compile(
    r"(?:well-\s*(?:known|being|off|established|developed|paid|trained|loved)"
    r"|(?:long|short|medium)-\s*(?:distance|term|standing|range|lasting|time|awaited)"
    r"|(?:high|low)-\s*(?:speed|quality|level|tech|rise|end|yield|standard|carbon|income|cost)"
    r"|(?:large|small|full|first)-\s*(?:scale|time|class|hand)|self-\s*\w+|[a-z]{4,12}-\s*up)\b"
)
"""Compounds that keep their hyphen at the end of a line."""


def joined(match: re.Match[str]) -> str:
    """What stands for a line end inside a paragraph."""
    word = re.search(r"[a-z]{0,12}$", match.string[max(0, match.start() - 12) : match.start()])
    is_compound = word and _COMPOUNDS.match(match.string, match.start() - len(word.group()))
    return "-" if match["hyphen"] and is_compound else "" if match["hyphen"] else " "


_BREAK = Maker("paragraph-break", "segmentation")
_OUTER = Maker("outer-blank", "segmentation")


def gaps(document: Document) -> list[tuple[int, int, bool]]:
    """List what lies round the paragraphs of a raw text in order, as (start, end, is a break).

    Of the runs of characters outside the paragraphs, the first between two paragraphs of the body is their break.
    """
    last_body = next((p.start for p in reversed(document.paragraphs) if p.role == "body"), -1)
    found: list[tuple[int, int, bool]] = []
    position, open_body = 0, False
    for role, start, end, _, _, _ in document.paragraphs:
        if start > position:
            found.append((position, start, open_body and position < last_body))
            open_body = False
        open_body = open_body or role == "body"
        position = end
    if len(document.raw) > position:
        found.append((position, len(document.raw), False))
    return found


def _find_breaks(view: View) -> Iterator[Edit]:
    for start, end, is_break in gaps(view.document):
        if is_break and view.raw[start:end] != PARAGRAPH_BREAK:
            yield _BREAK.replace(view.raw, start, end, PARAGRAPH_BREAK)


def _find_outer(view: View) -> Iterator[Edit]:
    for start, end, is_break in gaps(view.document):
        if not is_break:
            yield _OUTER.delete(view.raw, start, end)


_A, _B = "The first paragraph says one thing about the county.", "The second one says another thing about the town."

LAYOUT = (
    Rule(
        "paragraph-break",
        "segmentation",
        "repair",
        "Paragraphs of the published text are separated by exactly one blank line.",
        _find_breaks,
        ((f"{_A}\n{_B}", f"{_A}\n\n{_B}"), (f"{_A}\r\n \r\n{_B}", f"{_A}\n\n{_B}")),
        (f"{_A}\n\n{_B}", _A),
    ),
    Rule(
        "outer-blank",
        "segmentation",
        "delete",
        "Blanks, line ends and invisible marks round the text are no part of it.",
        _find_outer,
        ((f"{_A}\n\n", _A), (f"\ufeff{_A}", _A)),
        (_A, f"{_A}\n\n{_B}"),
        most=0.5,
    ),
)
