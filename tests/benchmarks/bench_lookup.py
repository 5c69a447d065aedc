"""What it takes to read one document by its id out of a million: bytes read, seconds, beside the size of the files.

python -m tests.benchmarks.bench_lookup [--documents 1000000]

The documents are made up and written as a release writes them, sorted by date and then id. Ids are either random, the
worst case, or begin with the date, as many addresses do. Bytes are those of the system's read calls (Linux).
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

import schemas
from pipelines.publish import parquet

DAYS = 3_650
FIRST = date(2010, 1, 1)
WORDS = [f"word{n}" for n in range(16)]
BATCH = 100_000


def make_table(start: int, stop: int, total: int, *, is_dated: bool) -> pa.Table:
    """Make the documents from ``start`` to ``stop``, in the order of a release."""
    rows = []
    for number in range(start, stop):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        day = FIRST + timedelta(days=number * DAYS // total)
        rows.append((day, f"news/{day:%Y/%m/%d}/{digest[:12]}" if is_dated else digest[:24], digest))
    rows.sort()
    schema = schemas.arrow_schema("documents")
    count = len(rows)
    texts = [" ".join(WORDS[int(char, 16)] for char in digest) for _, _, digest in rows]
    known: dict[str, Any] = {
        "id": [key for _, key, _ in rows],
        "published_date": [day for day, _, _ in rows],
        "source": [f"{key}.txt" for _, key, _ in rows],
        "text": texts,
        "title": [text[:40] for text in texts],
        "raw_sha256": [digest for _, _, digest in rows],
        "text_sha256": [digest for _, _, digest in rows],
        "row_sha256": [digest for _, _, digest in rows],
        "language": ["en"] * count,
    }
    empty: dict[pa.DataType, Any] = {pa.int32(): 1, pa.float32(): 0.0, schema.field("captions").type: []}
    columns = [pa.array(known.get(f.name, [empty.get(f.type)] * count), f.type) for f in schema]
    return pa.table(columns, schema=schema)


def read_bytes() -> int:
    """Count the bytes that this process has read so far."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])


def measure(name: str, look: Callable[[], int]) -> None:
    """Print what one lookup costs; it must find one row."""
    before, begin = read_bytes(), time.perf_counter()
    found = look()
    seconds, size = time.perf_counter() - begin, read_bytes() - before
    print(f"  {name:34} {size / 1e6:9.2f} MB {seconds:7.3f} s")
    assert found == 1, f"{name}: {found} rows"


def run(total: int, folder: Path, *, is_dated: bool) -> None:
    """Write the documents and look one up in several ways."""
    batches = [
        make_table(start, min(start + BATCH, total), total, is_dated=is_dated) for start in range(0, total, BATCH)
    ]
    table = pa.concat_tables(batches)
    paths = parquet.write_table(table, "documents", folder / "documents")
    key, day = table["id"][total // 3].as_py(), table["published_date"][total // 3].as_py()
    metadata = [pq.read_metadata(path) for path in paths]
    footers = sum(each.serialized_size for each in metadata)
    groups = [each.row_group(n) for each in metadata for n in range(each.num_row_groups)]
    size = sum(path.stat().st_size for path in paths)
    print(
        f"{'dated' if is_dated else 'random'} ids: {total:,} documents, {len(paths)} files of {size / 1e6:,.0f} MB, "
        f"footers {footers / 1e6:.2f} MB, {len(groups)} row groups of {size / len(groups) / 1e6:.2f} MB"
    )
    places = [str(path) for path in paths]
    del table, batches

    def by_duckdb(more: str = "", *values: object) -> int:
        with duckdb.connect() as connection:
            connection.execute("SET threads TO 2")
            query = f"SELECT * FROM read_parquet(?) WHERE id = ?{more}"
            return len(connection.execute(query, [places, key, *values]).fetchall())

    def by_pyarrow(more: Any = True) -> int:  # noqa: ANN401 - an expression
        return int(ds.dataset(places).to_table(filter=(ds.field("id") == key) & more).num_rows)

    measure("duckdb, by id", by_duckdb)
    measure("duckdb, by id and date", lambda: by_duckdb(" AND published_date = ?", day))
    measure("pyarrow.dataset, by id", by_pyarrow)
    measure("pyarrow.dataset, by id and date", lambda: by_pyarrow(ds.field("published_date") == day))


def main() -> None:
    """Measure both kinds of ids."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    total = parser.parse_args().documents
    for is_dated in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            run(total, Path(folder), is_dated=is_dated)


if __name__ == "__main__":
    main()
