"""The ``changes`` table: made from a difference, and proved to lead from the parent to the release."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipelines.compare.difference import Difference
from pipelines.errors import INTERNAL, CorpusError
from pipelines.release import AnyTables, TableFiles, sort_documents, table_sha256, take_rows


def build_changes(difference: Difference, tables: AnyTables) -> pa.Table:
    """Build ``changes`` from a difference and the tables after it, sorted by id."""
    schema = schemas.arrow_schema("changes")
    own = [schema.field(name) for name in ("op", "document_id", "fields", "causes")]
    rows = [(c.op, c.document_id, list(c.fields), list(c.causes)) for c in difference.changes]
    head = pa.table([pa.array([row[i] for row in rows], own[i].type) for i in range(4)], schema=pa.schema(own))
    wanted = head["document_id"].combine_chunks()
    documents = tables.find(wanted)
    after = take_rows(documents, pc.index_in(wanted, value_set=documents["id"].combine_chunks()))
    return pa.table([*head.columns, *after.columns], schema=schema)


def apply_changes(parent: pa.Table, changes: pa.Table) -> pa.Table:
    """Apply ``changes`` to the documents of the parent: what comes out are the documents of the release."""
    schema = schemas.arrow_schema("documents")
    gone = pc.is_in(parent["id"], value_set=changes["document_id"].combine_chunks())
    kept = parent.filter(pc.invert(gone))
    rows = changes.filter(pc.not_equal(changes["op"], "delete")).select(schema.names)
    # A parent of another structure keeps no row: its row hashes cover the names of the columns.
    merged = pa.concat_tables([kept.cast(schema), rows.cast(schema)]) if kept.num_rows else rows.cast(schema)
    return sort_documents(merged)


def prove_changes(parent: AnyTables, release: TableFiles) -> None:
    """Raise CorpusError unless parent + changes = release, for every id and row hash."""
    keys = ("id", "row_sha256")
    changes = release.read("changes", "op", "document_id", *keys)
    gone = changes["document_id"].combine_chunks()
    kept = parent.read("documents", *keys)
    kept = kept.filter(pc.invert(pc.is_in(kept["id"], value_set=gone)))
    after = changes.filter(pc.not_equal(changes["op"], "delete")).select(keys)
    rebuilt = pa.concat_tables([kept, after])
    if table_sha256("documents", rebuilt) != release.sha256("documents"):
        raise CorpusError("parent and changes do not add up to the new documents; nothing was published", INTERNAL)
