"""Memory: what a recogniser says of a line depends on its words alone, and sites repeat their lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block

REMEMBERED = 20_000
"""Lines that are remembered at most by each recogniser."""

Found = TypeVar("Found")


def by_text(recognise: Callable[[Block], Found]) -> Callable[[Block], Found]:
    """Let a recogniser look at each text once; what it found is laid at the place where the text stands now."""

    @lru_cache(maxsize=REMEMBERED)
    def remembered(text: str) -> Found:
        return recognise(Block(0, len(text), text))

    @wraps(recognise)
    def recognised(block: Block) -> Found:
        found: Found = _laid(remembered(block.text), block.start)
        return found

    return recognised


def _laid(found: Any, by: int) -> Any:  # noqa: ANN401 - whatever a recogniser returns, of the same type
    """Shift every span in a result."""
    if found is None or isinstance(found, bool) or not by:
        return found
    if isinstance(found, Block):
        return Block(found.start + by, found.end + by, found.text)
    if isinstance(found, Paragraph):
        parts = tuple(Part(p.field, p.start + by, p.end + by) for p in found.parts)
        cuts = tuple((start + by, end + by) for start, end in found.cuts)
        return Paragraph(found.role, found.start + by, found.end + by, found.layout, parts, cuts)
    return type(found)(_laid(each, by) for each in found)
