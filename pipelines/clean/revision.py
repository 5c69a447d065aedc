"""Revisions: what becomes of a raw text or of a part of it, and how parts are joined.

What becomes of a paragraph depends on little beside its own words, so it is worked out in its own offsets and once;
a text is then the sum of its parts, laid where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.document import APPLIED, Edit, Paragraph, Part, moved, replay


@dataclass(frozen=True, slots=True)
class Revision:
    """The edits of a raw text in order, and what they come to: the published text and the values that were moved."""

    edits: tuple[Edit, ...]
    text: str
    moved: tuple[tuple[str, str], ...]


def revise(raw: str, edits: Iterable[Edit]) -> Revision:
    """Read off what the edits of a raw text, which are in order, come to."""
    kept = tuple(edits)
    if not any(edit.action in APPLIED for edit in kept):
        return Revision(kept, raw, ())
    return Revision(kept, replay(raw, kept), tuple(moved(raw, kept)))


def join(parts: Sequence[tuple[int, Revision]]) -> Revision:
    """Join the revisions of all parts of a text; each comes with the offset of its part, in order."""
    return Revision(
        tuple([Edit._make((e.start + by, e.end + by, *e[2:])) for by, part in parts for e in part.edits]),
        "".join([part.text for _, part in parts]),
        tuple([value for _, part in parts for value in part.moved]),
    )


def label(paragraph: Paragraph) -> Paragraph | None:
    """What a paragraph is, in its own offsets; None where it is body and nothing else."""
    start = paragraph.start
    if paragraph.role == "body" and not (paragraph.layout or paragraph.parts or paragraph.cuts):
        return None
    return Paragraph(
        paragraph.role,
        0,
        paragraph.end - start,
        paragraph.layout,
        tuple([Part(part.field, part.start - start, part.end - start) for part in paragraph.parts]),
        tuple([(first - start, last - start) for first, last in paragraph.cuts]),
    )
