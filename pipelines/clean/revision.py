"""Revisions: what becomes of a raw text or of a part of it, and how parts are joined.

What becomes of a paragraph depends on little beside its own words, so it is worked out in its own offsets and once;
a text is then the sum of its parts, laid where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.document import APPLIED, PARAGRAPH_BREAK, Edit, Paragraph, Part, moved, replay
from pipelines.laid import Laid


@dataclass(slots=True)
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


def join(
    raw: str, parts: Sequence[tuple[str, int, int, Revision]], gap: Sequence[Callable[[str], Revision]]
) -> Revision:
    """Join the revisions of all paragraphs of a text, each with its role and span, and of what lies round them.

    ``gap`` says what becomes of characters round paragraphs that are no break between two of the body, and of a break:
    of the runs of characters between two such paragraphs it is the first.
    """
    edits: list[tuple[int, Sequence[Edit]]] = []
    texts: list[str] = []
    moved: list[tuple[str, str]] = []
    last_body = next((start for role, start, _, _ in reversed(parts) if role == "body"), -1)
    position, open_body = 0, False
    for role, start, end, found in parts:
        if start > position:
            between = gap[open_body and position < last_body](raw[position:start])
            texts.append(between.text)
            if between.edits:
                edits.append((position, between.edits))
            open_body = False
        texts.append(found.text)
        if found.edits:
            edits.append((start, found.edits))
            moved += found.moved
        open_body = open_body or role == "body"
        position = end
    below = gap[False](raw[position:])
    texts.append(below.text)
    edits += [(position, below.edits)] if below.edits else []
    return Revision(Laid(edits), "".join(texts), tuple(moved), parts=texts)


Label = tuple[str, str, tuple[tuple[str, int, int], ...], tuple[tuple[int, int], ...]]
"""What a paragraph is, in its own offsets: role, layout, parts, cuts; of plain tuples, which cost half to make."""
BODY: Label = ("body", "", (), ())


def label(paragraph: Paragraph) -> Label:
    """What a paragraph is."""
    role, by, _, layout, parts, cuts = paragraph
    return (
        role,
        layout,
        tuple([(column, start - by, end - by) for column, start, end in parts]) if parts else (),
        tuple([(start - by, end - by) for start, end in cuts]) if cuts else (),
    )


def labelled(text: str, label: Label) -> Paragraph:
    """A text that is but one paragraph with that label."""
    role, layout, parts, cuts = label
    return Paragraph(role, 0, len(text), layout, tuple([Part(*part) for part in parts]), cuts)
