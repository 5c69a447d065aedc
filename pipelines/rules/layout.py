"""The blanks between paragraphs: one blank line between two paragraphs of the body, nothing before or after.

These rules see such blanks alone: with the two empty paragraphs that a break parts, or with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.document import PARAGRAPH_BREAK, Edit
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


_BOTH = 2
_BREAK = Maker("paragraph-break", "segmentation")
_OUTER = Maker("outer-blank", "segmentation")


def _find_breaks(view: View) -> Iterator[Edit]:
    if len(view.document.paragraphs) == _BOTH and view.raw != PARAGRAPH_BREAK:
        yield _BREAK.replace(view.raw, 0, len(view.raw), PARAGRAPH_BREAK)


def _find_outer(view: View) -> Iterator[Edit]:
    if view.raw and not view.document.paragraphs:
        yield _OUTER.delete(view.raw, 0, len(view.raw))


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
