"""Clean: run the rules over a parsed document; out come its fields, its text, its terms, and every edit with its place.

The engine scans each paragraph for the anchors of all rules and all forms of the glossary in one pass, asks only the
rules that have something to do, and takes a proposal when no earlier rule has claimed the span. Rules never see each
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.clean.compose import compose
from pipelines.clean.engine import Knowledge, find_edits
from pipelines.clean.fields import read_fields
from pipelines.clean.guards import Excess, check_guards, find_excesses
from pipelines.clean.metadata import known_columns, with_metadata
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, Edit, RawText, Term, moved
from pipelines.language import detect_language, note_mixed_script

__all__ = ["Excess", "Knowledge", "apply_edits", "check_guards", "compose", "find_edits", "find_excesses"]


def apply_edits(raw: RawText, edits: tuple[Edit, ...], text: str, knowledge: Knowledge) -> CleanedDocument:
    """Read off what the edits of one document, and its text after them, come to. Pure."""
    fields = read_fields(moved(raw.text, edits), known_columns(raw).get("published_date"))
    fields, edits = with_metadata(raw, fields, edits, knowledge.masked)
    return CleanedDocument(
        raw=raw,
        fields=replace(fields, title=knowledge.masked(fields.title)),
        text=text,
        edits=(*edits, *note_mixed_script(raw.text, text, edits)),
        terms=tuple(_terms(text, knowledge)),
        language=detect_language(text),
    )


def _terms(text: str, knowledge: Knowledge) -> Iterator[Term]:
    """The concordance of a text, paragraph by paragraph: no phrase runs over a border."""
    position = 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        for term in knowledge.concordance(paragraph):
            start, end = term.start + position, term.end + position
            yield Term(term.term, term.source_term, term.canonical, term.surface, start, end, term.domain)
        position += len(paragraph) + len(PARAGRAPH_BREAK)
