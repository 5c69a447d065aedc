"""The engine: duckdb reads both sides, hash first, and keeps within a limit of memory by spilling to disk.

Keys and row hashes decide which documents differ: of two releases of 1,000,000 documents nothing else is read for
that. Only the rows of documents that differ are looked into, and only the texts that a report shows are fetched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from pipelines import database
from pipelines.compare.difference import KeyChanges
from pipelines.compare.sides import Side
from pipelines.errors import USAGE, CorpusError

MEMORY = "512MB"
"""What duckdb may hold in memory before it spills to disk; Python and the reading of files take some 200 MB more."""

BATCH = 500
"""Rows that are fetched at once; with their texts some megabytes."""

ADDED, REMOVED, CHANGED, SAME = range(4)
"""What ``found`` says of a document in its column ``op``."""


class Engine:
    """Two sides as views ``old_documents``, ``new_documents``, ``old_edits`` and so on of one connection.

    ``old_documents_apart`` and so on are without the files that both sides have: what differs is in the others.
    A context manager; what it spills goes to a temporary folder that ends with it.
    """

    def __init__(self, old: Side, new: Side, memory: str | None = None) -> None:
        """Open both sides; CorpusError where the limit of memory is none or a file cannot be read."""
        import duckdb

        self.old, self.new = old, new
        self.ops: frozenset[int] = frozenset()
        self.found_count = 0
        self._errors = (duckdb.Error,)
        self._spill = tempfile.TemporaryDirectory(prefix="corpus-diff-")
        try:
            self._connection = database.connect(memory or MEMORY, Path(self._spill.name))
            self._connection.execute("SET preserve_insertion_order = false")
        except duckdb.Error as error:
            self._spill.cleanup()
            raise CorpusError(f"{memory} is no limit of memory: write 500MB or 2GB", USAGE) from error
        shared = {*old.hashes.values()} & {*new.hashes.values()}
        for word, side in (("old", old), ("new", new)):
            for table in side.tables:
                self._open(f"{word}_{table}", side, table, shared)

    def __enter__(self) -> Engine:
        """Give itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close the connection and remove what was spilled."""
        self._connection.close()
        self._spill.cleanup()

    def _open(self, view: str, side: Side, table: str, shared: Collection[str]) -> None:
        content = side.tables[table]
        if isinstance(content, pa.Table):
            self._connection.register(view, content)
            self._connection.register(f"{view}_apart", content)
            return
        apart = [path for path in content if side.hashes.get(path) not in shared]
        for name, paths, where in ((view, content, "true"), (f"{view}_apart", apart or content[:1], bool(apart))):
            files = ", ".join(quote(str(path)) for path in paths)
            self.run(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}]) WHERE {where}")

    def run(self, query: str) -> None:
        """Run a statement that returns nothing of interest."""
        self._execute(query)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, fetched in batches."""
        cursor = self._execute(query)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def one(self, query: str) -> tuple[Any, ...]:
        """Return the first row of a query that has one."""
        row: tuple[Any, ...] = self._execute(query).fetchone()
        return row

    def add_table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        """Make a small table of strings known to queries."""
        arrays = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(columns))]
        self._connection.register(name, pa.table(arrays, names=list(columns)))

    def _execute(self, query: str) -> Any:  # noqa: ANN401 - duckdb has no types
        try:
            return self._connection.execute(query)
        except self._errors as error:
            hint = "raise --memory or make room for temporary files" if "emory" in str(error) else "check the files"
            message = str(error).splitlines()[0]
            raise CorpusError(f"{self.old.name} and {self.new.name} cannot be compared ({message}): {hint}") from error

    def has(self, table: str) -> bool:
        """Tell whether both sides have a table."""
        return table in self.old.tables and table in self.new.tables

    def shared_columns(self, table: str) -> list[str]:
        """Name the columns that both sides have with the same type, in the order of the new side."""
        before = self.old.schema(table)
        types = dict(zip(before.names, before.types, strict=True))
        return [field.name for field in self.new.schema(table) if types.get(field.name) == field.type]

    def key(self, side: Side, alias: str = "") -> str:
        """Return the expression of the id of a document."""
        return f"CAST({alias}{name(side.key)} AS VARCHAR)"

    def find_keys(self) -> None:
        """Make the table ``found`` (id, op) of the documents that differ.

        CorpusError where an id is missing or stands twice on a side: which rows belong together could not be told.
        """
        old, new = (self._hashed(word, side) for word, side in (("old", self.old), ("new", self.new)))
        # One group for all that is the same: its count, with those of the rest, shows whether an id stands twice.
        self.run(
            f"""CREATE TEMP TABLE grouped AS
            SELECT CASE WHEN op < 3 THEN id END AS id, op, count(*) AS count FROM (
                SELECT coalesce(o.id, n.id) AS id,
                    CASE WHEN o.id IS NULL THEN 0 WHEN n.id IS NULL THEN 1 WHEN o.hash IS DISTINCT FROM n.hash THEN 2
                    ELSE 3 END AS op
                FROM ({old}) o FULL JOIN ({new}) n ON o.id = n.id
            ) GROUP BY ALL"""
        )
        self._check_ids()
        self.run("CREATE TEMP TABLE found AS SELECT id, op FROM grouped WHERE op < 3")

    def _hashed(self, word: str, side: Side) -> str:
        if side.row_hash:
            content = name(side.row_hash)
        else:
            shared = [column for column in self.shared_columns("documents") if column != side.key]
            packed = ", ".join(f"{name(column)} := {name(column)}" for column in shared)
            content = f"md5(to_json(struct_pack({packed})))" if packed else "''"
        # 64 bits of a hash: a changed row passes for the same once in 10^19, and the join is a fifth quicker.
        return f"SELECT {self.key(side)} AS id, hash({content}) AS hash FROM {word}_documents_apart"

    def _check_ids(self) -> None:
        counts = dict(self.rows("SELECT op, sum(count) FROM grouped GROUP BY op"))
        self.ops = frozenset(counts)
        self.found_count = sum(count for op, count in counts.items() if op != SAME)
        added, removed, changed, same = (counts.get(op, 0) for op in range(4))
        matched = changed + same
        twice = self.one("SELECT count(*) FROM grouped WHERE op < 3 AND (count > 1 OR id IS NULL)")[0]
        # An id that stands twice on one side matches a row of the other one twice, so that this one has too few rows.
        sizes = self.count("old", "documents_apart"), self.count("new", "documents_apart")
        if twice or sizes != (removed + matched, added + matched):
            self._name_bad_id("old", self.old)
            self._name_bad_id("new", self.new)

    def _name_bad_id(self, word: str, side: Side) -> None:
        key = self.key(side)
        bad = self._execute(
            f"SELECT {key} AS id, count(*) FROM {word}_documents_apart GROUP BY 1 HAVING count(*) > 1 OR id IS NULL "
            "ORDER BY id NULLS FIRST LIMIT 1"
        ).fetchone()
        if bad and bad[0] is None:
            raise CorpusError(f"{side.name}: {bad[1]} rows have no {side.key}; a key must name every row")
        if bad:
            raise CorpusError(
                f"{side.name}: the {side.key} {bad[0]} stands in {bad[1]} rows; a key must be unique to compare by it"
            )

    def count(self, word: str, table: str) -> int:
        """Count the rows of a table of the side ``old`` or ``new``."""
        return int(self.one(f"SELECT count(*) FROM {word}_{table}")[0])

    def key_changes(self) -> KeyChanges:
        """Return the ids that ``found`` holds."""
        ids: list[list[str]] = [[], [], []]
        for key, op in self.rows("SELECT id, op FROM found ORDER BY id"):
            ids[op].append(key)
        added, removed, changed = map(tuple, ids)
        return KeyChanges(added, removed, changed)


def name(column: str) -> str:
    """Quote the name of a column for SQL."""
    return '"' + column.replace('"', '""') + '"'


def quote(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
