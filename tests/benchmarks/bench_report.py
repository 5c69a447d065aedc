"""What a report costs beside writing the Parquet files of the same release, and how much memory it takes.

The documents are those of the seeds over and over, with letters swapped. Each row is a process of its own, so that its
memory is its own; the smaller count shows whether memory grows with the release. Usage, from the top folder:
``python tests/benchmarks/bench_report.py [DOCUMENTS]``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 3.0
"""How many times the seconds of the Parquet files a report may take."""

START = """
import json, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from pipelines.refine import load_source, reasons_of_rules
folder, count = Path(sys.argv[2]), int(sys.argv[3])
"""

MAKE = (
    START
    + """
import pyarrow
from itertools import chain
from tests.generated import batches
from tests.samples import build_tables, refine
source = load_source(Path(sys.argv[1]) / "seeds")
made, refused = refine(source.inputs, source.settings, source.knowledge)
tables = build_tables(made, refused, source.settings)
for name in ("documents", "edits", "terms"):
    rows = batches(tables, name, count)
    first = next(rows)
    with pyarrow.ipc.new_file(folder / name, first.schema) as writer:
        for batch in chain([first], rows):
            writer.write_batch(batch)
seconds = [0, 0]
"""
)

WRITE = (
    START
    + """
import pyarrow
from tests.generated import write_release
def read(name):
    with pyarrow.ipc.open_file(pyarrow.memory_map(str(folder / name))) as file:
        for number in range(file.num_record_batches):
            yield file.get_batch(number)
begin, cpu = time.perf_counter(), time.process_time()
write_release({name: read(name) for name in ("documents", "edits", "terms")}, folder / "releases" / "1.0.0", count)
seconds = [time.perf_counter() - begin, time.process_time() - cpu]
"""
)

REPORT = (
    START
    + """
from pipelines.release import resolve
from pipelines.report import write_report
begin, cpu = time.perf_counter(), time.process_time()
write_report(resolve(folder), folder / "report", reasons_of_rules())
seconds = [time.perf_counter() - begin, time.process_time() - cpu]
"""
)

END = "\nprint(json.dumps([*seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))"


def measure(code: str, folder: Path, count: int) -> tuple[float, float, float]:
    """Run code in a process; returns its wall and CPU seconds, without its start, and its megabytes."""
    command = [sys.executable, "-c", code + END, str(ROOT), str(folder), str(count)]
    *stray, last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    print("\n".join(stray), end="\n" * bool(stray), file=sys.stderr)
    wall, cpu, memory = json.loads(last)
    return wall, cpu, memory


def main(count: int = 50_000) -> int:
    """Print the table; returns 1 where the report takes more than it may."""
    print(f"{'documents':>10}{'':>22}{'seconds':>10}{'CPU':>8}{'MB':>8}")
    ratios = [0.0]
    for size in (count // 10, count):
        with tempfile.TemporaryDirectory() as name:
            measure(MAKE, Path(name), size)
            rows = {"Parquet files": measure(WRITE, Path(name), size), "report": measure(REPORT, Path(name), size)}
            files = list((Path(name) / "report").rglob("*.js"))
            weight = sum(path.stat().st_size for path in files)
        for row, (wall, cpu, memory) in rows.items():
            print(f"{size:>10,}  {row:<20}{wall:>10.1f}{cpu:>8.1f}{memory:>8.0f}")
        ratios = [rows["report"][place] / rows["Parquet files"][place] for place in (0, 1)]
        print(
            f"{'':>10}  {'ratio':<20}{ratios[0]:>10.2f}{ratios[1]:>8.2f}   {len(files):,} files, {weight / 1e6:,.0f} MB"
        )
    return int(ratios[0] > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:2])))
