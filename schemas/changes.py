"""The ``changes`` table: how this release differs from its parent, with each row of ``documents`` after the change."""

from __future__ import annotations

import pandera.pyarrow as pandera

from schemas import documents
from schemas.columns import category, key, nullable, texts

SORT = ("document_id",)

OPS = ("add", "modify", "delete")

CAUSES = {
    "source": "its raw text is another one, or its twin came or went",
    "rule:<id>": "this rule makes other edits than before",
    "glossary:<term>": "this term makes other edits than before",
    "parser": "the raw text is the same, and no rule or term explains the change",
    "schema": "columns came, went or have another type",
}
"""What each cause says of a document that changed."""

OWN = {
    "op": category("add, modify or delete", pandera.Check.isin(OPS)),
    "document_id": key("The document that was added, modified or deleted", unique=True),
    "fields": texts("For modify: the columns of documents whose values differ"),
    "causes": texts("Why: source, parser, schema, rule:<id> or glossary:<term>"),
}

SCHEMA = pandera.DataFrameSchema(
    OWN | {name: nullable(column) for name, column in documents.SCHEMA.columns.items()},
    name="changes",
    description="One row per document that the parent lacks, has otherwise, or has and this release lacks; "
    "the columns of documents hold the row after the change (null for delete).",
    strict=True,
    ordered=True,
)
