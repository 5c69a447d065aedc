"""The ``rejects`` table: one row per input that did not become a document."""

from __future__ import annotations

import pandera.pyarrow as pandera
import pyarrow as pa

from schemas.columns import NOT_EMPTY, SHA256, category, text

SORT = ("source", "stage", "reason", "detail")

STAGES = ("ingest", "parse", "clean", "validate")

SCHEMA = pandera.DataFrameSchema(
    {
        "source": text("Path of the input inside the source", NOT_EMPTY, role="key"),
        "stage": category("The stage that turned it down", pandera.Check.isin(STAGES)),
        "reason": category("Short code of the reason", NOT_EMPTY),
        "detail": text("The reason in words, and what to do"),
        "raw_sha256": text(
            "SHA-256 of the raw bytes, hexadecimal; null where they could not be read", SHA256, nullable=True
        ),
        "bytes": pandera.Column(
            pa.int64(),
            pandera.Check.ge(0),
            nullable=True,
            description="Size of the input in bytes; null where it could not be read",
            metadata={"role": "key"},
        ),
    },
    name="rejects",
    description="One row per input that is not in documents, with the reason.",
    strict=True,
    ordered=True,
)
