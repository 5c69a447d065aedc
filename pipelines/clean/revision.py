"""Revisions: what becomes of a raw text or of a part of it, and how parts are joined.

What becomes of a paragraph depends on little beside its own words, so it is worked out in its own offsets and once;
a text is then the sum of its parts, laid where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.document import APPLIED, PARAGRAPH_BREAK, Edit, Paragraph, Part, moved, replay
from pipelines.laid import Laid


@dataclass(frozen=True, slots=True)
class Revision:
    """The edits of a raw text in order, and what they come to: the published text and the values that were moved."""

    edits: Sequence[Edit]
    text: str
    moved: tuple[tuple[str, str], ...]
    is_change: bool = True
    """Whether any of the edits changes the text; else all of them only annotate."""
    parts: Sequence[str] = ()
    """What the text was joined from."""

    def paragraphs(self) -> Sequence[str]:
        """The paragraphs of the published text; where each is one part, those that are remembered and not copies."""
        parts = [part for part in self.parts if part]
        count, even = divmod(len(parts), 2)
        if even and parts[1::2] == [PARAGRAPH_BREAK] * count and not any("\n" in part for part in parts[::2]):
            return parts[::2]
        return self.text.split(PARAGRAPH_BREAK)


def revise(raw: str, edits: Iterable[Edit]) -> Revision:
    """Read off what the edits of a raw text, which are in order, come to."""
    kept = tuple(edits)
    if not any(edit.action in APPLIED for edit in kept):
        return Revision(kept, raw, (), is_change=False)
    return Revision(kept, replay(raw, kept), tuple(moved(raw, kept)))


def join(parts: Sequence[tuple[int, Revision]]) -> Revision:
    """Join the revisions of all parts of a text; each comes with the offset of its part, in order."""
    texts = [part.text for _, part in parts]
    return Revision(
        Laid([(by, part.edits) for by, part in parts if part.edits]),
        "".join(texts),
        tuple([value for _, part in parts if part.moved for value in part.moved]),
        parts=texts,
    )


def label(paragraph: Paragraph) -> Paragraph | None:
    """What a paragraph is, in its own offsets; None where it is body and nothing else."""
    role, start, end, layout, parts, cuts = paragraph
    if role == "body" and not (layout or parts or cuts):
        return None
    return Paragraph(
        role,
        0,
        end - start,
        layout,
        tuple([Part(column, first - start, last - start) for column, first, last in parts]) if parts else (),
        tuple([(first - start, last - start) for first, last in cuts]) if cuts else (),
    )
