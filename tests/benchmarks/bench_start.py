"""What it costs to start: the commands that people wait for, and where their time goes.

Each row is the best of some whole processes, from the start of the interpreter to its end: seconds of CPU and on the
clock. Beside it what loading the largest libraries takes of the CPU (Python's own measurement, which slows it down a
little); what is left is Python itself, our own modules, and the work. ``bench_flow`` measures ``corpus publish``.
Usage, from the top folder: ``python -m tests.benchmarks.bench_start [ROUNDS]``.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGETS = {"--help": 0.3, "explain FILE": 1.5, "diff OLD NEW": 2.0}
"""Seconds on the clock that each command may take."""

LINE = re.compile(r"import time: +\d+ \| +(\d+) \|( +)(\S+)")
SHOWN = 5


def measure(arguments: list[str], *options: str) -> tuple[float, float, str]:
    """Run a command to its end; returns its wall and CPU seconds, and what it wrote on stderr."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    command = [sys.executable, *options, "-m", "pipelines", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - begin
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(arguments)} failed: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def find_loads(stderr: str) -> dict[str, float]:
    """Return the seconds that each library took with all that it loads, our own modules left out."""
    found: dict[str, float] = {}
    for taken, _, module in LINE.findall(stderr):
        name = module.partition(".")[0]
        if module == name and name not in {"pipelines", "schemas", "site"} and not name.startswith("_"):
            found[name] = int(taken) / 1e6
    return dict(sorted(found.items(), key=lambda item: -item[1])[:SHOWN])


def make_releases(home: Path) -> list[str]:
    """Publish the seeds twice, the second time with one text changed; returns the folders of the two releases."""
    source = home / "seeds"
    shutil.copytree(ROOT / "seeds", source)
    child = [sys.executable, str(Path(__file__).with_name("bench_scale.py")), "--child", "ours", str(source)]
    for _ in range(2):
        subprocess.run([*child, str(home / "store"), "1"], check=True, capture_output=True, cwd=ROOT)
        text = min((source / "raw").glob("*.txt"))
        text.write_text(text.read_text(encoding="utf-8") + "\n\nA line more was added to it.\n", encoding="utf-8")
    return sorted(str(path) for path in (home / "store" / "releases").iterdir())


def main(rounds: int = 5) -> int:
    """Print the table; returns 1 where a command is over its limit."""
    is_late = False
    with tempfile.TemporaryDirectory() as name:
        old, new = make_releases(Path(name))
        seed = str(min((ROOT / "seeds" / "raw").glob("*.txt")))
        commands = {"--help": ["--help"], "explain FILE": ["explain", seed], "diff OLD NEW": ["diff", old, new]}
        print(f"{'corpus':<16}{'wall s':>8}{'CPU s':>8}{'target':>8}   load {os.getloadavg()[0]:.1f}")
        for row, arguments in commands.items():
            wall, cpu, _ = min(measure(arguments) for _ in range(rounds))
            loads = find_loads(measure(arguments, "-X", "importtime")[2])
            shown = ", ".join(f"{library} {taken:.2f}" for library, taken in loads.items() if taken >= 0.01)
            print(f"{row:<16}{wall:8.2f}{cpu:8.2f}{TARGETS[row]:8.1f}   {shown}")
            is_late = is_late or wall > TARGETS[row]
        for path in Path(name).rglob("*"):
            if path.is_dir():
                path.chmod(0o755)  # releases are protected
    return int(is_late)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
