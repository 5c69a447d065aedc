"""A Dask cluster makes the bytes that this machine makes, loses nothing with a worker, and takes no strange one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.errors import USAGE, CorpusError
from pipelines.refine import load_source
from pipelines.shards import Area, Engine, check_scheduler, cluster, merge_shards, refine_shards
from pipelines.shards import plan as planning
from tests.buckets import serve_bucket
from tests.pace import slowness
from tests.test_shards import bytes_of, make, write_source

ROOT = Path(__file__).parent.parent
START_SECONDS = 90


@dataclass
class Cluster:
    """A scheduler and workers on loopback; each worker stands in a folder of its own."""

    home: Path
    address: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self, **environment: str) -> None:
        folder = self.home / f"worker{len(self.workers)}"
        folder.mkdir()
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", "."]
        log = (folder / "log").open("wb")
        command = [sys.executable, "-m", "dask", "worker", self.address, *options]
        self.workers.append(
            subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=log, stderr=log)
        )

    def wait_for_workers(self) -> None:
        import distributed

        with distributed.Client(self.address, timeout=START_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=START_SECONDS)


def wait_for_address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Return where a scheduler listens, which it chose itself and wrote down: a port found free before may be taken."""
    end = time.monotonic() + START_SECONDS
    while scheduler.poll() is None and time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError, ValueError):  # it is not there yet, or half of it
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise TimeoutError((file.parent / "log").read_text())


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    home = tmp_path / "cluster"
    home.mkdir()
    made = Cluster(home)
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", "scheduler.json"]
    with (home / "log").open("wb") as log:
        scheduler = subprocess.Popen(
            [sys.executable, "-m", "dask", "scheduler", *options], cwd=home, stdout=log, stderr=log
        )
    try:
        made.address = wait_for_address(home / "scheduler.json", scheduler)
        yield made
    finally:
        for process in (*made.workers, scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An object store on loopback."""
    with serve_bucket(monkeypatch):
        yield "s3://texts/area"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(planning, "SMALLEST", 600)
    return write_source(tmp_path, 24)


def killing(cluster_: Cluster) -> Callable[[int, int], None]:
    """Kill the first worker as soon as something is done."""

    def on_done(done: int, _: int) -> None:
        if done:
            cluster_.workers[0].kill()

    return on_done


@pytest.mark.slow
@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_cluster_that_loses_a_worker_makes_the_same_bytes(
    dask: Cluster, source: Path, tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    root = request.getfixturevalue("bucket") if place == "bucket" else str(tmp_path / "shared")
    for _ in range(2):
        dask.start_worker()
    dask.wait_for_workers()
    with contextlib.chdir(source.parent):  # a path that means nothing where the workers stand
        refined = refine_shards(load_source(Path("source")), Area(root), Engine(scheduler=dask.address), killing(dask))
    assert dask.workers[0].wait() != 0
    assert len(refined.results) > 10
    assert refined.new > 5  # what the killed worker had done, but not yet told, is there when another one looks
    (tmp_path / "tables").mkdir()
    merge_shards(refined, tmp_path / "tables")
    _, here = make(source, tmp_path / "here")
    assert bytes_of(tmp_path / "tables") == bytes_of(here)
    again = refine_shards(load_source(source), Area(root), Engine(scheduler=dask.address))
    assert again.new == 0
    assert [result.key for result in again.results] == [result.key for result in refined.results]


@pytest.mark.slow
def test_a_worker_that_is_lost_before_it_is_asked_costs_nothing(dask: Cluster, source: Path, tmp_path: Path) -> None:
    for _ in range(2):
        dask.start_worker()
    dask.wait_for_workers()
    gone: list[int] = []

    def on_done(done: int, total: int) -> None:
        if not done and not gone:  # the work is about to begin
            dask.workers[0].kill()
            gone.append(total)

    refined = refine_shards(
        load_source(source), Area(str(tmp_path / "shared")), Engine(scheduler=dask.address), on_done
    )
    assert gone
    assert refined.new == len(refined.results) > 10


@pytest.mark.slow
def test_what_cannot_do_the_work_is_refused(dask: Cluster, source: Path, tmp_path: Path) -> None:
    def refine(area: str) -> None:
        refine_shards(load_source(source), Area(area), Engine(scheduler=dask.address))

    with pytest.raises(CorpusError, match="has no workers: start some"):
        refine(str(tmp_path / "area"))
    dask.start_worker()
    dask.wait_for_workers()
    with pytest.raises(CorpusError, match="does not see the stage area memory://"):
        refine("memory://area")
    for package in ("pipelines", "schemas"):
        shutil.copytree(ROOT / package, tmp_path / "other" / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other" / "pipelines" / "rules" / "spacing.py").open("a") as code:
        code.write("# another version\n")
    dask.start_worker(PYTHONPATH=str(tmp_path / "other"))
    dask.wait_for_workers()
    with pytest.raises(CorpusError, match="runs another version of Corpus") as caught:
        refine(str(tmp_path / "area"))
    assert caught.value.exit_code == USAGE
    assert not list((tmp_path / "area").rglob("record.json"))


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipelines", "publish", str(ROOT / "seeds"), "--to", str(tmp_path / "store")]
    begin = time.monotonic()
    done = subprocess.run(
        [*command, "--engine", "dask", "--scheduler", "127.0.0.1:9"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert time.monotonic() - begin < 40 * slowness()
    assert done.returncode == USAGE
    assert done.stderr.startswith("corpus: no Dask scheduler answers at 127.0.0.1:9")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nonsense://x", "tcp://"])
def test_an_address_without_a_scheduler_is_wrong_usage(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    with pytest.raises(CorpusError, match="no Dask scheduler answers at") as caught:
        check_scheduler(address)
    assert caught.value.exit_code == USAGE
