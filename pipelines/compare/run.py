"""Comparing: keys and hashes first, then the fields and the causes of what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from pipelines.compare.causes import find_edit_causes, find_presence_causes
from pipelines.compare.difference import Change, Difference, KeyChanges, SchemaChange
from pipelines.compare.engine import ADDED, CHANGED, REMOVED, Engine, name
from pipelines.compare.sides import Side, as_side
from pipelines.errors import INTERNAL, CorpusError
from pipelines.release import Release, Tables

DERIVED = frozenset({"row_sha256", "text_sha256"})
"""Columns that differ whenever another one does, hence not worth naming."""


def compare(old: Side | Release | Tables, new: Side | Release | Tables, memory: str | None = None) -> Difference:
    """Find what differs between two sides, ``old`` to ``new``.

    ``memory`` limits what the engine holds before it spills to disk (such as ``500MB``). CorpusError where ids are
    not unique or a file cannot be read.
    """
    with Engine(as_side(old), as_side(new), memory) as engine:
        return compare_sides(engine)


def compare_keys(old: Side | Release | Tables, new: Side | Release | Tables, memory: str | None = None) -> KeyChanges:
    """Find which documents differ, and nothing else about them: reads the ids and row hashes alone."""
    before, after = (replace(side, tables={"documents": side.tables["documents"]}) for side in map(as_side, (old, new)))
    with Engine(before, after, memory) as engine:
        engine.find_keys()
        return engine.key_changes()


def compare_sides(engine: Engine) -> Difference:
    """Compare the sides of an engine; its tables ``found`` and ``differing`` then hold the documents and edits."""
    engine.find_keys()
    schema = tuple(_compare_columns(engine))
    changes = [*_explain_presence(engine), *_explain_changes(engine, schema)]
    if len(changes) != engine.found_count:
        raise CorpusError(
            f"{engine.found_count} documents of {engine.old.name} and {engine.new.name} differ, but "
            f"{len(changes)} were found again: please report this as a defect",
            INTERNAL,
        )
    changes.sort(key=lambda change: change.document_id)
    return Difference(
        changes=tuple(changes),
        schema=schema,
        tables=tuple(_differing_tables(engine, has_changes=bool(changes))),
        is_relabelled=_is_relabelled(engine.old, engine.new),
        renamed=tuple(_find_renamed(engine)),
    )


def _compare_columns(engine: Engine) -> Iterator[SchemaChange]:
    for table in engine.new.tables:
        before, after = (_types(side.schema(table)) for side in (engine.old, engine.new))
        for column in sorted(before.keys() | after.keys()):
            was, now = before.get(column, ""), after.get(column, "")
            if was != now:
                kind = "added" if not was else "retyped" if now else "removed"
                yield SchemaChange(table, column, kind, was, now)


def _types(schema: pa.Schema) -> dict[str, str]:
    return {field.name: str(field.type) for field in schema}


def _differing_tables(engine: Engine, *, has_changes: bool) -> Iterator[str]:
    for table in engine.new.tables:
        if not engine.new.row_hash:
            if has_changes:
                yield table
        elif engine.old.logical_sha256(table) != engine.new.logical_sha256(table):
            yield table


def _is_relabelled(old: Side, new: Side) -> bool:
    described = [side.manifest.get("dataset") for side in (old, new)]
    return None not in described and described[0] != described[1]


def _explain_presence(engine: Engine) -> Iterator[Change]:
    causes = find_presence_causes(engine)
    memo = {cause: (cause,) for cause in ("source", "parser", "schema")}
    for key, op in engine.rows(f"SELECT id, op FROM found WHERE op <> {CHANGED} ORDER BY id"):
        yield Change("add" if op == ADDED else "delete", key, (), memo[causes.get(key, "source")])


def _explain_changes(engine: Engine, schema: tuple[SchemaChange, ...]) -> Iterator[Change]:
    """Say of each document that changed which fields did, and why."""
    restructured = {change.column for change in schema if change.table == "documents"}
    compared = [c for c in engine.shared_columns("documents") if c not in DERIVED and c != engine.new.key]
    _find_fields(engine, compared)
    edit_causes = find_edit_causes(engine)
    names: dict[str, tuple[str, ...]] = {}
    memo: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key, mask, is_resourced in engine.rows("SELECT id, mask, is_resourced FROM modified ORDER BY id"):
        if mask not in names:
            marked = {column for column, mark in zip(compared, mask, strict=True) if mark == "1"}
            names[mask] = tuple(sorted((marked | restructured) - DERIVED))
        causes = set(edit_causes.get(key, ())) | ({"schema"} if restructured else set())
        # A twin that came or went changes only the group, and nothing about this document's own text.
        causes |= {"source"} if is_resourced or names[mask] == ("duplicate_group",) else set()
        ordered = tuple(sorted(causes or {"parser" if engine.new.row_hash else "values"}))
        yield Change("modify", key, names[mask], memo.setdefault(ordered, ordered))


def _find_fields(engine: Engine, compared: list[str]) -> None:
    """Make the table ``modified``: id, a mark for each compared column, and whether the raw text is another one."""
    hashed = "text_sha256" in engine.shared_columns("documents") and bool(engine.new.row_hash)
    # The hash of the text stands for the text: texts are most of a release, and need not be read for this.
    columns = ["text_sha256" if column == "text" and hashed else column for column in compared]
    marks = [f"CASE WHEN o.{name(c)} IS DISTINCT FROM n.{name(c)} THEN '1' ELSE '0' END" for c in columns]
    marked = " || ".join(marks) or "''"
    resourced = "o.raw_sha256 IS DISTINCT FROM n.raw_sha256" if "raw_sha256" in compared else "false"
    engine.run(
        f"CREATE TEMP TABLE modified AS SELECT f.id, {marked} AS mask, "
        f"{resourced} AS is_resourced FROM found f "
        f"JOIN old_documents_apart o ON {engine.key(engine.old, 'o.')} = f.id "
        f"JOIN new_documents_apart n ON {engine.key(engine.new, 'n.')} = f.id WHERE f.op = {CHANGED}"
    )


def _find_renamed(engine: Engine) -> Iterator[tuple[str, str]]:
    """Pair removed and added documents that have the same text, where exactly one of each has it."""
    is_hashed = "text_sha256" in engine.shared_columns("documents") and engine.new.row_hash
    if not is_hashed or not engine.ops >= {ADDED, REMOVED}:
        return
    sides = (
        f"SELECT text_sha256, min(f.id) AS id FROM found f "
        f"JOIN {word}_documents_apart d ON {engine.key(side, 'd.')} = f.id "
        f"WHERE f.op = {op} AND d.word_count > 0 GROUP BY 1 HAVING count(*) = 1"
        for op, word, side in ((REMOVED, "old", engine.old), (ADDED, "new", engine.new))
    )
    old, new = sides
    yield from engine.rows(f"SELECT o.id, n.id FROM ({old}) o JOIN ({new}) n USING (text_sha256) ORDER BY o.id")
