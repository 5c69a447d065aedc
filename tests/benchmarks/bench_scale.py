"""What a whole run costs beside the least it could: a large source, again with nothing new, again with one change.

The corpus is the seeds in turn, each with one line of its own, as one JSON Lines file (20,000 documents: 137 MB). Each
row is a process with all its children: CPU and wall seconds, peak of the summed resident memory (MB), megabytes of
source per CPU second. The floor reads the same JSON Lines with pyarrow and writes them as Parquet (zstd), nothing else.
Ours is everything but Prefect: ingest, parse, clean, terms, validate, duplicates, merge, publish. ftfy mends all texts,
and writes nothing. Usage, from the top folder:
``python tests/benchmarks/bench_scale.py [DOCUMENTS] [--files N] [--only NAME …]``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bench_clean import make_texts

ROOT = Path(__file__).parents[2]
POLL = 0.1
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
TARGETS = {"ours / floor": 4.0, "nothing changed / full": 0.03, "one of many changed / full": 0.05}
"""Most that each ratio should be."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and its children cost: seconds of CPU, seconds on the clock, megabytes at the peak."""

    cpu: float
    wall: float
    peak: float


# --- what the children do -------------------------------------------------------------------------------------------


def floor(source: str, target: str) -> None:
    """Read JSON Lines and write Parquet."""
    import pyarrow as pa
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    table = pj.read_json(source, read_options=pj.ReadOptions(block_size=16 << 20, use_threads=False))
    pq.write_table(table, target, compression="zstd", row_group_size=2048)


def ours(source: str, store: str, workers: str) -> None:
    """Run the stages of ``corpus publish``."""
    import schemas
    from pipelines.publish import Build, publish_staged, staged
    from pipelines.refine import load_source
    from pipelines.release import latest
    from pipelines.shards import Area, Engine, find_unchanged, merge_shards, note_published, refine_shards

    loaded = load_source(Path(source))
    known, parent = loaded.knowledge, latest(Path(store))
    if find_unchanged(loaded, Path(store)):
        return
    refined = refine_shards(loaded, Area(f"{store}/interim/shards"), Engine(int(workers)))
    with staged(Path(store)) as folder:
        count = merge_shards(refined, folder, Path(store))
        prints = (known.rule_fingerprint, known.glossary_fingerprint, known.parser_fingerprint, schemas.fingerprint())
        build = Build(*prints, "bench", count, "bench", parent=parent.version if parent else "")
        outcome = publish_staged(folder, Path(store), loaded.settings, build)
    note_published(loaded, refined, Path(store), outcome)
    print(outcome.counts["documents"], "documents", refined.new, "of", len(refined.results), "shards", file=sys.stderr)


def ftfy(source: str) -> None:
    """Mend every text."""
    import ftfy as library

    config = library.TextFixerConfig(normalization="NFKC")
    with Path(source).open(encoding="utf-8") as lines:
        for line in lines:
            library.fix_text(json.loads(line)["text"], config=config)


WORK: dict[str, Callable[..., None]] = {"floor": floor, "ours": ours, "ftfy": ftfy}


# --- measuring ------------------------------------------------------------------------------------------------------


def measure(name: str, *arguments: object) -> Cost:
    """Run one of the works in a process of its own."""
    return run_measured([sys.executable, __file__, "--child", name, *map(str, arguments)])


def run_measured(
    command: Sequence[str], environment: Mapping[str, str] | None = None, output: IO[str] | None = None
) -> Cost:
    """Run a command; CalledProcessError where it fails. ``output`` takes what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    peak = 0.0
    seen: dict[int, float] = {}
    while process.poll() is None:
        peak = max(peak, tree_memory(process.pid, seen))
        time.sleep(POLL)
    wall = time.perf_counter() - begin
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Of workers that a server forked nobody waits for the server, so the system does not add up what they took.
    return Cost(max(waited, sum(seen.values())), wall, peak / 1e6)


def tree_memory(pid: int, seen: dict[int, float] | None = None) -> int:
    """Sum the resident memory of a process and all below it, in bytes; 0 where the system does not tell (not Linux).

    ``seen`` takes the CPU seconds of each, as far as they have come.
    """
    home = Path(f"/proc/{pid}")
    try:
        total = int((home / "statm").read_text().split()[1]) * resource.getpagesize()
        if seen is not None:
            seen[pid] = sum(map(int, (home / "stat").read_text().rpartition(")")[2].split()[11:13])) / TICKS
        below = [child for task in (home / "task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return 0
    return total + sum(tree_memory(int(child), seen) for child in below)


def make_jsonl(path: Path, count: int) -> int:
    """Write the corpus as JSON Lines; return its size in bytes."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(make_texts(0, count, own_paragraphs=False)):
            file.write(json.dumps({"id": f"d{number:07}", "text": text}, ensure_ascii=False) + "\n")
    return path.stat().st_size


def make_files(folder: Path, count: int) -> None:
    """Write the corpus as files of one text each."""
    folder.mkdir()
    for number, text in enumerate(make_texts(0, count, own_paragraphs=False)):
        (folder / f"d{number:07}.txt").write_text(text, encoding="utf-8")


def unlock(home: Path) -> None:
    """Let the folders below be removed: those of releases are protected."""
    for path in home.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)


# --- the table ------------------------------------------------------------------------------------------------------


def run_rows(home: Path, documents: int, files: int, only: list[str]) -> dict[str, Cost]:
    """Run everything that is asked for, one after the other; print each row as it comes."""
    source = home / "corpus.jsonl"
    size = make_jsonl(source, documents)
    many = home / "files"
    make_files(many, files)
    print(f"{documents} documents, {size / 1e6:.1f} MB; {files} files; load {os.getloadavg()[0]:.1f}")
    print(f"{'':<24}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'MB/CPU s':>10}")
    rows: dict[str, Cost] = {}
    works: dict[str, tuple[object, ...]] = {
        "floor": ("floor", source, home / "floor.parquet"),
        "full, 1 worker": ("ours", source, home / "one", 1),
        "full, 2 workers": ("ours", source, home / "two", 2),
        "nothing changed": ("ours", source, home / "one", 1),
        "many files": ("ours", many, home / "many", 1),
        "one of many changed": ("ours", many, home / "many", 1),
        "ftfy": ("ftfy", source),
    }
    for name, (work, *arguments) in works.items():
        if only and name not in only:
            continue
        if name == "one of many changed":
            path = many / f"d{files // 2:07}.txt"
            path.write_text(path.read_text(encoding="utf-8") + "\nA line more.\n", encoding="utf-8")
        cost = measure(str(work), *arguments)
        rows[name] = cost
        print(f"{name:<24}{cost.cpu:9.2f}{cost.wall:9.2f}{cost.peak:9.0f}{size / 1e6 / cost.cpu:10.1f}", flush=True)
    return rows


def show_ratios(rows: dict[str, Cost]) -> int:
    """Print the ratios that matter; return 1 where a target is missed."""
    ratios = {}
    for name, (one, other) in {
        "ours / floor": ("full, 1 worker", "floor"),
        "nothing changed / full": ("nothing changed", "full, 1 worker"),
        "one of many changed / full": ("one of many changed", "many files"),
        "ftfy / ours": ("ftfy", "full, 1 worker"),
    }.items():
        if one in rows and other in rows:
            ratios[name] = rows[one].cpu / rows[other].cpu
    if {"full, 1 worker", "full, 2 workers"} <= rows.keys():
        ratios["speed of 2 workers (wall)"] = rows["full, 1 worker"].wall / rows["full, 2 workers"].wall
    for name, ratio in ratios.items():
        aim = f"at most {TARGETS[name]}" if name in TARGETS else f"at least {1.7 if 'workers' in name else 5.0}"
        print(f"{name:<32}{ratio:10.3f}   (target: {aim})")
    return int(any(ratios[name] > most for name, most in TARGETS.items() if name in ratios))


def main() -> int:
    """Print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="?", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--only", action="append", default=[], help="a row to run (again for more; default: all)")
    parser.add_argument("--home", type=Path, help="a folder to work in (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.home) as name:
        rows = run_rows(Path(name), args.documents, min(args.files, args.documents), args.only)
        unlock(Path(name))
    show_ratios(rows)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        WORK[sys.argv[2]](*sys.argv[3:])
    else:
        sys.exit(main())
