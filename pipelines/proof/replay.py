"""Replaying a release: each raw text and its edits lead to the published text, and that leads back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pipelines.document import Edit, RawText, Reject, replay, undo
from pipelines.ingest import records
from pipelines.proof.outcome import Proof
from pipelines.prose import plural
from pipelines.refine import Source
from pipelines.release import Finding, Release, TableFiles
from pipelines.release.content import REPORT
from pipelines.release.lookup import RowsByDocument

UNDONE = "published text + edits is not the raw text"

RECORDS = 2_000
"""Records of the source that are held at a time."""


def replay_all(release: Release, source: Source, proof: Proof) -> bool:
    """Replay and undo each document against its raw text; say whether the source is the one of the release."""
    tables = TableFiles(release.path)
    columns = ("id", "raw_sha256", "text")
    hashes = {(row["id"], row["raw_sha256"]): _sha256(row["text"]) for row in rows_of(tables, "documents", *columns)}
    rejected = set(tables.read("rejects", "raw_sha256")["raw_sha256"].to_pylist())
    edits = RowsByDocument(tables, "edits", *Edit._fields)
    broken: dict[str, bytes] = {}
    count, strange = 0, 0
    for record in _records(source):
        count += 1
        wanted = hashes.pop((record.id, record.raw_sha256), None)
        if wanted is not None and isinstance(record, RawText):
            own = _edits(edits, record.id)
            text = replay(record.text, own)
            if _sha256(text) != wanted:
                broken[record.id] = _sha256(_masked(record.text, own))
            elif undo(text, own) != _masked(record.text, own):
                proof.findings.append(Finding("edits", f"{record.id}: {UNDONE}", REPORT))
        elif record.raw_sha256 not in rejected:
            strange += 1
    proof.findings += _describe_broken(tables, edits, broken)
    if hashes:
        proof.notes.append(
            f"not replayed, since the source has them no longer as they were: {plural(len(hashes), 'document')}"
        )
    if hashes or strange or count != release.manifest["counts"]["inputs"]:
        proof.notes.append("not rebuilt: the source has changed since")
        return False
    return True


def _records(source: Source) -> Iterator[RawText | Reject]:
    """Yield the records of a source; some at a time are put into the order of ids, in which their edits lie."""
    remaining = (record for entry in source.inputs for record in records(entry, source.settings))
    while batch := list(islice(remaining, RECORDS)):
        yield from sorted(batch, key=lambda record: record.id)


def _describe_broken(tables: TableFiles, edits: RowsByDocument, broken: dict[str, bytes]) -> Iterator[Finding]:
    """Name the documents whose raw text does not lead to their text, and whether the way back is broken too.

    ``broken`` has the hash of the raw text that each should lead back to.
    """
    for row in rows_of(tables, "documents", "id", "text") if broken else ():
        if row["id"] in broken:
            yield Finding("edits", f"{row['id']}: raw text + edits is not the published text", REPORT)
            if _sha256(undo(row["text"], _edits(edits, row["id"]))) != broken[row["id"]]:
                yield Finding("edits", f"{row['id']}: {UNDONE}", REPORT)


def _edits(rows: RowsByDocument, document_id: str) -> list[Edit]:
    return [Edit(**row) for row in rows.of(document_id)]


def _masked(raw: str, edits: list[Edit]) -> str:
    """Mask in a raw text what is masked in the tables."""
    for edit in edits:
        if edit.action == "redact":
            raw = raw[: edit.start] + edit.before + raw[edit.end :]
    return raw


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def rows_of(tables: TableFiles, name: str, *columns: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, some columns or all."""
    for batch in tables.batches(name, *columns):
        yield from batch.to_pylist()
