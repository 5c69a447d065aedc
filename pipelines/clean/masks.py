"""Masks: what is redacted stands in no ``before`` of any edit round it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from pipelines.document import Edit
from pipelines.rules.privacy import PRIVACY

MASKS = frozenset(rule.id for rule in PRIVACY)
"""The rules that mask personal data."""


def hidden(before: str, offset: int, masks: Iterable[Edit]) -> str:
    """Write the masks, in order, over a raw text that begins at ``offset``; one that runs out of it ends the work."""
    for mask in masks:
        if mask.end > offset + len(before):
            break
        before = before[: mask.start - offset] + mask.before + before[mask.end - offset :]
    return before


def masked(edits: list[Edit]) -> Iterable[Edit]:
    """Write the masks into what encloses them, so that no table holds what was redacted."""
    masks = [e for e in edits if e.action == "redact"]
    if not masks:
        return edits
    starts = [m.start for m in masks]
    return [e if e.rule in MASKS else _masked(e, masks, starts) for e in edits]


def _masked(edit: Edit, masks: list[Edit], starts: list[int]) -> Edit:
    inside = masks[bisect_left(starts, edit.start) : bisect_left(starts, edit.end)]
    before = hidden(edit.before, edit.start, inside)
    return edit if before == edit.before else edit._replace(before=before)
