"""What it costs to compare two releases, beside reading their keys and hashes, and beside datacompy.

Builds two releases (about 2 kB a document; 1 % changed, 0.5 % added, 0.5 % removed), then measures each way in a
process of its own: wall and CPU seconds without imports, and the most memory that it held. Usage, from the top folder:
``python -m tests.benchmarks.bench_diff [DOCUMENTS] [--no-datacompy]`` (default: 1,000,000, some 4 GB of disk).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROOT = Path(__file__).parents[2]
PIECE = 50_000
"""Documents in one file."""
PART = 200_000
"""Documents on which datacompy is measured: of a million it takes more than 20 GB."""
WORDS, SENTENCES, LENGTH = 4_000, 100_000, 20
OLD, NEW = "1.0.0", "2.0.0"
COUNTS_LIMIT, TIMES_FASTER, TIMES_SMALLER, MEMORY_LIMIT = 2.0, 3.0, 5.0, 1_000

FLOOR = """
import duckdb, sys
side = "SELECT id, row_sha256 FROM read_parquet('{}/documents/*.parquet')"
both = " UNION ALL ".join(side.format(path) for path in sys.argv[1:3])
duckdb.connect(config={{"preserve_insertion_order": False}}).execute(
    f"SELECT sum(length(id) + length(row_sha256)) FROM ({{both}})").fetchall()
""".replace("{{", "{").replace("}}", "}")
COUNTS = """
import sys
import duckdb
from pathlib import Path
from pipelines.compare import compare_keys
from pipelines.release import Release
keys = compare_keys(*(Release(Path(path)) for path in sys.argv[1:3]))
note = f"{len(keys.added):,} added, {len(keys.removed):,} removed, {len(keys.changed):,} changed"
"""
FULL = """
import sys
import duckdb
from pathlib import Path
from pipelines.compare import Engine, as_side, build_report, render_page
from pipelines.release import Release
with Engine(*(as_side(Release(Path(path))) for path in sys.argv[1:3])) as engine:
    difference, report = build_report(engine)
page = render_page(report)
note = f"{len(report['documents']):,} documents shown, {len(report['causes'])} causes, page of {len(page) / 1e6:.1f} MB"
"""
DATACOMPY = """
import sys
import pandas, datacompy
sides = [pandas.read_parquet(f"{path}/documents") for path in sys.argv[1:3]]
compare = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
result = compare(*sides, join_columns="id")
result.report()
note = f"datacompy {datacompy.__version__}"
"""
MEASURED = """
import json as _json, re as _re, time as _time
{imports}
note, _begin, _cpu = "", _time.perf_counter(), _time.process_time()
{code}
_seconds = _time.perf_counter() - _begin, _time.process_time() - _cpu
_most = _re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print(_json.dumps([*_seconds, int(_most[1]) / 1024, note]))
"""


Row = tuple[float, float, float, str]
"""Wall seconds, CPU seconds, megabytes, a note."""


def write_release(folder: Path, version: str, count: int, *, is_new: bool) -> None:
    """Write a release folder with the tables that a comparison reads."""
    from pipelines.publish.parquet import write_table
    from tests.samples import build_tables

    random = np.random.default_rng(1)
    words = np.array(["".join(chr(97 + c) for c in random.integers(0, 26, 2 + i % 9)) for i in range(WORDS)])
    sentences = pa.array([" ".join(row) + "." for row in words[random.integers(0, WORDS, (SENTENCES, 15))]])
    numbers = np.arange(count + count // 200) if is_new else np.arange(count)
    numbers = numbers[numbers % 200 != 3] if is_new else numbers[(numbers < count)]
    pieces = [numbers[start : start + PIECE] for start in range(0, len(numbers), PIECE)]
    rows = {"documents": 0, "edits": 0, "terms": 0, "rejects": 0}
    for index, piece in enumerate(pieces):
        tables = {"documents": _documents(piece, sentences, is_new=is_new), "edits": _edits(piece, is_new=is_new)}
        tables |= {name: table for name, table in build_tables([], []).items() if name in {"terms", "rejects"}}
        for name, table in tables.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (made,) = write_table(table, name, folder / "piece")
            made.rename(folder / name / f"train-{index:05d}-of-{len(pieces):05d}.parquet")
            (folder / "piece").rmdir()
            rows[name] += table.num_rows
    hashes = {name: hashlib.sha256(f"{name} {is_new and name != 'rejects'}".encode()).hexdigest() for name in rows}
    manifest = {
        "version": version,
        "rule_fingerprint": version,
        "glossary_fingerprint": "",
        "parser_fingerprint": "",
        "tables": {name: {"rows": rows[name], "logical_sha256": hashes[name]} for name in rows},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _documents(numbers: np.ndarray, sentences: pa.Array, *, is_new: bool) -> pa.Table:
    import schemas

    size = len(numbers)
    places = (numbers[:, None] * 7_919 + np.arange(LENGTH) * 104_729) % SENTENCES
    changed = (numbers % 100 == 7) & is_new
    places[changed, 11] = (places[changed, 11] + 1) % SENTENCES
    offsets = pa.array(np.arange(0, size * LENGTH + 1, LENGTH, dtype=np.int32))
    texts = pc.binary_join(pa.ListArray.from_arrays(offsets, sentences.take(pa.array(places.ravel()))), " ")
    resourced = changed & (numbers % 200 == 7)
    empty = pa.ListArray.from_arrays(pa.array(np.zeros(size + 1, dtype=np.int32)), pa.array([], pa.string()))
    ids = [f"doc-{n:08d}" for n in numbers]
    values = {
        "id": ids,
        "source": [f"{each}.txt" for each in ids],
        "title": [f"Conference number {n} on civil affairs" for n in numbers],
        "published_date": [date(2000 + int(n) % 24, 1, 2) for n in numbers],
        "outlet": [("Xinhua", "China News", "People’s Daily", None)[int(n) % 4] for n in numbers],
        "text": texts,
        "language": ["en"] * size,
        "raw_sha256": _hashes("raw", numbers, resourced),
        "text_sha256": _hashes("text", numbers, changed),
        "row_sha256": _hashes("row", numbers, changed),
        "paragraph_count": pa.array(np.full(size, 4), pa.int32()),
        "word_count": pa.array(np.full(size, 240) + numbers % 90, pa.int32()),
        "edit_count": pa.array(np.full(size, 3), pa.int32()),
        "artefacts_per_1000_words": pa.array(np.full(size, 2.5), pa.float32()),
    }
    schema = schemas.arrow_schema("documents")
    columns = [
        pa.array(values[f.name], f.type) if f.name in values and not isinstance(values[f.name], pa.Array)
        else values[f.name] if f.name in values
        else empty if pa.types.is_list(f.type) else pa.nulls(size, f.type)
        for f in schema
    ]  # fmt: skip
    return pa.table([pc.cast(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _hashes(what: str, numbers: np.ndarray, changed: np.ndarray) -> list[str]:
    pairs = zip(numbers.tolist(), changed.tolist(), strict=True)
    return [hashlib.sha256(f"{what}{n}{c}".encode()).hexdigest() for n, c in pairs]


def _edits(numbers: np.ndarray, *, is_new: bool) -> pa.Table:
    import schemas

    size = len(numbers)
    repeated, places = np.repeat(numbers, 3), np.tile(np.arange(3), size)
    changed = (repeated % 100 == 7) & (places == 1) & is_new
    rules = np.array(["doubled-stop", "compound-hyphen", "space-before-mark"])
    classes = np.array(["punctuation", "hyphenation", "punctuation"])
    values = {
        "document_id": [f"doc-{n:08d}" for n in repeated],
        "seq": pa.array(places, pa.int32()),
        "rule": rules[places].tolist(),
        "artefact_class": classes[places].tolist(),
        "action": ["replace"] * len(repeated),
        "start": pa.array(places * 100, pa.int32()),
        "end": pa.array(places * 100 + 5, pa.int32()),
        "before": [f"well {n % 97} known" for n in repeated],
        "after": [
            f"well-{n % 97}-known" if c else f"well-{n % 97} known" for n, c in zip(repeated, changed, strict=True)
        ],
        "confidence": ["high"] * len(repeated),
    }
    schema = schemas.arrow_schema("edits")
    return pa.table(
        [
            pc.cast(pa.array(values[f.name]), f.type) if f.name in values else pa.nulls(len(repeated), f.type)
            for f in schema
        ],
        schema=schema,
    )


def measure(python: Path | str, code: str, *paths: Path) -> Row:
    """Run code in a process of its own; imports are not counted."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    lines = code.strip().splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    rest = [line for line in lines if line not in imports]
    script = MEASURED.replace("{imports}", "\n".join(imports)).replace("{code}", "\n".join(rest))
    command = [str(python), "-c", script, *map(str, paths)]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, cpu, megabytes, note = json.loads(ran.stdout.splitlines()[-1])
    return seconds, cpu, megabytes, note


def install_datacompy(folder: Path) -> Path | None:
    """Make an environment with datacompy, and return its interpreter; None where it does not install."""
    uv = Path(sys.executable).with_name("uv")
    python = folder / "bin" / "python"
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True, capture_output=True)
        install = [uv, "pip", "install", "-q", "--python", python, "datacompy", "pyarrow"]
        subprocess.run([*map(str, install)], check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    return python


def take_part(release: Path, folder: Path, pieces: int) -> Path:
    """Make a release folder of the first pieces of another one, without copying them."""
    for table in ("documents", "edits", "terms", "rejects"):
        (folder / table).mkdir(parents=True)
        for file in sorted((release / table).iterdir())[:pieces]:
            (folder / table / file.name).symlink_to(file)
    shutil.copy(release / "manifest.json", folder)
    return folder


def main(count: int = 1_000_000, *, with_datacompy: bool = True) -> int:
    """Print the table; returns 1 where ours misses a target."""
    with tempfile.TemporaryDirectory(prefix="bench-diff-") as name:
        folder, begin = Path(name), time.perf_counter()
        paths = [folder / version for version in (OLD, NEW)]
        for path, is_new in zip(paths, (False, True), strict=True):
            write_release(path, path.name, count, is_new=is_new)
        size = sum(file.stat().st_size for file in folder.rglob("*.parquet")) / 1e6
        print(
            f"{count:,} documents a side, {size:,.0f} MB of Parquet, built in {time.perf_counter() - begin:.0f} s",
            flush=True,
        )
        for path in paths:  # every way then finds the files equally warm
            for file in path.rglob("*.parquet"):
                file.read_bytes()
        print(f"{'':<22}{'seconds':>9}{'CPU':>9}{'MB':>8}   load {os.getloadavg()[0]:.1f}", flush=True)
        floor, counts = best("floor: keys, hashes", FLOOR, paths), best("counts only", COUNTS, paths)
        full = show("full, with page", measure(sys.executable, FULL, *paths))
        # CPU seconds: unlike wall seconds they say the same on a busy machine.
        limits = [("counts only / floor", counts[1] / floor[1], COUNTS_LIMIT), ("full, MB", full[2], MEMORY_LIMIT)]
        missed = sum(value > limit for _, value, limit in limits)
        for title, value, limit in limits:
            print(f"{title:<22}{value:9.2f}   at most {limit:g}", flush=True)
        return int(bool(missed + (compare_with_datacompy(folder, paths) if with_datacompy else 0)))


def compare_with_datacompy(folder: Path, paths: list[Path]) -> int:
    """Measure both on the first documents, since datacompy holds everything in memory; returns the targets missed."""
    python = install_datacompy(folder / "venv")
    if python is None:
        print("datacompy does not install here: nothing to compare with")
        return 0
    parts = [take_part(path, folder / f"part-{path.name}", PART // PIECE) for path in paths]
    print(f"the first {PART:,} documents, where there are so many:")
    ours = show("full, with page", measure(sys.executable, FULL, *parts))
    other = show("datacompy", measure(python, DATACOMPY, *parts))
    targets = [("in time", other[0] / ours[0], TIMES_FASTER), ("in memory", other[2] / ours[2], TIMES_SMALLER)]
    for title, value, limit in targets:
        print(f"{'datacompy / full, ' + title:<27}{value:5.2f}   at least {limit:g}")
    return sum(value < limit for _, value, limit in targets)


def best(title: str, code: str, paths: list[Path]) -> Row:
    """Show the run of three that took the least CPU."""
    return show(title, min((measure(sys.executable, code, *paths) for _ in range(3)), key=lambda row: row[1]))


def show(title: str, measured: Row) -> Row:
    """Print a row."""
    seconds, cpu, megabytes, note = measured
    print(f"{title:<22}{seconds:9.2f}{cpu:9.2f}{megabytes:8.0f}   {note}", flush=True)
    return measured


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    sys.exit(main(*numbers, with_datacompy="--no-datacompy" not in sys.argv))
