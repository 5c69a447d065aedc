"""The ``changes`` table: made from a difference, and proved to lead from the parent to the release."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipelines.compare import Difference
from pipelines.errors import INTERNAL, CorpusError
from pipelines.release import sort_documents, table_sha256


def build_changes(difference: Difference, documents: pa.Table) -> pa.Table:
    """Build ``changes`` from a difference and the documents after it, sorted by id."""
    schema = schemas.arrow_schema("changes")
    own = [schema.field(name) for name in ("op", "document_id", "fields", "causes")]
    rows = [(c.op, c.document_id, list(c.fields), list(c.causes)) for c in difference.changes]
    head = pa.table([pa.array([row[i] for row in rows], own[i].type) for i in range(4)], schema=pa.schema(own))
    position = pc.index_in(head["document_id"], value_set=documents["id"].combine_chunks())
    after = documents.take(position)
    table = pa.table([*head.columns, *after.columns], schema=schema)
    schemas.schema_of("changes").validate(table, lazy=True)
    return table


def apply_changes(parent: pa.Table, changes: pa.Table) -> pa.Table:
    """Apply ``changes`` to the documents of the parent: what comes out are the documents of the release."""
    schema = schemas.arrow_schema("documents")
    gone = pc.is_in(parent["id"], value_set=changes["document_id"].combine_chunks())
    kept = parent.filter(pc.invert(gone))
    rows = changes.filter(pc.not_equal(changes["op"], "delete")).select(schema.names)
    # A parent of another structure keeps no row: its row hashes cover the names of the columns.
    merged = pa.concat_tables([kept.cast(schema), rows.cast(schema)]) if kept.num_rows else rows.cast(schema)
    return sort_documents(merged)


def prove_changes(parent: pa.Table, changes: pa.Table, documents: pa.Table) -> None:
    """Raise CorpusError unless parent + changes = release, row for row."""
    rebuilt = apply_changes(parent, changes)
    if not rebuilt.equals(documents) or table_sha256("documents", rebuilt) != table_sha256("documents", documents):
        raise CorpusError("parent and changes do not add up to the new documents; nothing was published", INTERNAL)
