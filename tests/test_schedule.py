"""Deployments on a Prefect server of one's own: from ``prefect.yaml`` as it is, on loopback, with a temporary home."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.errors import USAGE, CorpusError
from pipelines.flows.server import PRIVATE, START_LIMIT
from pipelines.release import releases
from tests.ports import free_port
from tests.tracing import TRACE, can_trace, outside

ROOT = Path(__file__).parent.parent
TEXT = "The provincial conference on civil affairs was held in Changsha on {}, and 200 people came.\n"
BROKEN = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00\x00\x00"
NIGHTLY = '- cron: "0 3 * * *"\n        timezone: UTC'
PATIENCE = 120.0
UNDER_WAY = {"Scheduled", "Pending", "Submitting", "Running"}


def deployments() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    return found


def test_every_deployment_runs_alone_and_says_its_time_zone() -> None:
    for each in deployments():
        assert each["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert all(schedule["timezone"] for schedule in each["schedules"])
        assert each["parameters"]["timeout_seconds"] > 0


def test_every_deployment_names_a_flow_that_takes_its_parameters() -> None:
    import importlib
    import inspect

    for each in deployments():
        module, _, name = each["entrypoint"].rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        inspect.signature(flow.fn).bind(**each["parameters"])
        assert f"publish {ROOT}" not in str(each)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": "s3://key:fake-secret@bucket/news"}, "take them out of the URL"),
        ({"store": "s3://key:fake-secret@bucket/store"}, "give a folder as the store"),
        ({"store": "s3:/bucket/store"}, "give a folder as the store"),
        ({"version": "1.2"}, "give X.Y.Z or auto"),
        ({"workers": 0}, "give a whole number from 1"),
    ],
)
def test_a_wrong_parameter_is_refused_in_one_clear_line(given: dict[str, Any], said: str) -> None:
    from pipelines.flows.attend import check_parameters

    with pytest.raises(CorpusError, match=said) as caught:
        check_parameters(**{"source": "seeds", "store": "data", "version": "auto", "workers": None, **given})
    assert caught.value.exit_code == USAGE
    assert "fake-secret" not in str(caught.value)


def test_a_run_that_takes_too_long_is_ended_from_inside() -> None:
    program = "import time\nfrom pipelines.flows.attend import limited\nwith limited(0.5):\n    time.sleep(60)\n"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, capture_output=True, check=False)
    assert done.returncode == -signal.SIGTERM


# A real server, a real worker


class Team:
    """A Prefect server, a worker and a folder with ``prefect.yaml``, as a team has them; all on loopback."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.api = f"http://127.0.0.1:{self.port}/api"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "CORPUS_"))}
        self.environment = {
            **kept, **PRIVATE, "PREFECT_HOME": str(folder / "home"), "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_API_HOST": "127.0.0.1", "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
            "PREFECT_UI_ENABLED": "false", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.running: list[subprocess.Popen[bytes]] = []
        self.is_traced = can_trace(folder / "try.calls")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self.traced(), sys.executable, "-m", "prefect", "--no-prompt", *words],
                cwd=self.folder, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def traced(self) -> list[str]:
        """The words that watch what a process and its children connect to, a file for each."""
        return [*TRACE, str(self.folder / f"{len(self.running)}.calls")] if self.is_traced else []

    def do(self, *words: str) -> None:
        done = self.start(*words)
        assert done.wait(PATIENCE) == 0, (self.folder / f"{words[0]}.log").read_text()

    def start_server(self) -> subprocess.Popen[bytes]:
        server = self.start("server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        self.wait(self.is_healthy, START_LIMIT)
        return server

    def is_healthy(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.api}/health", timeout=5).close()
        except OSError:
            return False
        return True

    def ask(self, path: str, **question: object) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.api}/{path}", json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def runs(self, state: str) -> list[dict[str, Any]]:
        found = self.ask("flow_runs/filter", sort="START_TIME_ASC")
        return [each for each in found if each["state_type"] == state]

    def states(self) -> Counter[str]:
        """The states of the runs that were due and are not under way."""
        found = Counter(each["state_name"] for each in self.ask("flow_runs/filter"))
        return Counter({name: count for name, count in found.items() if name not in UNDER_WAY})

    def is_in_the_way(self, cancelled: dict[str, Any]) -> bool:
        """Whether another run had its place when this one was cancelled."""
        for run in self.runs("COMPLETED") + self.runs("FAILED") + self.runs("RUNNING"):
            with urllib.request.urlopen(f"{self.api}/flow_run_states/?flow_run_id={run['id']}", timeout=30) as answer:
                begun = min(each["timestamp"] for each in json.load(answer) if each["type"] == "PENDING")
            if begun <= cancelled["end_time"] <= (run["end_time"] or "9"):
                return True
        return False

    def summaries(self) -> list[str]:
        found = self.ask("artifacts/filter", sort="CREATED_DESC")
        return [each["data"] for each in found if (each["key"] or "").startswith("summary")]

    def wait(self, until: Callable[[], bool], limit: float = PATIENCE) -> None:
        end = time.monotonic() + limit
        while not until():
            assert time.monotonic() < end, [path.read_text()[-3000:] for path in self.folder.glob("*.log")]
            time.sleep(0.5)

    def wait_for_runs(self, state: str = "COMPLETED") -> None:
        """Wait until a run that starts from now on has come to that end."""
        now = datetime.now(UTC).isoformat()
        self.wait(lambda: any(str(each["start_time"]) > now for each in self.runs(state)))

    def stop(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    found = Team(tmp_path)
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    text = (tmp_path / "prefect.yaml").read_text(encoding="utf-8")
    assert NIGHTLY in text
    (tmp_path / "prefect.yaml").write_text(text.replace(NIGHTLY, "- interval: 10"), encoding="utf-8")
    raw = tmp_path / "seeds" / "raw"
    raw.mkdir(parents=True)
    (raw / "a.txt").write_text(TEXT.format("Tuesday"))
    (tmp_path / "seeds" / "dataset.toml").write_text("max_reject_share = 0.2\n")
    try:
        yield found
    finally:
        found.stop()


@pytest.mark.slow
def test_a_deployed_source_is_published_when_it_has_changed_and_only_then(team: Team) -> None:
    server = team.start_server()
    team.start("worker", "start", "--pool", "corpus", "--type", "process", "--prefetch-seconds", "0")
    team.wait(lambda: [each["name"] for each in team.ask("work_pools/filter")] == ["corpus"])
    team.do("deploy", "--all")
    names = {each["name"] for each in team.ask("deployments/filter")}
    assert names == {each["name"] for each in deployments()}
    raw, store = team.folder / "seeds" / "raw", team.folder / "data"

    def versions() -> list[str]:
        return [each.version for each in releases(store)]

    team.wait(lambda: versions() == ["1.0.0"])
    (raw / "b.txt").write_text(TEXT.format("Friday"))
    team.wait(lambda: versions() == ["1.0.0", "1.1.0"])
    (raw / "b.txt").touch()
    team.wait_for_runs()
    (raw / "c.txt").write_bytes(BROKEN)
    team.wait(lambda: bool(team.runs("FAILED")))
    assert versions() == ["1.0.0", "1.1.0"]
    assert "max_reject_share" in team.summaries()[0]
    assert "c.txt (binary)" in team.summaries()[0]
    assert all(team.is_in_the_way(each) for each in team.runs("CANCELLED")), "a run that has ended is in nobody's way"
    assert set(team.states()) <= {"Completed", "Failed", "Cancelled"}, team.states()
    team.wait(lambda: bool(team.runs("RUNNING")))
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    team.start_server()
    (raw / "c.txt").write_text(TEXT.format("Sunday"))
    team.wait_for_runs()
    team.wait(lambda: versions() == ["1.0.0", "1.1.0", "1.2.0"])
    assert set(team.states()) <= {"Completed", "Failed", "Cancelled", "Late"}, team.states()
    times = sorted((each["start_time"], each["end_time"]) for each in team.runs("COMPLETED"))
    assert all(end <= begin for (_, end), (begin, _) in pairwise(times)), "two runs at once"
    team.stop()
    assert [found for calls in team.folder.glob("*.calls") for found in outside(calls)] == []
