"""The blanks between paragraphs: one blank line between two paragraphs of the body, nothing before or after."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.document import PARAGRAPH_BREAK, Edit
from pipelines.rules.rule import Maker, Rule, View

_BREAK = Maker("paragraph-break", "segmentation")
_OUTER = Maker("outer-blank", "segmentation")


def _runs(view: View) -> Iterator[tuple[int, int, bool]]:
    """Yield every run of characters outside the paragraphs, and whether it is the first one after body text."""
    position, open_body = 0, False
    for paragraph in [*view.document.paragraphs, None]:
        start = paragraph.start if paragraph else len(view.raw)
        if start > position:
            yield position, start, open_body
            open_body = False
        if paragraph:
            open_body = open_body or paragraph.role == "body"
            position = max(position, paragraph.end)


def _find(view: View) -> Iterator[tuple[bool, int, int]]:
    """Yield (is a break, start, end) of every run; the first run between two body paragraphs is their break."""
    last_body = max((p.start for p in view.paragraphs(("body",))), default=-1)
    for start, end, after_body in _runs(view):
        yield after_body and start < last_body, start, end


def _find_breaks(view: View) -> Iterator[Edit]:
    for is_break, start, end in _find(view):
        if is_break and view.raw[start:end] != PARAGRAPH_BREAK:
            yield _BREAK.replace(view.raw, start, end, PARAGRAPH_BREAK)


def _find_outer(view: View) -> Iterator[Edit]:
    return (_OUTER.delete(view.raw, s, e) for is_break, s, e in _find(view) if not is_break)


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
