"""The flow, its server and its end: what happens to Prefect must never change what happens to a release."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.errors import INTERNAL, USAGE, CorpusError
from pipelines.flows import ledger as ledgers
from pipelines.flows import progress, run, run_publish, server
from pipelines.flows.ledger import Ledger
from pipelines.flows.server import Server, make_home, prefect_home
from pipelines.refine import load_source
from pipelines.release import latest
from pipelines.shards import Engine
from tests.samples import build_tables, refine

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

FAKES = """
import contextlib
from types import SimpleNamespace
import pipelines.flows.publish as stages
stages.refining = SimpleNamespace(
    load_source=lambda path: SimpleNamespace(path=path, inputs=[], settings=None, knowledge=None),
)
stages.sharding = SimpleNamespace(
    refine_shards=lambda source, area, engine, on_done: work(), merge_shards=lambda refined, folder, store: 0,
    find_unchanged=lambda *given: None, find_published=lambda *given: None, note_published=lambda *given: None,
)
stages.publishing = SimpleNamespace(
    staged=contextlib.nullcontext,
    writing=contextlib.nullcontext,
    publish_staged=lambda *given, **named: SimpleNamespace(version="1.0.0", path="here"),
)
stages.describe_build = lambda *given: None
stages.counted = lambda build, *given: build
"""
"""Stages that do nothing, for a process of its own; ``work`` is the one that matters there."""


@pytest.fixture
def stages(embedded: Server, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The flow on the running server, with stages that do nothing; what they were given is in ``calls``."""
    monkeypatch.setenv("PREFECT_API_URL", embedded.url)
    for name, value in server.PRIVATE.items():
        monkeypatch.setenv(name, value)
    import pipelines.flows.publish as flow

    calls: dict[str, Any] = {}

    def publish(*given: object, **named: object) -> SimpleNamespace:
        calls["publish"] = (*given, *named.values())
        return SimpleNamespace(version="1.0.0")

    def refine_nothing(source: SimpleNamespace, *given: object, on_done: object) -> str:
        calls["refine"] = (source.inputs, *given)
        return "refined"

    fake = SimpleNamespace(
        load_source=lambda path: SimpleNamespace(path=path, inputs=["one"], settings="settings", knowledge="rules"),
        refine_shards=refine_nothing,
        merge_shards=lambda refined, folder, store: 1,
        find_unchanged=lambda *given: None,
        find_published=lambda *given: None,
        note_published=lambda *given: None,
        staged=contextlib.nullcontext,
        writing=contextlib.nullcontext,
        publish_staged=publish,
        calls=calls,
    )
    for module in ("refining", "sharding", "publishing"):
        monkeypatch.setattr(flow, module, fake)
    monkeypatch.setattr(flow, "describe_build", lambda *given: "build")
    monkeypatch.setattr(flow, "counted", lambda build, *given: build)
    return fake


# The flow


def test_the_flow_hands_every_parameter_to_its_stage(
    stages: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int | None]] = []
    monkeypatch.setattr("pipelines.shards.check_scheduler", lambda scheduler: seen.append((scheduler, 0, None)))
    outcome = run_publish(
        SEEDS,
        tmp_path,
        version="2.0.0",
        dry_run=True,
        workers=3,
        scheduler="127.0.0.1:1",
        on_progress=lambda *step: seen.append(step),
    )
    assert outcome.version == "1.0.0"
    assert [step[0] for step in seen] == ["127.0.0.1:1", *progress.STAGES]
    inputs, area, engine = stages.calls["refine"]
    assert (inputs, area.root, engine) == (["one"], str(tmp_path / "interim" / "shards"), Engine(3, "127.0.0.1:1"))
    assert stages.calls["publish"] == (tmp_path, tmp_path, "settings", "build", "2.0.0", True)
    assert not run._lingering.is_set()


@pytest.mark.parametrize("stage", ["load_source", "refine_shards", "merge_shards", "publish_staged"])
def test_the_error_of_a_stage_comes_out_as_it_is(stages: SimpleNamespace, tmp_path: Path, stage: str) -> None:
    problem = CorpusError("the data is bad: mend it", 1)

    def fail(*_: object, **__: object) -> None:
        raise problem

    setattr(stages, stage, fail)
    with pytest.raises(CorpusError) as caught:
        run_publish(SEEDS, tmp_path)
    assert caught.value is problem


def test_the_flow_publishes_what_the_stages_make_without_it(
    embedded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", embedded.url)
    seen: list[tuple[str, int, int | None]] = []
    outcome = run_publish(SEEDS, tmp_path, on_progress=lambda *step: seen.append(step))
    source = load_source(SEEDS)
    tables = build_tables(*refine(source.inputs, source.settings, source.knowledge))
    release = latest(tmp_path)
    assert release is not None
    assert (outcome.published, outcome.version) == (True, "1.0.0")
    size = sum(path.stat().st_size for path in (SEEDS / "raw").iterdir())
    assert ("refine", size, size) in seen
    for name, table in tables.items():
        assert release.table(name).equals(table), name


SECRETS = (b"AKIAFAKE", b"fake-password", b"fake-signature")
SECRET_URL = "memory://AKIAFAKE:fake-password@corpus/src?X-Signature=fake-signature"


def test_no_secret_of_a_source_is_written_or_sent(
    embedded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import fsspec

    from pipelines.cli.main import main

    monkeypatch.setenv("PREFECT_API_URL", embedded.url)
    system, root = fsspec.core.url_to_fs(SECRET_URL)
    text = "The provincial conference on civil affairs was held in Changsha on Tuesday, and 200 people came."
    system.pipe_file(f"{root}/raw/a.txt", text.encode())
    try:
        assert main(["publish", SECRET_URL, "--to", str(tmp_path), "--verbose"]) == 0
        system.pipe_file(f"{root}/dataset.toml", b"min_documents = 9")
        assert main(["publish", SECRET_URL, "--to", str(tmp_path), "--debug"]) == 1

        def fail(*_: object) -> None:
            raise OSError(f"cannot reach {SECRET_URL}") from ValueError("GET /src?X-Signature=fake-signature")

        monkeypatch.setattr("pipelines.refine.survey", fail)
        assert main(["publish", SECRET_URL, "--to", str(tmp_path), "--debug"]) == INTERNAL
    finally:
        system.rm(root, recursive=True)
    written = {
        path: path.read_bytes() for folder in (tmp_path, embedded.home) for path in folder.rglob("*") if path.is_file()
    }
    assert [path for path, data in written.items() if any(secret in data for secret in SECRETS)] == []
    names = b"".join(data for path, data in written.items() if ".db" in path.name)
    assert b"publish memory://corpus/src" in names, "the server has seen the run"
    said = "".join(capfd.readouterr())
    assert not any(secret.decode() in said for secret in SECRETS)
    release = latest(tmp_path)
    assert release is not None
    assert release.manifest["source"] == "src"


def test_prefect_does_not_look_into_a_parcel() -> None:
    from prefect.utilities.collections import visit_collection

    from pipelines.flows.publish import Parcel

    seen: list[Any] = []
    visit_collection([Parcel(["inside"])], visit_fn=seen.append, return_data=False)
    assert "inside" not in seen


def test_prefect_writes_to_a_file_not_to_the_terminal(
    stages: SimpleNamespace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_publish(SEEDS, tmp_path)
    assert capfd.readouterr() == ("", "")
    assert "Beginning flow run" in (tmp_path / "interim" / "prefect" / "prefect.log").read_text()


# The server


def test_the_server_listens_on_loopback_alone(embedded: Server) -> None:
    assert embedded.alive
    assert embedded.url.startswith("http://127.0.0.1:")


def test_the_server_fetches_no_lists_from_elsewhere(embedded: Server) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{embedded.url}/collections/views/aggregate-worker-metadata", timeout=30)
    assert refused.value.code == 404


def test_a_server_stops_and_may_be_stopped_twice(tmp_path: Path) -> None:
    running = Server(make_home(tmp_path))
    running.stop()
    running.stop()
    assert not running.alive


def test_a_server_that_cannot_start_is_tried_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "broken.py"
    program.write_text("import sys; open(sys.argv[2] + '.tries', 'a').write('x')")
    monkeypatch.setattr(server, "CHILD", program)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(CorpusError, match=r"did not start.*nothing was published.*server\.log") as caught:
        run_publish(SEEDS, tmp_path)
    assert caught.value.exit_code == INTERNAL
    assert (prefect_home(tmp_path) / "start.lock.tries").read_text() == "xx"


def test_a_server_of_the_user_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(CorpusError, match="no Prefect server answers at http://127") as caught:
        run_publish(SEEDS, tmp_path)
    assert caught.value.exit_code == INTERNAL


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    with pytest.raises(CorpusError, match="cannot write to") as caught:
        run_publish(SEEDS, tmp_path / "store")
    assert caught.value.exit_code == USAGE


def test_the_home_is_the_users_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    assert prefect_home(tmp_path) == tmp_path / "interim" / "prefect"
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "mine"))
    assert prefect_home(tmp_path) == tmp_path / "mine"


# The ledger and the progress


def test_what_prefect_says_after_our_outcome_does_not_count() -> None:
    ledger = Ledger()
    outcome: Any = SimpleNamespace(version="1.0.0")
    with ledger.stage("publish"):
        ledger.settle(outcome)
    ledger.end(ConnectionError("the server is gone"))
    assert ledger.wait(lambda: False) is outcome


def test_a_flow_that_never_reaches_a_stage_is_an_internal_failure() -> None:
    ledger = Ledger()
    ledger.end(ConnectionError("the server\nis gone"))
    with pytest.raises(CorpusError, match=r"the server is gone.*nothing was published") as caught:
        ledger.wait(lambda: True)
    assert caught.value.exit_code == INTERNAL


def test_a_stalled_flow_is_given_up_and_begins_no_stage_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "STALL_LIMIT", 0.0)
    ledger = Ledger()
    with pytest.raises(CorpusError, match="no answer"):
        ledger.wait(lambda: True)
    with pytest.raises(RuntimeError, match="given up"), ledger.stage("ingest"):
        pass


def test_progress_is_thinned_and_a_broken_display_does_no_harm() -> None:
    seen: list[int] = []

    def show(stage: str, done: int, total: int | None) -> None:
        seen.append(done)
        raise ValueError(stage)

    with progress.listening(show):
        for done in range(1001):
            progress.report("refine", done, 1000)
    progress.report("refine", 5, 10)
    assert seen[0] == 0
    assert seen[-1] == 1000
    assert len(seen) < 100


# Whole processes


@pytest.fixture
def warm_store(warm: Callable[[Path], None], tmp_path: Path) -> Path:
    """A store whose Prefect database needs no migration any more."""
    warm(make_home(tmp_path))
    return tmp_path


def start(tmp_path: Path, work: str) -> subprocess.Popen[str]:
    """Run ``run_publish`` in a process of its own, where the stage refine does ``work``; it prints what it returns."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os, signal, sys, time\nfrom pathlib import Path\nfrom pipelines.flows import leave, run_publish\n"
        "def work():\n    print('at work', flush=True)\n"
        + textwrap.indent(textwrap.dedent(work), "    ")
        + "\n    return [], []\n"
        + "original = __import__('pipelines.flows.server').flows.server.Server.wait\n"
        + "def wait(self):\n"
        + f"    exec({FAKES!r}, {{'work': work}})\n"
        + "    original(self)\n    global pid\n    pid = self.pid\n    print(pid, flush=True)\n"
        + "__import__('pipelines.flows.server').flows.server.Server.wait = wait\n"
        + f"print(run_publish(Path({str(SEEDS)!r}), Path({str(tmp_path)!r})).version, flush=True)\nleave(7)\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return subprocess.Popen(
        [sys.executable, str(program)],
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def is_gone(pid: int, limit: float = 5.0) -> bool:
    """Whether the process has ended, waiting at most ``limit`` seconds for that."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        status = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
            if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_cold_start_publishes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = start(tmp_path, "pass")
    output, _ = process.communicate(timeout=180)
    pid, *rest = output.split("\n", 1)
    assert rest == ["at work\n1.0.0\n"]
    assert process.returncode == 7
    assert is_gone(int(pid))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_orphan_is_left_when_the_parent_is_killed(warm_store: Path, number: signal.Signals) -> None:
    process = start(warm_store, "time.sleep(60)")
    pid = int(read_line(process))
    assert read_line(process) == "at work"
    process.send_signal(number)
    assert is_gone(pid)
    if number != signal.SIGINT:  # that one is a KeyboardInterrupt, for the command line to end with ``leave``
        assert process.wait(10) == -number
    process.kill()
    process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_that_dies_or_hangs_in_the_middle_changes_nothing(warm_store: Path, number: signal.Signals) -> None:
    process = start(warm_store, f"os.kill(pid, {int(number)})\ntime.sleep(1)")
    pid = int(read_line(process))
    assert read_line(process) == "at work"
    begin = time.monotonic()
    output, _ = process.communicate(timeout=60)
    assert output == "1.0.0\n"
    assert process.returncode == 7
    assert time.monotonic() - begin < 1 + ledgers.CLOSING_LIMIT + run.DRAIN_LIMIT + server.STOP_LIMIT + 3
    assert is_gone(pid)


@pytest.mark.slow
def test_two_cold_starts_on_one_store_do_not_race(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    with Server(home) as one, Server(home) as two:
        pids = (one.pid, two.pid)
        one.wait()
        two.wait()
        assert (one.pid, two.pid) == pids, "neither had to be started again"
