"""Clean: run the rules over a parsed document; out come its fields, its text, its terms, and every edit with its place.

The engine scans a document once for the anchors of all rules and all forms of the glossary, asks only the rules that
have something to do, and takes a proposal when no earlier rule has claimed the span. Rules never see each other.
"""

from __future__ import annotations

from pipelines.clean.compose import compose
from pipelines.clean.engine import Knowledge, find_edits
from pipelines.clean.fields import read_fields
from pipelines.clean.guards import check_guards
from pipelines.document import CleanedDocument, Edit, RawText, moved, replay

__all__ = ["Knowledge", "apply_edits", "check_guards", "compose", "find_edits"]


def apply_edits(raw: RawText, edits: tuple[Edit, ...], knowledge: Knowledge) -> CleanedDocument:
    """Carry the edits of one document out. Pure: the same edits and knowledge give the same result."""
    text = replay(raw.text, edits)
    return CleanedDocument(
        raw=raw,
        fields=read_fields(moved(raw.text, edits)),
        text=text,
        edits=edits,
        terms=tuple(knowledge.glossary.concordance(text)),
        language=_language(text),
    )


def _language(text: str) -> str:
    """Name the language by its script: Chinese where more than half of the letters are, else English."""
    letters = [c for c in text if c.isalpha()]
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    return "zh" if 2 * chinese > len(letters) else "en"
