"""Fuzz ingest, parse and clean for some minutes: ``make fuzz``.

Each worker process runs some hundred cases and ends, so that what libraries keep does not add up. It writes down each
input before it is tried: what kills the process or hangs is kept as well. Where atheris is installed, half of the time
goes to it.
"""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import importlib
import importlib.util
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from pipelines.clean import Knowledge
from pipelines.document import Reject, Settings, replay, undo
from pipelines.errors import CorpusError
from pipelines.ingest import Input
from pipelines.refine import load_knowledge, outcomes
from tests.fuzz.inputs import files, inputs
from tests.pace import slowness

SECONDS = 2.0
"""Processor time that 100 kB may take on a usual machine; shorter inputs may take as long as these."""
HANGS = 60
MEMORY = 1_000_000
"""Resident memory of a worker in kB."""
CASES = 300
DEFECTS = {"reader_failed", "rule_failed"}
"""Reasons of rejects that stand for an exception."""
SETTINGS = Settings(name="fuzz")


class FoundError(AssertionError):
    """A case that breaks what must hold."""


@cache
def knowledge() -> Knowledge:
    """Load the rules once."""
    return load_knowledge()


def peak() -> int:
    """Return the largest resident memory of this process so far in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run_case(name: str, data: bytes, folder: Path) -> tuple[float, Counter[str]]:
    """Refine one input; returns the seconds that it took and what came out. Raises FoundError for what must not be."""
    path = folder / name
    path.write_bytes(data)
    found: Counter[str] = Counter()
    size = len(data)
    begin = time.process_time()
    try:
        for outcome in outcomes(Input(path, name, "a"), SETTINGS, knowledge()):
            if isinstance(outcome, Reject):
                found[outcome.reason] += 1
                if outcome.reason in DEFECTS:
                    raise FoundError(f"{outcome.reason}: {outcome.detail}")
                continue
            found["document"] += 1
            raw, edits = outcome.raw.text, outcome.edits
            size = max(size, outcome.raw.bytes)
            outcome.text.encode()
            is_masked = any(edit.action == "redact" for edit in edits)  # what is masked does not come back
            if replay(raw, edits) != outcome.text or (not is_masked and undo(outcome.text, edits) != raw):
                raise FoundError("the edits do not replay, or do not undo")
    except CorpusError:
        found["refused"] += 1
    seconds = time.process_time() - begin
    path.unlink()
    if not found:
        raise FoundError("an input without an outcome")
    limit = SECONDS * max(1.0, size / 100_000)
    if seconds > limit and seconds > limit * slowness():
        raise FoundError(f"slow: {seconds:.1f} s for {size} bytes")
    if peak() > MEMORY:
        raise FoundError(f"memory: {peak()} kB")
    return seconds, found


class Worker:
    """Runs cases in a process of its own, and tells in files what it is at."""

    def __init__(self, folder: Path, end: float) -> None:
        """Work in ``folder`` until ``end`` (seconds since the epoch)."""
        self.folder, self.end = folder, end
        self.state: dict[str, Any] = {"cases": 0, "slowest": 0.0, "slowest_case": "", "peak": 0, "outcomes": {}}
        self.outcomes: Counter[str] = Counter()

    def case(self, file: tuple[str, bytes]) -> None:
        """Try one input."""
        if time.time() > self.end:
            return
        name, data = file
        (self.folder / "input").write_bytes(data)
        (self.folder / "name").write_text(name)
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            seconds, found = run_case(name, data, self.folder)
        except Exception as error:  # kept here and now: hypothesis would try again, where a warm cache may hide it
            what = str(error) if isinstance(error, FoundError) else f"{type(error).__name__}: {error}"
            (self.folder / "problem").write_text(what, errors="replace")
            self.end = 0
            return
        finally:
            faulthandler.cancel_dump_traceback_later()
            self.state["cases"] += 1
            self.state["peak"] = peak()
        self.outcomes += found
        if seconds > self.state["slowest"]:
            self.state |= {"slowest": seconds, "slowest_case": f"{name}, {len(data)} bytes"}
        if self.state["cases"] % 20 == 0:
            self.write()

    def write(self) -> None:
        """Write the state down."""
        self.state["outcomes"] = dict(self.outcomes)
        (self.folder / "state").write_text(json.dumps(self.state))

    def run(self, number: int, cases: int) -> None:
        """Try as many inputs as hypothesis makes of one seed."""
        knowledge()
        chosen = settings(
            max_examples=cases, deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip

        def attempt(file: tuple[str, bytes]) -> None:
            self.case(file)

        try:
            seed(number)(chosen(given(inputs)(attempt)))()
        finally:
            self.write()


class Fuzzing:
    """Starts workers until the time is up and gathers what they say."""

    def __init__(self, kept: Path, end: float, cases: int) -> None:
        """Keep failing inputs in ``kept``."""
        self.kept, self.end, self.cases = kept, end, cases
        self.lock = threading.Lock()
        self.count = self.peak = 0
        self.slowest = (0.0, "")
        self.outcomes: Counter[str] = Counter()
        self.problems: list[str] = []

    def work(self) -> None:
        """Run one worker after the other."""
        while time.time() < self.end:
            with tempfile.TemporaryDirectory() as name:
                self.one(Path(name))

    def one(self, folder: Path) -> None:
        """Run one worker to its end."""
        number = random.randrange(2**32)
        command = [sys.executable, "-m", "tests.fuzz.fuzz", "--worker", str(folder), "--seed", str(number)]
        command += ["--end", str(self.end), "--cases", str(self.cases)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        problem = folder / "problem"
        with self.lock:
            if (folder / "state").exists():
                self.add(json.loads((folder / "state").read_text()))
            if problem.exists():
                self.keep(folder, problem.read_text())
            elif done.returncode:
                how = f"killed by signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode}"
                self.keep(folder, f"{how}\n{done.stderr[-3000:]}")

    def add(self, state: dict[str, Any]) -> None:
        """Add what one worker did."""
        self.count += state["cases"]
        self.peak = max(self.peak, state["peak"])
        self.slowest = max(self.slowest, (state["slowest"], state["slowest_case"]))
        self.outcomes.update(state["outcomes"])

    def keep(self, folder: Path, problem: str) -> None:
        """Keep a failing input, and say what happened."""
        self.kept.mkdir(parents=True, exist_ok=True)
        data = (folder / "input").read_bytes() if (folder / "input").exists() else b""
        name = (folder / "name").read_text() if (folder / "name").exists() else "none"
        place = self.kept / f"{hashlib.sha256(data).hexdigest()[:12]}-{name}"
        place.write_bytes(data)
        self.problems.append(f"{place}: {problem}")
        print(f"FOUND {place}: {problem}", flush=True)

    def report(self) -> None:
        """Print counts, the slowest case and the peak."""
        print(f"cases {self.count:,}; outcomes {sum(self.outcomes.values()):,}")
        print("  " + ", ".join(f"{name} {count:,}" for name, count in self.outcomes.most_common()))
        print(f"slowest {self.slowest[0]:.2f} s ({self.slowest[1]}); peak {self.peak / 1000:.0f} MB")
        print(f"problems {len(self.problems)}" + (f", kept in {self.kept}" if self.problems else ""))


def run_atheris(kept: Path, seconds: int) -> int:
    """Let atheris look for inputs that reach new code; the seeds of the other loop are its corpus."""
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name) / "corpus"
        corpus.mkdir()
        for number, (file, data) in enumerate(files()):
            (corpus / str(number)).write_bytes(file.encode() + b"\n" + data)
        command = [sys.executable, "-m", "tests.fuzz.fuzz", "--atheris", str(corpus), f"-max_total_time={seconds}"]
        command += [f"-artifact_prefix={kept}/", "-rss_limit_mb=1000", f"-timeout={HANGS}", "-max_len=100000"]
        return subprocess.run(command, check=False).returncode


def atheris_process(arguments: list[str]) -> None:
    """Be the process that atheris runs in; the first line of an input is its name."""
    atheris: Any = importlib.import_module("atheris")
    folder = Path(tempfile.mkdtemp())

    def one(data: bytes) -> None:
        name, _, content = data.partition(b"\n")
        ending = "".join(chr(byte) for byte in name[-12:] if chr(byte).isalnum() or byte == 46)
        run_case(f"a{ending}" if ending.startswith(".") else f"a.{ending}", content, folder)

    knowledge()
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz, print what came of it, and return the exit code."""
    if sys.argv[1:2] == ["--atheris"]:
        atheris_process(sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(description="Fuzz ingest, parse and clean.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--kept", type=Path, default=Path("build/fuzz"), help="where failing inputs go")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time")
    parser.add_argument("--cases", type=int, default=CASES, help="cases before a process is renewed")
    for hidden, kind in (("worker", Path), ("seed", int), ("end", float)):
        parser.add_argument(f"--{hidden}", type=kind, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        Worker(args.worker, args.end).run(args.seed, args.cases)
        return 0
    seconds = 60 * args.minutes
    code = 0
    if importlib.util.find_spec("atheris"):
        seconds /= 2
        code = run_atheris(args.kept, int(seconds))
    else:
        print("atheris is not installed: all of the time goes to hypothesis", flush=True)
    fuzzing = Fuzzing(args.kept, time.time() + seconds, args.cases)
    threads = [threading.Thread(target=fuzzing.work) for _ in range(args.workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fuzzing.report()
    return 1 if fuzzing.problems or code else 0


if __name__ == "__main__":
    sys.exit(main())
