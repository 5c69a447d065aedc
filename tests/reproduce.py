"""What must come out the same everywhere: the logical hash of the seeds, and every byte of their release.

python -m tests.reproduce writes tests/golden/logical_sha256.json anew, after a change of the rules that is meant, and
what the examples in docs/examples say of the seeds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.refine import load_source
from pipelines.release import Tables, table_sha256
from tests.samples import build_tables, refine

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
EXAMPLES = ROOT / "docs" / "examples"
GOLDEN = ROOT / "tests" / "golden" / "logical_sha256.json"

PUBLISH = """
import os, random, sys

def shuffled(list_folder):
    return lambda *given: random.sample(names := list(list_folder(*given)), len(names))

class Shuffled:
    def __init__(self, entries): self.entries = iter(random.sample(entries, len(entries)))
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): return None
    def close(self): pass

if os.environ.get("SHUFFLED"):
    scan = os.scandir
    os.listdir = shuffled(os.listdir)
    os.scandir = lambda *given: Shuffled(list(scan(*given)))

from pipelines.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def build_seeds() -> Tables:
    """Make the tables of the seeds."""
    source = load_source(SEEDS)
    return build_tables(*refine(source.inputs, source.settings, source.knowledge), source.settings)


def hash_seeds() -> dict[str, str]:
    """Hash the content of each table of the seeds, whatever writes the files."""
    return {name: table_sha256(name, table) for name, table in build_seeds().items()}


def run_examples(folder: Path) -> dict[Path, str]:
    """Write the tables of the seeds below a folder, run each example on them, and return what each prints."""
    for name, table in build_seeds().items():
        (folder / name).mkdir()
        pq.write_table(table, folder / name / "train.parquet")
    said = {}
    for example in sorted(EXAMPLES.glob("*.py")):
        done = subprocess.run([sys.executable, example, folder], check=True, capture_output=True, text=True)
        said[example.with_suffix(".txt")] = done.stdout
    return said


def publish_in(surroundings: dict[str, str], source: Path, store: Path, workers: int, folder: Path) -> None:
    """Publish a source in a process with other surroundings: environment, number of processes, working folder."""
    command = [sys.executable, "-c", PUBLISH, "publish", str(source), "--to", str(store), "--workers", str(workers)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LC_"))}
    environment |= {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONPATH": str(ROOT), **surroundings}
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(hash_seeds(), indent=2) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        for path, text in run_examples(Path(scratch)).items():
            path.write_text(text, encoding="utf-8")
