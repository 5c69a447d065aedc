"""What a whole run costs beside tools that people clean texts with: ftfy, datatrove, data-juicer, and the floor.

All read the corpus of ``bench_scale`` (the seeds in turn, each with one line of its own, as JSON Lines) and write
Parquet with zstd; each is a process with all its children, one after the other, one worker each. None of them does what
the others do: ftfy mends Unicode and quotation marks; datatrove the same, then lines of symbols and personal data;
data-juicer Unicode, blanks, punctuation, links and addresses. Ours is everything but Prefect: ingest, parse, clean,
terms, validate, duplicates, all tables. dolma is left out: it asks the network for a model when it is started.

Each peer gets an environment of its own below ``.venv/peers``, at the versions named here, when it is first asked for.
Usage, from the top folder: ``make bench PEERS=1`` or ``python -m tests.benchmarks.bench_peers [DOCUMENTS [PEER ...]]``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_scale import ROOT, Cost, make_jsonl, measure, run_measured, unlock

HOME = ROOT / ".venv" / "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool: what to install, and a program that takes the corpus (a JSON Lines file) and a folder to write to."""

    requirements: tuple[str, ...]
    program: str


FTFY = """
import json, sys
import ftfy, pyarrow, pyarrow.parquet
config = ftfy.TextFixerConfig(normalization="NFKC")
with open(sys.argv[1], encoding="utf-8") as lines:
    rows = [{**row, "text": ftfy.fix_text(row["text"], config=config)} for row in map(json.loads, lines)]
pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), sys.argv[2] + "/ftfy.parquet", compression="zstd")
"""

DATATROVE = """
import os, sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter, SymbolLinesFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
if __name__ == "__main__":
    folder, name = os.path.split(sys.argv[1])
    steps = [
        JsonlReader(folder, glob_pattern=name, compression=None),
        FTFYFormatter(uncurl_quotes=True, fix_character_width=True, fix_line_breaks=True, normalization="NFKC"),
        SymbolLinesFormatter(),
        PIIFormatter(),
        ParquetWriter(sys.argv[2] + "/data", compression="zstd"),
    ]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=sys.argv[2] + "/logs").run()
"""

DATA_JUICER = """
import subprocess, sys
from pathlib import Path
recipe = Path(sys.argv[2]) / "recipe.yaml"
recipe.write_text(f'''
dataset_path: {sys.argv[1]}
export_path: {sys.argv[2]}/data.parquet
np: 1
open_tracer: false
use_cache: false
process:
  - fix_unicode_mapper:
  - whitespace_normalization_mapper:
  - punctuation_normalization_mapper:
  - clean_links_mapper:
  - clean_email_mapper:
''')
subprocess.run([str(Path(sys.executable).parent / "dj-process"), "--config", str(recipe)], check=True)
"""

PEERS = {
    "ftfy": Peer(("ftfy==6.3.1", "pyarrow==26.0.1"), FTFY),
    "datatrove": Peer(("datatrove[io,processing]==0.10.1", "ftfy==6.3.1"), DATATROVE),
    "data-juicer": Peer(("py-data-juicer==1.6.1", "aiohttp"), DATA_JUICER),
}


def python_of(name: str) -> Path | None:
    """Return the interpreter of a peer's environment, made now where it is not there; None where it fails."""
    folder = HOME / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    print(f"installing {', '.join(PEERS[name].requirements)}", file=sys.stderr)
    venv.create(folder, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*command, *PEERS[name].requirements], check=False).returncode:
        return None
    (folder / "complete").touch()
    return python


def run_peer(name: str, source: Path, target: Path) -> Cost | None:
    """Measure a peer; None where it cannot be installed or fails."""
    python = python_of(name)
    if python is None:
        return None
    target.mkdir()
    program = target / "program.py"
    program.write_text(PEERS[name].program, encoding="utf-8")
    quiet = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HOME": str(target),
        "DATA_JUICER_CACHE_HOME": str(target),
    }
    with (target / "output.txt").open("w", encoding="utf-8") as output:
        try:
            return run_measured([str(python), str(program), str(source), str(target)], os.environ | quiet, output)
        except subprocess.CalledProcessError:
            lines = (target / "output.txt").read_text(encoding="utf-8").splitlines()
            print(f"{name} failed: {lines[-1] if lines else 'it says nothing'}", file=sys.stderr)
            return None


def main(count: int = 20_000, *wanted: str) -> int:
    """Print the table; returns 0."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        source = home / "corpus.jsonl"
        size = make_jsonl(source, count) / 1e6
        print(f"{count} documents, {size:.1f} MB, one worker; load {os.getloadavg()[0]:.1f}")
        print(f"{'':<14}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'MB/CPU s':>10}{'ours takes':>12}")
        own = measure("ours", source, home / "ours", 1)
        show("ours", own, own, size)
        show("floor", measure("floor", source, home / "floor.parquet"), own, size)
        for peer in wanted or PEERS:
            cost = run_peer(peer, source, home / peer)
            if cost is not None:
                show(peer, cost, own, size)
        unlock(home)
    return 0


def show(name: str, cost: Cost, own: Cost, size: float) -> None:
    """Print a row; the last column is our CPU time as a multiple of this one's."""
    print(
        f"{name:<14}{cost.cpu:9.2f}{cost.wall:9.2f}{cost.peak:9.0f}{size / cost.cpu:10.1f}{own.cpu / cost.cpu:11.2f}x",
        flush=True,
    )


if __name__ == "__main__":
    count, *names = sys.argv[1:] or ["20000"]
    sys.exit(main(int(count), *names))
