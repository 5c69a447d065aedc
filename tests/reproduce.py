"""What must come out the same everywhere: the logical hash of the seeds, and every byte of their release.

python -m tests.reproduce writes tests/golden/logical_sha256.json anew, after a change of the rules that is meant.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.refine import load_source
from pipelines.release import table_sha256
from tests.samples import build_tables, refine

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
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


def hash_seeds() -> dict[str, str]:
    """Hash the content of each table of the seeds, whatever writes the files."""
    source = load_source(SEEDS)
    tables = build_tables(*refine(source.inputs, source.settings, source.knowledge), source.settings)
    return {name: table_sha256(name, table) for name, table in tables.items()}


def publish_in(surroundings: dict[str, str], source: Path, store: Path, workers: int, folder: Path) -> None:
    """Publish a source in a process with other surroundings: environment, number of processes, working folder."""
    command = [sys.executable, "-c", PUBLISH, "publish", str(source), "--to", str(store), "--workers", str(workers)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LC_"))}
    environment |= {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONPATH": str(ROOT), **surroundings}
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(hash_seeds(), indent=2) + "\n", encoding="utf-8")
