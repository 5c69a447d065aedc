"""Memory: what a recogniser says of a line depends on its words alone, and sites repeat their lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pipelines.document import Paragraph, shifted
from pipelines.memory import remember
from pipelines.parse.blocks import Block

REMEMBERED = 10_000
"""Lines that are remembered at most by each recogniser."""

Found = TypeVar("Found")


class by_text(Generic[Found]):  # noqa: N801 - a decorator
    """Let a recogniser look at each text once; what it found is laid at the place where the text stands now."""

    def __init__(self, recognise: Callable[[Block], Found]) -> None:
        """Remember what ``recognise`` says of a text; ``said`` returns that in the offsets of the text itself."""
        self.said: Callable[[str], Found] = remember(REMEMBERED)(lambda text: recognise(Block(0, len(text), text)))

    def __call__(self, block: Block) -> Found:
        """What is recognised in a block, where it stands."""
        found = self.said(block.text)
        return found if found is None else laid(found, block.start)


def laid(found: Any, by: int) -> Any:  # noqa: ANN401 - whatever a recogniser returns, of the same type
    """Shift every span in a result."""
    if found is None or isinstance(found, bool) or not by:
        return found
    if isinstance(found, Paragraph):
        return shifted(found, by)
    if isinstance(found, Block):
        return Block(found.start + by, found.end + by, found.text)
    return type(found)([laid(each, by) for each in found])
