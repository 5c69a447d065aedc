"""Clean: run the rules over a parsed document; out come its fields, its text, its terms, and every edit with its place.

The engine scans a document once for the anchors of all rules and all forms of the glossary, asks only the rules that
have something to do, and takes a proposal when no earlier rule has claimed the span. Rules never see each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.clean.compose import compose
from pipelines.clean.engine import Knowledge, find_edits
from pipelines.clean.fields import read_fields
from pipelines.clean.guards import check_guards
from pipelines.document import PARAGRAPH_BREAK, CleanedDocument, Edit, RawText, Term, moved

__all__ = ["Knowledge", "apply_edits", "check_guards", "compose", "find_edits"]


def apply_edits(raw: RawText, edits: tuple[Edit, ...], text: str, knowledge: Knowledge) -> CleanedDocument:
    """Read off what the edits of one document, and its text after them, come to. Pure."""
    return CleanedDocument(
        raw=raw,
        fields=read_fields(moved(raw.text, edits)),
        text=text,
        edits=edits,
        terms=tuple(_terms(text, knowledge)),
        language=_language(text),
    )


def _terms(text: str, knowledge: Knowledge) -> Iterator[Term]:
    """The concordance of a text, paragraph by paragraph: no phrase runs over a border."""
    position = 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        for term in knowledge.concordance(paragraph):
            start, end = term.start + position, term.end + position
            yield Term(term.term, term.source_term, term.canonical, term.surface, start, end, term.domain)
        position += len(paragraph) + len(PARAGRAPH_BREAK)


_LETTER = re.compile(r"[^\W\d_]")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def _language(text: str) -> str:
    """Name the language by its script: Chinese where more than half of the letters are, else English."""
    chinese = 0 if text.isascii() else len(_CHINESE.findall(text))
    return "zh" if chinese and 2 * chinese > len(_LETTER.findall(text)) else "en"
