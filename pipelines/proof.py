"""Proving a release: parent + changes = release, each document leads back to its raw text, and a rebuild has its bytes.

What cannot be proved here (no source at hand, another program, a parent that is gone) is a note that says why.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipelines.compare import compare
from pipelines.document import Edit, RawText, Settings, replay, undo
from pipelines.ingest import records
from pipelines.publish import apply_changes, build_changes, code_version, write_table
from pipelines.publish.manifest import MAIN
from pipelines.refine import Source, load_source
from pipelines.release import Finding, Release, TableFiles, file_sha256, store_of
from pipelines.release.content import REPORT
from pipelines.release.store import MANIFEST, RELEASES
from pipelines.shards import Area, Engine, merge_shards, refine_shards


@dataclass(slots=True)
class Proof:
    """What a proof came to: what is wrong, and what could not be proved, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
    if parent is not None:
        rebuilt = apply_changes(parent.table("documents"), release.table("changes"))
        if not rebuilt.equals(release.table("documents")):
            proof.findings.append(
                Finding("changes", f"{parent.version} and the changes do not add up to the documents", REPORT)
            )
    if source is None:
        proof.notes.append("no source was named (--source DIR): documents were not replayed, nothing was rebuilt")
        return proof
    loaded = load_source(source)
    is_current = _replay_all(release, loaded, proof)
    if is_current:
        _compare_rebuilt(release, parent, loaded, proof)
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


def _replay_all(release: Release, source: Source, proof: Proof) -> bool:
    """Replay and undo each document against its raw text; say whether the source is the one of the release."""
    rows = release.table("documents").select(["id", "text", "raw_sha256"])
    keys = zip(rows["id"].to_pylist(), rows["raw_sha256"].to_pylist(), strict=True)
    places = {key: place for place, key in enumerate(keys)}
    rejected = set(release.table("rejects")["raw_sha256"].to_pylist())
    edits = _EditsById(release.table("edits"))
    count, strange = 0, 0
    for record in (record for entry in source.inputs for record in records(entry, source.settings)):
        count += 1
        place = places.pop((record.id, record.raw_sha256), None)
        if place is not None and isinstance(record, RawText):
            row = rows.slice(place, 1).to_pylist()[0]
            problems = _replay(row, record, edits.of(record.id))
            proof.findings += [Finding("edits", f"{record.id}: {problem}", REPORT) for problem in problems]
        elif record.raw_sha256 not in rejected:
            strange += 1
    if places:
        proof.notes.append(f"{len(places)} documents are not in the source as they were: they were not replayed")
    if places or strange or count != release.manifest["counts"]["inputs"]:
        proof.notes.append("not rebuilt: the source has changed since")
        return False
    return True


def _replay(row: dict[str, Any], raw: RawText, edits: list[Edit]) -> Iterator[str]:
    """Hold one document against its raw text; what is masked in the tables is masked in the raw text."""
    if replay(raw.text, edits) != row["text"]:
        yield "raw text + edits is not the published text"
    masked = raw.text
    for edit in edits:
        if edit.action == "redact":
            masked = masked[: edit.start] + edit.before + masked[edit.end :]
    if undo(row["text"], edits) != masked:
        yield "published text + edits is not the raw text"


class _EditsById:
    """The edits of each document; the table is sorted by document, so each one's are a slice."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table.select(Edit._fields)
        runs = pc.run_end_encode(table["document_id"].combine_chunks()) if table.num_rows else None
        ends = runs.run_ends.to_pylist() if runs is not None else []
        ids = runs.values.to_pylist() if runs is not None else []
        self._places = {key: (begin, end) for key, begin, end in zip(ids, [0, *ends], ends, strict=False)}

    def of(self, document_id: str) -> list[Edit]:
        begin, end = self._places.get(document_id, (0, 0))
        return [Edit(**row) for row in self._table.slice(begin, end - begin).to_pylist()]


def _compare_rebuilt(release: Release, parent: Release | None, source: Source, proof: Proof) -> None:
    """Make the release anew from its source and compare the bytes of every Parquet file."""
    reason = _cannot_rebuild(release, source)
    if reason:
        proof.notes.append(f"not rebuilt: {reason}")
        return
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "tables"
        folder.mkdir()
        merge_shards(refine_shards(source, Area(f"{home}/shards"), Engine(1)), folder)
        names = list(MAIN)
        if parent is not None:
            tables = TableFiles(folder)
            changes = build_changes(compare(parent.tables(), tables.loaded()), tables)
            write_table(changes, "changes", folder / "changes")
            names.append("changes")
        elif release.manifest["parent"] is not None:
            proof.notes.append("the table changes was not rebuilt: it needs the parent")
        for name in names:
            proof.findings += _differences(release, name, sorted((folder / name).glob("train-*.parquet")))


def _differences(release: Release, name: str, made: list[Path]) -> Iterator[Finding]:
    there = {path.name: path for path in (release.path / name).glob("train-*.parquet")}
    for path in made:
        known = there.pop(path.name, None)
        if known is None or file_sha256(path) != file_sha256(known):
            yield Finding(f"{name}/{path.name}", "a rebuild from the source has other bytes", REPORT)
    yield from (
        Finding(f"{name}/{each}", "a rebuild from the source does not have this file", REPORT) for each in there
    )


def _cannot_rebuild(release: Release, source: Source) -> str:
    """Say why a rebuild would differ for other causes than the source; empty where it should not."""
    manifest, known = release.manifest, source.knowledge
    now = {
        "code_version": code_version(),
        "rule_fingerprint": known.rule_fingerprint,
        "glossary_fingerprint": known.glossary_fingerprint,
        "parser_fingerprint": known.parser_fingerprint,
    }
    for name, value in now.items():
        if manifest[name] != value:
            return f"made with another {name.replace('_', ' ')} of Corpus"
    if _settings_of(source.settings) != {name: manifest["dataset"][name] for name in _settings_of(source.settings)}:
        return "dataset.toml has changed since"
    files = sorted(release.path.glob("*/train-*.parquet"))
    writers = {pq.read_metadata(path).created_by for path in files}
    return "" if writers == {_writer()} else f"written by {', '.join(sorted(writers))}, here is {_writer()}"


def _settings_of(settings: Settings) -> dict[str, Any]:
    return {"languages": list(settings.languages), "redact": settings.redact, "duplicates": settings.duplicates}


def _writer() -> str:
    """How this pyarrow signs the files that it writes."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"a": [1]}), sink)
    return str(pq.read_metadata(pa.BufferReader(sink.getvalue())).created_by)
