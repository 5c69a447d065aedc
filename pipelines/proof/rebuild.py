"""Rebuilding a release from its source: every Parquet file must come out with the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.compare import Side, compare
from pipelines.document import Settings
from pipelines.proof.outcome import Proof
from pipelines.publish import build_changes, code_version, write_table
from pipelines.publish.manifest import MAIN
from pipelines.refine import Source
from pipelines.release import Finding, Release, TableFiles, file_sha256
from pipelines.release.content import REPORT
from pipelines.shards import Area, Engine, merge_shards, refine_shards


def compare_rebuilt(release: Release, parent: Release | None, source: Source, proof: Proof) -> None:
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
            rebuilt = Side("rebuilt", {name: tables.paths(name) for name in MAIN}, manifest=release.manifest)
            changes = build_changes(compare(parent, rebuilt), tables)
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
