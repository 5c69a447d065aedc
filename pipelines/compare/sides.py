"""What can be compared: releases, tables in memory, and plain Parquet files with a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import USAGE, CorpusError
from pipelines.release import MANIFEST, Release, TableFiles, Tables, table_sha256

TABLES = ("documents", "edits", "terms", "rejects")
FINGERPRINTS = ("rule", "glossary", "parser")
PLAIN_HASH = ""

Content: TypeAlias = pa.Table | tuple[Path, ...]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its tables, each in memory or a list of Parquet files.

    ``key`` is the column that names a document, ``row_hash`` the one that holds the hash of its row (empty: there is
    none, as in plain Parquet files). ``manifest`` is that of a release; the fingerprints in it tell causes apart.
    ``hashes`` are the SHA-256 of files that are known to be as they should: what both sides have need not be compared.
    """

    name: str
    tables: Mapping[str, Content]
    key: str = "id"
    row_hash: str = "row_sha256"
    manifest: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[Path, str] = field(default_factory=dict)

    def schema(self, table: str) -> pa.Schema:
        """Return the Arrow schema of a table; empty where this side lacks it."""
        content = self.tables.get(table)
        if content is None:
            return pa.schema([])
        if isinstance(content, pa.Table):
            return content.schema
        try:
            return pq.read_schema(content[0])
        except (OSError, pa.ArrowException) as error:
            raise CorpusError(f"{content[0]} is not a Parquet file that can be read ({error})") from error

    def logical_sha256(self, table: str) -> str:
        """Return the hash of the content of a table, from the manifest where there is one."""
        recorded = self.manifest.get("tables", {}).get(table, {}).get("logical_sha256")
        if recorded:
            return str(recorded)
        content = self.tables[table]
        if not isinstance(content, pa.Table):
            return TableFiles(content[0].parent.parent).sha256(table)
        return table_sha256(table, content)

    def fingerprint(self, of: str) -> str | None:
        """Return the fingerprint of the rules, the glossary or the parser that made this side; None: unknown."""
        return self.manifest.get(f"{of}_fingerprint")


def as_side(given: Side | Release | Tables) -> Side:
    """Take a release or tables in memory as a side of a comparison."""
    if isinstance(given, Side):
        return given
    if isinstance(given, Tables):
        return Side("tables", dict(given.items()))
    return Side(given.version, {name: _files(given, name) for name in TABLES}, manifest=given.manifest)


def plain_side(path: Path, key: str) -> Side:
    """Take a Parquet file, or all below a folder, as a side; of a release folder, its documents.

    CorpusError where there is none, or where it has no column ``key``.
    """
    if (path / MANIFEST).is_file():
        path /= "documents"
    found = tuple(sorted(path.rglob("*.parquet"))) if path.is_dir() else (path,) if path.is_file() else ()
    if not found:
        raise CorpusError(f"{path}: no Parquet file there; name a file, or a folder that holds some", USAGE)
    side = Side(str(path), {"documents": found}, key=key, row_hash=PLAIN_HASH)
    columns = side.schema("documents").names
    if key not in columns:
        raise CorpusError(f"{path}: no column {key}; choose the key among {', '.join(columns)}", USAGE)
    kind = side.schema("documents").field(key).type
    if pa.types.is_floating(kind) or pa.types.is_nested(kind):
        raise CorpusError(
            f"{path}: the column {key} ({kind}) cannot be a key; choose one of texts or whole numbers", USAGE
        )
    return side


def _files(release: Release, table: str) -> tuple[Path, ...]:
    files = tuple(sorted((release.path / table).glob("train-*.parquet")))
    if not files:
        raise CorpusError(f"release {release.version} has no table {table}; run corpus verify {release.path}")
    return files
