"""What our own part of ``corpus publish`` costs over an empty flow on the same embedded server.

Each row is the best of some whole processes, from the start of the interpreter to its end, all in one run and in turns.
Cold: the first run in a new store (Prefect makes its database). Warm: with that database. Usage, from the top folder:
``python -m tests.benchmarks.bench_flow [ROUNDS]``.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT = 4.0
"""Seconds that our own part may take over an empty flow."""

EMPTY = """
import sys
from pathlib import Path
from pipelines.flows.ledger import current
from pipelines.flows.run import conduct, connection, leave

def load():
    from prefect import flow
    global empty
    @flow(name="empty")
    def empty():
        with current().stage("empty"):
            current().settle("nothing")

with connection(Path(sys.argv[1]), load) as server:
    conduct(lambda: empty(), server)
leave(0)
"""


def measure(arguments: list[str]) -> tuple[float, float]:
    """Run a process to its end; returns its wall and CPU seconds (its server's included)."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environment["PYTHONPATH"] = str(ROOT)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_empty(store: Path) -> tuple[float, float]:
    """Measure a flow that does nothing."""
    return measure(["-c", EMPTY, str(store)])


def run_publish(store: Path) -> tuple[float, float]:
    """Measure ``corpus publish`` of the seeds."""
    return measure(["-m", "pipelines", "publish", str(ROOT / "seeds"), "--to", str(store)])


def main(rounds: int = 3) -> int:
    """Print the table; returns 1 where our own part is over the limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = {"an empty flow": run_empty(folder / "empty"), "publish the seeds": run_publish(folder / "seeds")}
        warm: dict[str, list[tuple[float, float]]] = {"an empty flow": [], "publish the seeds": [], "publish again": []}
        for number in range(rounds):
            store = folder / str(number)
            shutil.copytree(folder / "empty" / "interim", store / "interim")
            warm["an empty flow"].append(run_empty(store))
            warm["publish the seeds"].append(run_publish(store))
            warm["publish again"].append(run_publish(store))
    print(f"{'seconds (wall, CPU)':<22}{'cold':>14}{'warm':>14}   load {os.getloadavg()[0]:.1f}")
    for row, times in warm.items():
        first = "{:7.2f}{:7.2f}".format(*cold[row]) if row in cold else " " * 14
        print(f"{row:<22}{first}{min(times)[0]:7.2f}{min(times)[1]:7.2f}")
    ours = min(warm["publish the seeds"])[0] - min(warm["an empty flow"])[0]
    ours_cold = cold["publish the seeds"][0] - cold["an empty flow"][0]
    print(f"our own part: {ours_cold:.2f} cold, {ours:.2f} warm (at most {LIMIT:.0f})")
    return int(ours > LIMIT)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
