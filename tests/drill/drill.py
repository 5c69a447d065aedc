"""The kill drill: publishers that are killed at random moments, in each other's way, and on a full disk.

python -m tests.drill.drill [--publishes 300] [--publishers 4] [--seed 1]

Afterwards every visible release must verify, the history must be one line, every release that a publisher reported must
be there, and the log must name exactly the releases that there are. Publishers are forked processes that call the
stages themselves; the full disk is a small tmpfs, or, where none can be mounted, a limit on the size of files.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipelines.errors import CorpusError
from pipelines.publish import ConflictError, publish
from pipelines.publish.keeping import collect_garbage, prune
from pipelines.release import check_log, latest, read_log, releases, verify
from tests.samples import SETTINGS, build_tables, make_build, make_document

LIFE = 8
"""How long a publisher lives at most before it is killed: so many times what a publish takes on a quiet store, for each
publisher."""

DISK = 3
"""Size of the full disk, in megabytes."""

FILE_LIMIT = 30_000
"""Largest file, in bytes, where a limit stands for the full disk."""


def publish_some(store: Path, number: int, size: int = 40) -> str:
    """Publish documents that no other run has, as a run does whose source has not changed; say what came of it."""
    chance = random.Random(number)
    keys = [f"{number}-{key}" for key in range(chance.randint(1, 4))]
    documents = [make_document(key, f"Words {chance.random()} of {key}. " * chance.randint(1, size)) for key in keys]
    tables = build_tables(documents, [])
    newest = latest(store)
    build = make_build(tables, parent=newest.version if newest else "")
    try:
        return publish(tables, store, SETTINGS, replace(build, is_current=lambda: True)).version
    except ConflictError:
        return "conflict"
    except CorpusError as error:
        return "full" if "cannot be written to" in str(error) else f"error {error}"


def fork(work: Callable[[], None]) -> int:
    """Do ``work`` in a process of its own."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def keep_publishing(store: Path, report: Path, seed: int) -> None:
    """Publish until killed; each attempt and each outcome is a line of the report, written at once."""
    line = os.open(report, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(1_000_000):
        os.write(line, b"begin\n")
        os.write(line, f"{publish_some(store, seed * 1_000_000 + number)}\n".encode())


def read_reports(folder: Path) -> Counter[str]:
    """Count the lines of all reports."""
    return Counter(line for path in sorted(folder.glob("*")) for line in path.read_text().splitlines())


def kill_publishers(
    store: Path, reports: Path, publishes: int, publishers: int, life: float, chance: random.Random
) -> int:
    """Let publishers be killed and replaced until so many releases were reported; return the number of kills."""
    reports.mkdir()
    kills = 0
    living: dict[int, float] = {}
    seeds = iter(range(1, 1_000_000))
    while sum(count for word, count in read_reports(reports).items() if word[0].isdigit()) < publishes:
        while len(living) < publishers:
            seed = next(seeds)
            child = fork(lambda seed=seed: keep_publishing(store, reports / str(seed), seed))  # type: ignore[misc]
            living[child] = time.monotonic() + chance.uniform(0, life)
        time.sleep(0.05)
        for child in [child for child, end in living.items() if time.monotonic() > end]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            del living[child]
            kills += 1
    for child in living:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return kills + len(living)


def check_store(store: Path, reported: set[str]) -> list[str]:
    """Say what promises a store breaks; nothing if it holds them all."""
    collect_garbage(store)
    infos = releases(store)
    versions = [info.version for info in infos]
    problems = [f"{info.version}: {finding}" for info in infos for finding in verify(info.path)]
    problems += [f"{version} was reported and is not there" for version in sorted(reported - set(versions))]
    if [info.parent for info in infos] != [None, *versions[:-1]]:
        problems.append("the history is not one line")
    logged = [entry.version for entry in read_log(store) if entry.action == "publish"]
    if logged != versions:
        problems.append(f"the log names {len(logged)} releases, there are {len(versions)}")
    problems += [f"log: {finding}" for finding in check_log(store)]
    left = [path.name for path in (store / "interim" / "staging").iterdir()]
    problems += [f"{name} was left in staging" for name in left]
    newest = latest(store)
    if newest is None or (store / "latest").resolve() != newest.path.resolve():
        problems.append("the link to the latest release leads elsewhere")
    return problems


@contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """Make a folder that runs full, and say what it is; where nothing can be mounted, no file may grow large."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)]
    if shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        try:
            yield f"a tmpfs of {DISK} MB"
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, before[1]))
    try:
        yield f"a limit of {FILE_LIMIT} bytes a file (no tmpfs could be mounted)"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def fill_disk(store: Path, refusals: int) -> tuple[Counter[str], list[str]]:
    """Publish until the disk was full so many times; return the outcomes, and what is wrong afterwards."""
    outcomes: Counter[str] = Counter()
    reported = set()
    number = 0
    while outcomes["full"] < refusals and number < 2_000:
        number += 1
        answer = publish_some(store, number, size=2_000)
        outcomes["published" if answer[0].isdigit() else answer] += 1
        reported |= {answer} if answer[0].isdigit() else set()
    problems = check_store(store, reported)
    prune(store, 1)
    if not publish_some(store, 0, size=1)[0].isdigit():
        problems.append("nothing can be published although there is room again")
    newest = latest(store)
    return outcomes, problems + ([str(f) for f in verify(newest.path)] if newest else ["no release is left"])


def main(arguments: list[str] | None = None) -> int:
    """Run the drill, print its counts, and return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publishes", type=int, default=300)
    parser.add_argument("--publishers", type=int, default=4)
    parser.add_argument("--refusals", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish_some(folder / "first", 0)  # loads what every forked publisher then has at once
        begin = time.monotonic()
        publish_some(folder / "first", 1)
        life = LIFE * args.publishers * (time.monotonic() - begin)
        kills = kill_publishers(
            folder / "store", folder / "reports", args.publishes, args.publishers, life, random.Random(args.seed)
        )
        words = read_reports(folder / "reports")
        reported = {word for word in words if word[0].isdigit()}
        problems = [f"{word} ({count} times)" for word, count in words.items() if word.startswith("error")]
        problems += [f"{word} was reported twice" for word in reported if words[word] > 1]
        problems += check_store(folder / "store", reported)
        recovered = sum(bool(entry.detail.get("recovered")) for entry in read_log(folder / "store"))
        print(
            f"{words['begin']} publishes by {args.publishers} at a time, {kills} killed: {len(reported)} reported, "
            f"{len(releases(folder / 'store'))} visible ({recovered} entries of the log recovered), "
            f"{words['conflict']} gave way; {time.monotonic() - begin:.0f} s"
        )
        with small_disk(folder / "disk") as what:
            outcomes, more = fill_disk(folder / "disk" / "store", args.refusals)
        print(f"full disk ({what}): {outcomes['published']} published, {outcomes['full']} refused")
        problems += more + [word for word in outcomes if word.startswith("error")]
        for path in folder.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
    print("\n".join(problems) if problems else "no promise was broken")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
