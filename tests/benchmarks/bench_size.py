"""What it costs to store successive versions: as they are, as shared chunks, and as their tables of changes.

python -m tests.benchmarks.bench_size [--documents 20000] [--versions 10] [--share 0.01]

A share of the documents is reworded from version to version. Chunks are cut where the content says so (a gear hash over
32 bytes, 64 KiB on average, as stores of chunks do) and stored once; the columns compare Parquet written with
content-defined chunking, as releases are, with Parquet written without it. Sizes are in megabytes, summed up.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.compare import compare
from pipelines.publish import build_changes, write_table
from pipelines.release import Tables
from tests.samples import build_tables, make_document

MASK = np.uint32(0xFFFF0000)
"""A chunk ends where these bits of the hash are zero: every 64 KiB on average."""

WORDS = [f"{chr(97 + n % 26)}{n * 7919 % 100_003:x}" for n in range(20_000)]
GEAR = np.array([random.Random(byte).getrandbits(32) for byte in range(256)], np.uint32)


def make_text(seed: str) -> str:
    """Make a text of 300 words."""
    return " ".join(random.Random(seed).choices(WORDS, k=300))


def chunks(content: bytes) -> dict[str, int]:
    """Cut bytes into chunks by their content; return the size of each by its hash."""
    shifted: npt.NDArray[np.uint32] = GEAR[np.frombuffer(content, np.uint8)]
    total = shifted.copy()
    for back in range(1, 32):
        total[back:] += shifted[:-back] << np.uint32(back)
    ends = [*(np.flatnonzero((total & MASK) == 0) + 1).tolist(), len(content)]
    pieces = (content[begin:end] for begin, end in zip([0, *ends], ends, strict=False) if end > begin)
    return {hashlib.sha256(piece).hexdigest(): len(piece) for piece in pieces}


def write_plain(table: pa.Table, path: Path) -> bytes:
    """Write a table without content-defined chunking, otherwise as usual."""
    pq.write_table(table, path, compression="zstd", row_group_size=4_096, use_dictionary=False, write_statistics=False)
    return path.read_bytes()


def read_all(paths: list[Path]) -> bytes:
    """Read some files as one."""
    return b"".join(path.read_bytes() for path in paths)


def measure(documents: int, versions: int, share: float) -> None:
    """Print one line per version."""
    chance = random.Random(5)
    texts = [make_text(f"{n}") for n in range(documents)]
    parent: Tables | None = None
    raw = change_bytes = 0
    stored: dict[str, dict[str, int]] = {"plain": {}, "chunked": {}}
    print("version        raw  shared chunks  (written without)  first + changes")
    for version in range(1, versions + 1):
        made = [make_document(f"d{n:06d}", text, edits=0) for n, text in enumerate(texts)]
        tables = build_tables(made, [])
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            content = read_all(write_table(tables.documents, "documents", folder / "documents"))
            stored["chunked"] |= chunks(content)
            stored["plain"] |= chunks(write_plain(tables.documents, folder / "plain.parquet"))
            raw += len(content)
            if parent is None:
                change_bytes = len(content)
            else:
                changes = build_changes(compare(parent, tables), tables)
                change_bytes += len(read_all(write_table(changes, "changes", folder / "changes")))
        sizes = [raw, sum(stored["chunked"].values()), sum(stored["plain"].values()), change_bytes]
        one, two, three, four = (size / 1e6 for size in sizes)
        print(f"{version:7} {one:10.1f} {two:14.1f} {three:18.1f} {four:16.1f}", flush=True)
        parent = tables
        for n in chance.sample(range(documents), round(share * documents)):
            texts[n] = make_text(f"{n}-{version}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--versions", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.01)
    args = parser.parse_args()
    measure(args.documents, args.versions, args.share)


if __name__ == "__main__":
    main()
