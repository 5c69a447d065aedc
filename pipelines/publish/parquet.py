"""Writing tables as Parquet whose bytes depend on their content alone, and which change little when it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import schemas

CHUNKING = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""Content-defined chunking, in bytes: pages end where the content says, so that a store of chunks shares most of them
between releases."""

COMPRESSION_LEVEL = 3

GROUP_ROWS = {"documents": 4_096, "changes": 4_096}
OTHER_GROUP_ROWS = 65_536
GROUP_BYTES = 100_000_000
"""A row group ends after so many rows, or earlier where these are larger than this before compression."""

FILE_BYTES = 500_000_000

FALSE_HITS = 0.01
"""Share of row groups that a reader looks into in vain for an id: documents are sorted by date first, so the smallest
and largest id of a row group say little; a Bloom filter of one or two bytes a row tells where an id can be."""


def write_table(table: pa.Table, name: str, folder: Path) -> list[Path]:
    """Write a table into ``folder`` as ``train-00000-of-00001.parquet`` and so on; an empty one is one empty file."""
    folder.mkdir()
    shards = list(_shards(list(_row_groups(table, GROUP_ROWS.get(name, OTHER_GROUP_ROWS)))))
    paths = [folder / f"train-{i:05d}-of-{len(shards):05d}.parquet" for i in range(len(shards))]
    for path, groups in zip(paths, shards, strict=True):
        _write_file(groups, name, path)
    return paths


def _write_file(groups: list[pa.Table], name: str, path: Path) -> None:
    schema = schemas.arrow_schema(name)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=schemas.stored_columns(name, "category"),
        write_statistics=schemas.stored_columns(name, "category", "key"),
        write_page_index=True,
        write_page_checksum=True,
        use_content_defined_chunking=CHUNKING,
        bloom_filter_options=_bloom_filters(name, max(group.num_rows for group in groups) if groups else 0),
    ) as writer:
        for group in groups:
            writer.write_table(group.cast(schema).combine_chunks(), row_group_size=max(1, group.num_rows))
        marks = {
            "content_defined_chunking": json.dumps(CHUNKING, sort_keys=True),
            "use_content_defined_chunking": "true",
        }
        writer.add_key_value_metadata(marks)


def _bloom_filters(name: str, rows: int) -> dict[str, dict[str, float]]:
    """Ask for Bloom filters of the columns that name a row, each as large as the largest row group needs."""
    columns = schemas.schema_of(name).columns
    return {key: {"ndv": max(1, rows), "fpp": FALSE_HITS} for key, column in columns.items() if column.unique}


def _row_groups(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    """Cut a table every ``rows`` rows, and a cut that is too large in halves."""
    for start in range(0, table.num_rows, rows):
        piece = table.slice(start, rows)
        if piece.nbytes > GROUP_BYTES and piece.num_rows > 1:
            yield from _row_groups(piece, -(-piece.num_rows // 2))
        else:
            yield piece


def _shards(groups: list[pa.Table]) -> Iterator[list[pa.Table]]:
    """Deal row groups out to files by their size before compression; there is always one file."""
    shard: list[pa.Table] = []
    size = 0
    for group in groups:
        if shard and size + group.nbytes > FILE_BYTES:
            yield shard
            shard, size = [], 0
        shard.append(group)
        size += group.nbytes
    yield shard
