"""The manifest of a release: what it is, what made it, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pipelines.compare import Difference
from pipelines.document import APPLIED, Settings
from pipelines.publish.croissant import CROISSANT, render_croissant
from pipelines.release import (
    CHECKSUMS,
    MANIFEST,
    AnyTables,
    Release,
    checksum_text,
    count_values,
    file_sha256,
)
from pipelines.release.folders import current_time, format_time

MAIN = ("documents", "edits", "terms", "rejects")
"""The tables that say what is in a source; ``changes`` follows from two releases."""


@dataclass(frozen=True, slots=True)
class Build:
    """What made the tables: fingerprints (hexadecimal SHA-256), code version, number of inputs, name of the source.

    ``run_id`` is for the log, ``notes`` (about the source) and ``shards`` (refined in this run, and all) are for the
    summary; they go into no file, so that a rebuilt release is the same. ``parent`` is the version that was latest when
    the source was read (empty: there was none); publishing is refused when another run has published since (None: not
    checked). ``is_current`` tells whether the source is still as it was read (None: unknown); if so, a run that lost a
    race may work out its release anew.
    """

    rule_fingerprint: str
    glossary_fingerprint: str
    parser_fingerprint: str
    schema_fingerprint: str
    code_version: str
    input_count: int
    source_name: str
    run_id: str = ""
    parent: str | None = None
    notes: tuple[str, ...] = ()
    is_current: Callable[[], bool] | None = None
    shards: tuple[int, int] = (0, 0)


def count_stages(tables: AnyTables, build: Build) -> dict[str, Any]:
    """Count what went into and came out of the stages."""
    by_rule = count_values(tables, "edits", "rule")
    actions = count_values(tables, "edits", "action")
    return {
        "inputs": build.input_count,
        "documents": tables.rows("documents"),
        "rejects": tables.rows("rejects"),
        "rejects_by_reason": _named(count_values(tables, "rejects", "reason")),
        "edits": tables.rows("edits"),
        "edits_applied": sum(count for (action,), count in actions.items() if action in APPLIED),
        "edits_by_rule": _named(by_rule),
        "terms": tables.rows("terms"),
    }


def describe_dataset(settings: Settings) -> dict[str, Any]:
    """Say what the dataset is called and whose it is, as the card shows it."""
    return {
        "name": settings.name,
        "title": settings.title,
        "description": settings.description,
        "licence": settings.licence,
        "contact": settings.contact,
        "languages": list(settings.languages),
        "redact": settings.redact,
        "duplicates": settings.duplicates,
    }


def build_manifest(
    content: AnyTables,
    hashes: Mapping[str, str],
    build: Build,
    settings: Settings,
    version: str,
    *,
    parent: Release | None,
    difference: Difference,
) -> dict[str, Any]:
    """Gather everything that the manifest says but the hashes of files, which exist only once they are written.

    ``hashes`` are those of the content of each table.
    """
    return {
        "version": version,
        "parent": parent.version if parent else None,
        "parent_sha256": parent.manifest["logical_sha256"] if parent else None,
        "bump": difference.bump(settings.version_policy) if parent else "first",
        "reason": difference.reason if parent else "first release",
        "version_policy": settings.version_policy,
        "logical_sha256": hashes["documents"],
        "tables": {name: {"rows": content.rows(name), "logical_sha256": hashes[name]} for name in MAIN},
        "counts": count_stages(content, build),
        "dataset": describe_dataset(settings),
        "source": build.source_name,
        "schema_fingerprint": build.schema_fingerprint,
        "rule_fingerprint": build.rule_fingerprint,
        "glossary_fingerprint": build.glossary_fingerprint,
        "parser_fingerprint": build.parser_fingerprint,
        "code_version": build.code_version,
        "published_at": format_time(current_time()),
    }


def write_records(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write croissant.json, the manifest with the hash of every file in the folder, then SHA256SUMS over them all."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(paths)}
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": digest} for name, digest in hashes.items()}
    croissant = render_croissant(manifest, files).encode()
    (folder / CROISSANT).write_bytes(croissant)
    hashes[CROISSANT] = hashlib.sha256(croissant).hexdigest()
    files[CROISSANT] = {"bytes": len(croissant), "sha256": hashes[CROISSANT]}
    text = json.dumps({**manifest, "files": files}, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    hashes[MANIFEST] = file_sha256(folder / MANIFEST)
    (folder / CHECKSUMS).write_text(checksum_text(hashes), encoding="utf-8")


def code_version() -> str:
    """The version of this package, as it is installed."""
    try:
        return metadata.version("corpus")
    except metadata.PackageNotFoundError:
        return "unknown"


def _named(counts: Mapping[tuple[Any, ...], int]) -> dict[str, int]:
    return {str(key[0]): count for key, count in sorted(counts.items())}
