"""Composition: what is found in a cleaned text, expressed as edits of the raw text.

A repair can lay bare what another rule repairs (a blank taken out makes two words neighbours). Cleaning is therefore
repeated until nothing is found, and the edits of each round are joined with those of the rounds before, so that one
list of edits leads from the raw text to the published one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.document import APPLIED, Edit, in_order


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of the cleaned text and the raw one that it came from; ``edit`` where it was changed."""

    text_start: int
    text_end: int
    raw_start: int
    raw_end: int
    edit: Edit | None


def compose(raw: str, text: str, edits: Sequence[Edit], later: Iterable[Edit]) -> tuple[Edit, ...]:
    """Join ``edits`` (raw -> text) with ``later`` edits of the text; what cannot be expressed cleanly is left out."""
    segments = list(_segments(raw, edits))
    joined = list(edits)
    for edit in later:
        if edit.action in APPLIED:
            joined = _joined(raw, text, joined, segments, edit)
    return tuple(in_order(joined))


def _segments(raw: str, edits: Sequence[Edit]) -> Iterator[_Segment]:
    position = place = 0
    for edit in sorted((e for e in edits if e.action in APPLIED), key=lambda e: (e.start, -e.end)):
        if edit.start < position:
            continue
        kept, written = edit.start - position, len(edit.after or "")
        yield _Segment(place, place + kept, position, edit.start, None)
        yield _Segment(place + kept, place + kept + written, edit.start, edit.end, edit)
        place += kept + written
        position = edit.end
    yield _Segment(place, place + len(raw) - position, position, len(raw), None)


def _joined(raw: str, text: str, edits: list[Edit], segments: list[_Segment], later: Edit) -> list[Edit]:
    touched = [s for s in segments if s.text_start < later.end and s.text_end > later.start]
    first, last = touched[0], touched[-1]
    start = first.raw_start if first.edit else first.raw_start + later.start - first.text_start
    end = last.raw_end if last.edit else last.raw_start + later.end - last.text_start
    lead = text[first.text_start : later.start] if first.edit else ""
    trail = text[later.end : last.text_end] if last.edit else ""
    inside = [e for e in edits if e.action in APPLIED and start <= e.start and e.end <= end]
    if any(
        e.start < end and e.end > start and e not in inside and not (e.start <= start and end <= e.end)
        for e in edits
        if e.action in APPLIED
    ):
        return edits
    if later.action == "move" or (
        later.action == "delete" and not lead + trail and any(e.action == "move" for e in inside)
    ):
        return edits if lead + trail else [replace(later, start=start, end=end, before=raw[start:end]), *edits]
    if any(e.action == "move" for e in inside):
        return edits
    after = lead + (later.after or "") + trail
    action = later.action if later.action == "redact" else ("replace" if after else "delete")
    hidden = later.before.ljust(end - start, "*")[: end - start]
    before = hidden if action == "redact" else raw[start:end]
    gone = set(map(id, inside))
    return [
        replace(later, start=start, end=end, before=before, after=after, action=action),
        *(e for e in edits if id(e) not in gone),
    ]
