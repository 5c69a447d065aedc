"""Writing tables as Parquet whose bytes depend on their content alone, and which change little when it does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipelines.errors import INTERNAL, CorpusError

CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""Content-defined chunking, in bytes: pages end where the content says, so that a store of chunks shares most of them
between releases."""

COMPRESSION_LEVEL = 3

GROUP_ROWS = {"documents": 2_048, "changes": 2_048}
OTHER_GROUP_ROWS = 65_536
GROUP_BYTES = 100_000_000
"""A row group ends after so many rows, or earlier where these are larger than this before compression."""

FILE_BYTES = 500_000_000

FALSE_HITS = 0.01
"""Share of row groups that a reader looks into in vain for an id: documents are sorted by date first, so the smallest
and largest id of a row group say little; a Bloom filter of one or two bytes a row tells where an id can be."""


def write_table(table: pa.Table, name: str, folder: Path, *, in_full: bool = True) -> list[Path]:
    """Write a table into ``folder`` as ``train-00000-of-00001.parquet`` and so on; an empty one is one empty file."""
    return write_batches(table.to_batches(), name, folder, in_full=in_full)


def write_batches(batches: Iterable[pa.RecordBatch], name: str, folder: Path, *, in_full: bool = True) -> list[Path]:
    """Write rows that come as a stream, however it is cut, as ``write_table`` writes a table of them.

    CorpusError where some of them break the schema of their table: no such row is ever published.
    """
    folder.mkdir()
    return name_files(write_files(batches, name, folder, "part", in_full=in_full), folder)


def write_files(
    batches: Iterable[pa.RecordBatch], name: str, folder: Path, label: str, *, in_full: bool = True
) -> list[Path]:
    """Write rows as the files of a part of a table, whose names begin with ``label``; see ``name_files``.

    CorpusError where rows break the schema of their table: all are held against it by Arrow, and ``in_full`` the first
    ones by pandera as well, which takes a quarter of a second to load.
    """
    paths: list[Path] = []
    groups = _row_groups(batches, name)
    following = next(groups, None)
    while following is not None or not paths:
        paths.append(folder / f"{label}-{len(paths)}.parquet")
        following = _write_file(following, groups, name, paths[-1], in_full=in_full and len(paths) == 1)
    return paths


def name_files(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Give the files of a table their names, once it is known how many they are."""
    named = [folder / f"train-{i:05d}-of-{len(paths):05d}.parquet" for i in range(len(paths))]
    return [path.rename(target) for path, target in zip(paths, named, strict=True)]


def _write_file(
    first: pa.Table | None, groups: Iterator[pa.Table], name: str, path: Path, *, in_full: bool
) -> pa.Table | None:
    """Write row groups until the file is full; return the first one that has to go into the next."""
    size = 0
    group = first
    with _writer(name, path, group.num_rows if group else 0) as writer:
        while group is not None and (not size or size + weigh(group) <= FILE_BYTES):
            if in_full or not schemas.is_plainly_sound(name, group):
                _check(name, group)  # a tenth of a second for any number of rows: in full for the first and for doubts
            in_full = False
            size += weigh(group)
            writer.write_table(group, row_group_size=max(1, group.num_rows))
            group = next(groups, None)
        marks = {
            "content_defined_chunking": json.dumps(CHUNKING, sort_keys=True),
            "use_content_defined_chunking": "true",
        }
        writer.add_key_value_metadata(marks)
    return group


def _check(name: str, group: pa.Table) -> None:
    breaches = schemas.find_breaches(name, group)
    if breaches:
        named = "; ".join(f"{name}{column and '.'}{column} breaks {check}" for column, check in breaches)
        raise CorpusError(f"{named}; nothing was published", INTERNAL)


def _writer(name: str, path: Path, rows: int) -> pq.ParquetWriter:
    """Open a file whose first row group, no smaller than the others, has so many rows."""
    return pq.ParquetWriter(
        path,
        schemas.arrow_schema(name),
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=schemas.stored_columns(name, "category"),
        write_statistics=schemas.stored_columns(name, "category", "key"),
        write_page_index=True,
        write_page_checksum=True,
        use_content_defined_chunking=CHUNKING,
        bloom_filter_options=_bloom_filters(name, rows),
    )


def _bloom_filters(name: str, rows: int) -> dict[str, dict[str, float]]:
    """Ask for Bloom filters of the columns that name a row, each as large as the largest row group needs."""
    columns = schemas.schema_of(name).columns
    return {key: {"ndv": max(1, rows), "fpp": FALSE_HITS} for key, column in columns.items() if column.unique}


def _row_groups(batches: Iterable[pa.RecordBatch], name: str) -> Iterator[pa.Table]:
    """Cut a stream every so many rows, and a cut that is too large in halves."""
    schema = schemas.arrow_schema(name)
    rows = GROUP_ROWS.get(name, OTHER_GROUP_ROWS)
    gathered: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        remaining = batch
        while count + remaining.num_rows >= rows:
            taken = remaining.slice(0, rows - count)
            remaining = remaining.slice(rows - count)
            yield from _halved(_joined([*gathered, taken], schema))
            gathered, count = [], 0
        if remaining.num_rows:
            gathered.append(remaining)
            count += remaining.num_rows
    if gathered:
        yield from _halved(_joined(gathered, schema))


def _joined(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(batches).cast(schema).combine_chunks()


def _halved(group: pa.Table) -> Iterator[pa.Table]:
    if weigh(group) > GROUP_BYTES and group.num_rows > 1:
        middle = -(-group.num_rows // 2)
        yield from _halved(group.slice(0, middle))
        yield from _halved(group.slice(middle))
    else:
        yield group


def weigh(table: pa.Table) -> int:
    """Return the bytes of the texts in a table, and a few for each other value: the same however it lies in memory."""
    total = 0
    for column in table.columns:
        values = pc.list_flatten(column) if pa.types.is_list(column.type) else column
        is_text = pa.types.is_string(values.type)
        total += 8 * len(column) + ((pc.sum(pc.binary_length(values)).as_py() or 0) if is_text else 0)
    return total
