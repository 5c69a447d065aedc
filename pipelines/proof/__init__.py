"""Proving a release: parent + changes = release, each document leads back to its raw text, and a rebuild has its bytes.

What cannot be proved here (no source at hand, another program, a parent that is gone) is a note that says why.
Memory holds hashes and one batch of texts, never all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemas
from pipelines.proof.outcome import Proof
from pipelines.proof.rebuild import compare_rebuilt
from pipelines.proof.replay import replay_all, rows_of
from pipelines.refine import load_source
from pipelines.release import Finding, Release, TableFiles, row_sha256, store_of
from pipelines.release.content import DELETED, REPORT
from pipelines.release.store import MANIFEST, RELEASES

__all__ = ["Proof", "prove"]


def prove(release: Release, source: Path | str | None = None) -> Proof:
    """Prove a release whose files are sound; ``source`` is the one that it was made from, None where it is not at hand.

    CorpusError where the source cannot be read.
    """
    proof = Proof()
    if release.manifest["schema_fingerprint"] != schemas.fingerprint():
        proof.notes.append(
            "the tables have the structure of another version of Corpus: nothing was replayed or rebuilt"
        )
        return proof
    parent = _parent_of(release, proof)
    if parent is not None and not _adds_up(TableFiles(parent.path), TableFiles(release.path)):
        proof.findings.append(
            Finding("changes", f"{parent.version} and the changes do not add up to the documents", REPORT)
        )
    if source is None:
        proof.notes.append("no source was named (--source DIR): documents were not replayed, nothing was rebuilt")
        return proof
    loaded = load_source(source)
    is_current = replay_all(release, loaded, proof)
    if is_current:
        compare_rebuilt(release, parent, loaded, proof)
    return proof


def _parent_of(release: Release, proof: Proof) -> Release | None:
    """Return the parent if there is one at hand, with the structure of today."""
    version = release.manifest["parent"]
    if version is None:
        return None
    store = store_of(release.path)
    parent = Release(store / RELEASES / version) if store else None
    if parent is None or not (parent.path / MANIFEST).is_file():
        proof.notes.append(f"the parent {version} is not at hand: parent + changes was not added up")
        return None
    if parent.manifest["schema_fingerprint"] != schemas.fingerprint():
        proof.notes.append(f"the parent {version} has another structure: parent + changes was not added up")
        return None
    return parent


def _adds_up(parent: TableFiles, release: TableFiles) -> bool:
    """Tell whether parent + changes = release in every value; order and recorded hashes were checked before."""
    gone = set(release.read("changes", "document_id")["document_id"].to_pylist())
    names = schemas.arrow_schema("documents").names
    rebuilt = {row["id"]: _digest(row) for row in rows_of(parent, "documents", *names) if row["id"] not in gone}
    rows = (row for row in rows_of(release, "changes", "op", *names) if row.pop("op") != DELETED)
    rebuilt |= {row["id"]: _digest(row) for row in rows}
    is_same = all(rebuilt.pop(row["id"], None) == _digest(row) for row in rows_of(release, "documents", *names))
    return is_same and not rebuilt


def _digest(row: dict[str, Any]) -> bytes:
    return bytes.fromhex(row_sha256(row))
