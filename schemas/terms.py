"""The ``terms`` table: the concordance of set phrases. Offsets are code points in the cleaned text, end-exclusive."""

from __future__ import annotations

import pandera.pyarrow as pandera

from schemas.columns import NOT_EMPTY, category, key, number

SORT = ("document_id", "start", "end", "term")

SCHEMA = pandera.DataFrameSchema(
    {
        "document_id": key("The document that holds the phrase"),
        "term": category("Short name of the term", NOT_EMPTY),
        "source_term": category("The Chinese phrase"),
        "canonical": category("The established English rendering"),
        "surface": category("The rendering found here", NOT_EMPTY),
        "start": number("First character in text"),
        "end": number("Character after the last one in text"),
        "domain": category("Subject field of the term"),
    },
    name="terms",
    description="One row per occurrence of a set phrase in the cleaned text.",
    strict=True,
    ordered=True,
)
