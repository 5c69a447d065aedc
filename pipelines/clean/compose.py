"""Composition: what is found in a cleaned text, expressed as edits of the raw text.

A repair can lay bare what another rule repairs (a blank taken out makes two words neighbours). Cleaning is therefore
repeated until nothing is found, and the edits of each round are joined with those of the rounds before, so that one
list of edits leads from the raw text to the published one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from pipelines.clean.masks import hidden
from pipelines.document import APPLIED, Edit, in_order, nest

_START = attrgetter("start")


class _Segment(NamedTuple):
    """A stretch of the cleaned text and the raw one that it came from; ``edit`` where it was changed."""

    text_start: int
    text_end: int
    raw_start: int
    raw_end: int
    edit: Edit | None


class _Place(NamedTuple):
    """Where a later edit lies in the raw text, and what earlier edits wrote before and behind it in the same span."""

    start: int
    end: int
    lead: str
    trail: str


def compose(raw: str, text: str, edits: Sequence[Edit], later: Iterable[Edit]) -> tuple[Edit, ...]:
    """Join ``edits`` (raw -> text) with ``later`` edits of the text; what cannot be expressed cleanly is left out."""
    earlier = nest(edits)
    starts = [e.start for e in earlier]
    segments = list(_segments(raw, earlier))
    ends = [s.text_end for s in segments]
    found = [e for e in later if e.action in APPLIED]
    moves = sorted((e.start, e.end) for e in found if e.action == "move")
    added: list[Edit] = []
    gone: set[int] = set()
    for edit in found:
        place = _place(text, segments, bisect_right(ends, edit.start), edit)
        around = earlier[bisect_left(starts, place.start) : bisect_left(starts, place.end)]
        if any(e.end > place.end for e in around):
            continue
        is_frame = _holds(moves, edit)
        if is_frame or any(e.action == "move" for e in around):
            if edit.action in {"move", "delete"} and not place.lead + place.trail:
                before = _before(raw, place, around)
                added.append(edit._replace(start=place.start, end=place.end, before=before))
                continue
            if is_frame or edit.action == "redact":
                continue
        for part, inside in _parts(place, around):
            merged = _merged(raw, part, edit if part.start == place.start else edit._replace(after=""), inside)
            added.append(merged)
            # A mask inside what is taken out stays: its words are hidden there, and undoing must know where.
            gone.update(id(e) for e in inside if not (e.action == "redact" and merged.action == "delete"))
    return tuple(in_order([*added, *(e for e in edits if id(e) not in gone)]))


def _holds(moves: Sequence[tuple[int, int]], edit: Edit) -> bool:
    """Tell whether a move lies in the edit, or is it: then it is a frame, and what it encloses stays."""
    first = bisect_left(moves, (edit.start, edit.start))
    return first < len(moves) and moves[first][1] <= edit.end


def _segments(raw: str, earlier: Sequence[Edit]) -> Iterator[_Segment]:
    position = place = 0
    for edit in earlier:
        if edit.start < position:
            continue
        kept, written = edit.start - position, len(edit.after or "")
        yield _Segment(place, place + kept, position, edit.start, None)
        yield _Segment(place + kept, place + kept + written, edit.start, edit.end, edit)
        place += kept + written
        position = edit.end
    yield _Segment(place, place + len(raw) - position, position, len(raw), None)


def _place(text: str, segments: Sequence[_Segment], number: int, later: Edit) -> _Place:
    """Find the raw span of a later edit, which begins in the segment of that number.

    One that touches what an earlier edit wrote takes in that edit whole.
    """
    first = last = segments[number]
    while last.text_end < later.end:
        number += 1
        last = segments[number]
    start = first.raw_start if first.edit else first.raw_start + later.start - first.text_start
    end = last.raw_end if last.edit else last.raw_start + later.end - last.text_start
    lead = text[first.text_start : later.start] if first.edit else ""
    trail = text[later.end : last.text_end] if last.edit else ""
    return _Place(start, end, lead, trail)


def _parts(place: _Place, around: Sequence[Edit]) -> Iterator[tuple[_Place, Sequence[Edit]]]:
    """Part a place at what was moved out of it, which stays where it is; each part comes with the edits in it."""
    frames: list[Edit] = []
    outer = None
    for edit in around:
        outer = edit if outer is None or edit.start >= outer.end else outer
        if edit.action == "move" and (not frames or frames[-1] is not outer):
            frames.append(outer)
    if not frames:
        yield place, around
        return
    borders = [place.start, *(border for frame in frames for border in (frame.start, frame.end)), place.end]
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        lead, trail = place.lead if start == place.start else "", place.trail if end == place.end else ""
        if start < end:
            inside = around[bisect_left(around, start, key=_START) : bisect_left(around, end, key=_START)]
            yield _Place(start, end, lead, trail), inside


def _before(raw: str, place: _Place, inside: Iterable[Edit]) -> str:
    """What stands at a place in the raw text; what an edit inside it masks stays masked."""
    masks = [e for e in inside if e.action == "redact"]
    return hidden(raw[place.start : place.end], place.start, masks)


def _merged(raw: str, place: _Place, later: Edit, inside: Sequence[Edit]) -> Edit:
    """A later repair that takes the place of those that it touches; one that takes in a mask hides as that did."""
    start, end, lead, trail = place
    after = lead + (later.after or "") + trail
    if later.action == "redact":
        before, action = later.before.ljust(end - start, "*")[: end - start], "redact"
    else:
        action = "redact" if any(e.action == "redact" for e in inside) else "replace"
        before, action = _before(raw, place, inside), action if after else "delete"
    return later._replace(start=start, end=end, before=before, after=after, action=action)
