"""Masks: what is redacted stands in no ``before`` of any edit round it."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.document import Edit


def hidden(before: str, offset: int, masks: Iterable[Edit]) -> str:
    """Write the masks, in order, over a raw text that begins at ``offset``; one that runs out of it ends the work."""
    for mask in masks:
        if mask.end > offset + len(before):
            break
        before = before[: mask.start - offset] + mask.before + before[mask.end - offset :]
    return before
