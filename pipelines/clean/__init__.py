"""Clean: run the rules over a parsed document; out come its fields, its text, its terms, and every edit with its place.

The engine scans each paragraph for the anchors of all rules and all forms of the glossary in one pass, asks only the
rules that have something to do, and takes a proposal when no earlier rule has claimed the span. Rules never see each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.clean.compose import compose
from pipelines.clean.engine import Knowledge, Passage, find_edits
from pipelines.clean.fields import read_fields
from pipelines.clean.guards import Excess, check_guards, find_excesses
from pipelines.clean.metadata import known_columns, with_metadata
from pipelines.clean.revision import Revision, revise
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, RawText, Term
from pipelines.laid import Laid
from pipelines.language import add, detect_language, note_mixed_script

__all__ = ["Excess", "Knowledge", "apply_edits", "check_guards", "compose", "find_edits", "find_excesses", "revise"]


def apply_edits(raw: RawText, found: Revision, passages: Sequence[Passage], knowledge: Knowledge) -> CleanedDocument:
    """Read off what the edits of one document, and the paragraphs after them, come to. Pure."""
    known = known_columns(raw)
    fields = read_fields(found.moved, known.get("published_date"))
    fields, edits = with_metadata(known, fields, found.edits, knowledge.masked, is_fallback=raw.is_fallback)
    title = knowledge.masked(fields.title)
    counts = add([passage.counted or passage.counts for passage in passages])
    notes = note_mixed_script(raw.text, found.text, edits, counts.letters)
    return CleanedDocument(
        raw=raw,
        fields=fields if title == fields.title else replace(fields, title=title),
        text=found.text,
        edits=(*edits, *notes) if notes else edits,
        terms=_terms(passages),
        language=detect_language(found.text, counts),
    )


def _terms(passages: Iterable[Passage]) -> Laid[Term]:
    """The concordance of a text, paragraph by paragraph: no phrase runs over a border."""
    parts: list[tuple[int, Sequence[Term]]] = []
    position = 0
    for passage in passages:
        terms = passage.listed
        if terms is None:
            terms = passage.terms
        if terms:
            parts.append((position, terms))
        position += len(passage.text) + len(PARAGRAPH_BREAK)
    return Laid(parts)
