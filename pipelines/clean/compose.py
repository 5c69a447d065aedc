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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a later edit lies in the raw text, and what earlier edits wrote before and behind it in the same span."""

    start: int
    end: int
    lead: str
    trail: str


def compose(raw: str, text: str, edits: Sequence[Edit], later: Iterable[Edit]) -> tuple[Edit, ...]:
    """Join ``edits`` (raw -> text) with ``later`` edits of the text; what cannot be expressed cleanly is left out."""
    segments = list(_segments(raw, edits))
    joined = list(edits)
    for edit in later:
        if edit.action in APPLIED:
            joined = _joined(raw, joined, _place(text, segments, edit), edit)
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


def _place(text: str, segments: Sequence[_Segment], later: Edit) -> _Place:
    """Find the raw span of a later edit: one that touches what an earlier edit wrote takes in that edit whole."""
    touched = [s for s in segments if s.text_start < later.end and s.text_end > later.start]
    first, last = touched[0], touched[-1]
    start = first.raw_start if first.edit else first.raw_start + later.start - first.text_start
    end = last.raw_end if last.edit else last.raw_start + later.end - last.text_start
    lead = text[first.text_start : later.start] if first.edit else ""
    trail = text[later.end : last.text_end] if last.edit else ""
    return _Place(start, end, lead, trail)


def _joined(raw: str, edits: list[Edit], place: _Place, later: Edit) -> list[Edit]:
    applied = [e for e in edits if e.action in APPLIED]
    inside = [e for e in applied if place.start <= e.start and e.end <= place.end]
    if any(_crosses(e, place) for e in applied):
        return edits
    holds_moves = any(e.action == "move" for e in inside)
    if later.action == "move" or holds_moves:
        is_clean_frame = later.action in {"move", "delete"} and not place.lead + place.trail
        return [_laid(raw, place, later, inside), *edits] if is_clean_frame else edits
    gone = set(map(id, inside))
    return [_merged(raw, place, later, inside), *(e for e in edits if id(e) not in gone)]


def _crosses(edit: Edit, place: _Place) -> bool:
    overlaps = edit.start < place.end and edit.end > place.start
    nests = (place.start <= edit.start and edit.end <= place.end) or (
        edit.start <= place.start and place.end <= edit.end
    )
    return overlaps and not nests


def _laid(raw: str, place: _Place, later: Edit, inside: Iterable[Edit] = ()) -> Edit:
    """A later frame, laid round the edits inside it; what they mask stays masked in it."""
    before = raw[place.start : place.end]
    for mask in (e for e in inside if e.action == "redact"):
        start, end = mask.start - place.start, mask.end - place.start
        before = before[:start] + mask.before + before[end:]
    return replace(later, start=place.start, end=place.end, before=before)


def _merged(raw: str, place: _Place, later: Edit, inside: Iterable[Edit]) -> Edit:
    """A later repair that takes the place of those that it touches."""
    after = place.lead + (later.after or "") + place.trail
    if later.action == "redact":
        length = place.end - place.start
        return replace(_laid(raw, place, later, inside), before=later.before.ljust(length, "*")[:length], after=after)
    return replace(_laid(raw, place, later, inside), after=after, action="replace" if after else "delete")
