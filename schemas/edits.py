"""The ``edits`` table: one row per change or finding. Offsets are code points in the raw text, end-exclusive."""

from __future__ import annotations

import pandera.pyarrow as pandera

from schemas.classes import ACTIONS, ARTEFACT_CLASSES
from schemas.columns import NOT_EMPTY, category, key, number, text

SORT = ("document_id", "start", "end")

SCHEMA = pandera.DataFrameSchema(
    {
        "document_id": key("The document that was edited"),
        "seq": number("Position of the edit in its document, from 0"),
        "rule": category("The rule that made it", NOT_EMPTY),
        "artefact_class": category("What kind of artefact it is", pandera.Check.isin(ARTEFACT_CLASSES)),
        "action": category("replace, delete, move, redact or annotate", pandera.Check.isin(ACTIONS)),
        "start": number("First character in the raw text"),
        "end": number("Character after the last one in the raw text"),
        "before": text("What stood there; personal data is masked"),
        "after": text("What stands there now; null for move and annotate", nullable=True),
        "field": category("For move: the column that the text went to", nullable=True),
        "suggestion": text("For annotate: what an editor could write", nullable=True),
        "source_term": category("The Chinese phrase, where a term is concerned", nullable=True),
        "confidence": category("high, medium or low", pandera.Check.isin(("high", "medium", "low"))),
    },
    name="edits",
    description="One row per change that a rule made, or finding that it noted.",
    unique=["document_id", "seq"],
    strict=True,
    ordered=True,
)
