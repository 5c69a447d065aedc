"""Releases of any size for tests and benchmarks: the documents of some tables over and over, under other ids.

In each the small letters are swapped in another way, in its text and its edits alike: so edits still undo, and files do
not become small because the same text is in them many times.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

import schemas
from pipelines.publish.parquet import write_batches, write_table
from pipelines.release import MANIFEST, Tables

PIECE = 500
"""Documents that are made at a time."""

WAYS = 2_000
"""Ways in which letters are swapped."""

OUTLETS = ("Xinhua", "People's Daily", "Hunan Daily", None)


def document_id(number: int) -> str:
    """Name a document; the order of the names is that of the numbers."""
    return f"text-{number:07d}"


def write_generated(tables: Tables, folder: Path, count: int) -> None:
    """Write a release of ``count`` documents as a folder; they come in the order of their ids over some decades."""
    write_release({name: batches(tables, name, count) for name in ("documents", "edits", "terms")}, folder, count)


def write_release(streams: Mapping[str, Iterable[pa.RecordBatch]], folder: Path, count: int) -> None:
    """Write the tables of a release, and as much of a manifest as readers need."""
    folder.mkdir(parents=True)
    for name, stream in streams.items():
        write_batches(stream, name, folder / name)
    write_table(schemas.arrow_schema("rejects").empty_table(), "rejects", folder / "rejects")
    manifest = {
        "version": "1.0.0", "parent": None, "bump": "first", "reason": "first release", "source": "generated",
        "counts": {"documents": count, "rejects": 0}, "published_at": "2026-01-02T03:04:05Z",
        "dataset": {"title": "Generated"},
    }  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def batches(tables: Tables, name: str, count: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of one table of ``count`` documents."""
    key = "id" if name == "documents" else "document_id"
    rows = tables.read(name).to_pylist()
    parts = [[row for row in rows if row[key] == document] for document in tables.documents["id"].to_pylist()]
    swaps = [_swap(way) for way in range(min(WAYS, count))]
    for start in range(0, count, PIECE):
        made = []
        for number in range(start, min(start + PIECE, count)):
            for row in parts[number % len(parts)]:
                changed = row | {key: document_id(number)}
                for column in ("text", "before", "after", "suggestion", "surface"):
                    if changed.get(column):
                        changed[column] = changed[column].translate(swaps[number % len(swaps)])
                made.append(changed | _own(number, count, row) if name == "documents" else changed)
        yield from pa.Table.from_pylist(made, schemas.arrow_schema(name)).to_batches()


def _own(number: int, count: int, row: dict[str, object]) -> dict[str, object]:
    """Make what a document has of its own."""
    return {
        "title": f"{row['title']} {number:,}",
        "published_date": date(1990, 1, 1) + timedelta(days=number * 12_000 // count),
        "outlet": OUTLETS[number % len(OUTLETS)],
    }


def _swap(way: int) -> dict[int, int]:
    letters = list(string.ascii_lowercase)
    random.Random(way).shuffle(letters)
    return str.maketrans(string.ascii_lowercase, "".join(letters))
