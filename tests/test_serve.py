"""``corpus serve``: when a run is due, one at a time, and an end in time that leaves nothing behind."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli.main import main
from pipelines.cli.output import store_argument
from pipelines.errors import CorpusError
from pipelines.flows import service, timers
from pipelines.flows.server import prefect_home
from pipelines.flows.service import Service, Signals
from pipelines.flows.timers import Cron, Interval, Watch, parse_zone
from pipelines.flows.watch import stamp
from pipelines.release import releases
from tests.pace import slowness
from tests.test_flows import is_gone
from tests.tracing import TRACE, can_trace, outside

ROOT = Path(__file__).parent.parent
BERLIN = ZoneInfo("Europe/Berlin")


def never(_: float) -> bool:
    return False


# When a run is due


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        ("0 3 * * *", "2026-11-22T02:59", "2026-11-22T03:00"),
        ("0 3 * * *", "2026-11-22T03:00", "2026-11-23T03:00"),
        ("*/20 * * * *", "2026-11-22T23:41", "2026-11-23T00:00"),
        ("30 4 1 * *", "2026-11-22T02:00", "2026-12-01T04:30"),
        ("0 5 * * SUN", "2026-11-22T06:00", "2026-11-29T05:00"),
        ("0 0 29 2 *", "2026-11-22T06:00", "2028-02-29T00:00"),
    ],
)
def test_a_cron_expression_is_read_on_the_clocks_of_its_zone(expression: str, now: str, due: str) -> None:
    found = Cron(expression, BERLIN).following(at(now))
    assert (found, found.utcoffset()) == (at(due), at(due).utcoffset())


def test_an_hour_that_the_clocks_skip_or_show_twice_counts_once() -> None:
    for first, last in (("2026-03-28T12:00", "2026-03-30T12:00"), ("2026-10-24T12:00", "2026-10-26T12:00")):
        cron, now, due = Cron("30 2 * * *", BERLIN), at(first), []
        while (now := cron.following(now).astimezone(UTC)) < at(last):
            due.append(now)
        assert len(due) == 2


@given(st.integers(1_600_000_000, 2_000_000_000), st.integers(0, 59), st.integers(0, 23))
def test_what_is_due_lies_ahead_and_within_its_period(moment: int, minute: int, hour: int) -> None:
    now = datetime.fromtimestamp(moment, UTC)
    due = Cron(f"{minute} {hour} * * *", ZoneInfo("Asia/Shanghai")).following(now)
    assert timedelta(0) < due - now <= timedelta(days=1)
    assert (due.minute, due.hour) == (minute, hour)


@pytest.mark.parametrize("expression", ["", "* * * *", "61 * * * *", "0 3 * * * *", "daily", "0 0 31 2 *"])
def test_a_wrong_cron_expression_is_refused_in_one_line(
    expression: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(tmp_path), "--to", str(tmp_path / "store"), "--cron", expression]) == 2
    said = capsys.readouterr().err
    assert said.startswith("corpus: --cron")
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["Europa/Berlin", "", "../../etc/passwd", "MEZ+1"])
def test_a_wrong_time_zone_is_refused(name: str) -> None:
    with pytest.raises(CorpusError, match="no such time zone; give a name such as UTC"):
        parse_zone(name)


def test_a_cron_run_that_was_missed_is_due_once() -> None:
    clock = [datetime(2026, 11, 22, 2, 59, tzinfo=UTC)]
    cron = Cron("0 * * * *", ZoneInfo("UTC"), lambda: clock[0])

    def sleep_for_five_hours(seconds: float) -> bool:
        clock[0] += timedelta(hours=5 if seconds else 0)
        return False

    assert cron.wait(sleep_for_five_hours)
    assert cron.following(clock[0]) == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_an_interval_begins_at_once_and_skips_what_it_has_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    slept: list[float] = []

    def pause(seconds: float) -> bool:
        slept.append(seconds)
        now[0] += seconds
        return False

    timer = Interval(10)
    for work in (3, 25, 10, 0):
        assert timer.wait(pause)
        now[0] += work
    assert slept == [0, 7, 5, 10]
    assert not timer.wait(lambda _: True)


def test_a_stamp_tells_every_change_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    file = tmp_path / "raw" / "a.txt"
    file.write_text("one")
    seen = [stamp(tmp_path)]
    assert stamp(tmp_path) == seen[0]
    file.write_text("two!")
    seen.append(stamp(tmp_path))
    (tmp_path / "dataset.toml").write_text("")
    seen.append(stamp(tmp_path))
    file.rename(tmp_path / "raw" / "b.txt")
    seen.append(stamp(tmp_path))
    (tmp_path / "raw" / "b.txt").unlink()
    seen.append(stamp(tmp_path))
    assert len(set(seen)) == len(seen)
    with pytest.raises(CorpusError, match="cannot be listed"):
        stamp(tmp_path / "nowhere")


def test_a_remote_source_is_watched_by_its_listing() -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe_file("/watched/raw/a.txt", b"one")
    try:
        before = stamp("memory://watched")
        assert stamp("memory://watched") == before
        system.pipe_file("/watched/raw/b.txt", b"two")
        assert stamp("memory://watched") != before
    finally:
        system.rm("/watched", recursive=True)


def test_a_watched_source_is_due_when_it_has_been_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    changes = {4.0, 6.0}

    def pause(seconds: float) -> bool:
        now[0] += seconds
        if now[0] in changes:
            (tmp_path / f"{now[0]}.txt").write_text("x")
        return now[0] > 60

    watch = Watch(tmp_path, 5, print)
    assert watch.wait(pause)
    assert now[0] == 11, "the last change was at 6"
    assert not watch.wait(pause), "it has not changed since"
    now[0] = 20
    (tmp_path / "new.txt").write_text("x")
    assert watch.wait(pause)


def test_a_source_that_cannot_be_listed_is_told_once_and_watched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([CorpusError("gone"), CorpusError("gone"), "one", "one"])

    def look(_: object) -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    now = [0.0]
    monkeypatch.setattr(timers, "stamp", look)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def pause(seconds: float) -> bool:
        now[0] += seconds
        return False

    said: list[str] = []
    assert Watch(tmp_path, 1, said.append).wait(pause)
    assert said == ["cannot look at the source: gone"]


def test_a_failed_run_of_a_watched_source_is_tried_again_after_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def pause(seconds: float) -> bool:
        now[0] += seconds
        return now[0] > 20_000

    said: list[str] = []
    watch = Watch(tmp_path, 1, said.append)
    begun = []
    for _ in range(10):
        assert watch.wait(pause)
        begun.append(now[0])
        watch.hear(may_pass=True)
    pauses = [round(later - earlier) for earlier, later in pairwise(begun)]
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert said[0] == "the run is tried again in 30 seconds, or when the source changes"
    (tmp_path / "new.txt").write_text("x")
    assert watch.wait(pause)
    assert now[0] - begun[-1] < 5, "a change does not wait for the pause"
    watch.hear(may_pass=False)
    assert not watch.wait(pause), "neither done nor mended"


# The service


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Something that answers like a server, so that none has to be started."""

    class Healthy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
        yield
        server.shutdown()


def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, times: int = 1, limit: float = 60
) -> list[str]:
    """Serve with ``program`` in place of ``corpus publish``, so many times; return what is said."""
    (tmp_path / "src").mkdir(exist_ok=True)
    monkeypatch.setattr(service, "PROGRAM", (sys.executable, "-c", program))
    left = [True] * times

    class Times(Interval):
        def wait(self, pause: timers.Pause) -> bool:
            return not pause(0) and bool(left) and left.pop()

    said: list[str] = []
    Service(tmp_path / "src", tmp_path / "store", Times(1), said.append, limit).run()
    return said


OUTCOME = {"version": "1.1.0", "published": True, "reason": "2 documents added", "path": "here"}


def test_each_run_is_told_in_one_line(prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = serve(tmp_path, monkeypatch, f"print({json.dumps(OUTCOME)!r})", times=2)
    assert said[0] == "starting Prefect"
    assert "page http://127.0.0.1" in said[1]
    assert said[2:] == ["published 1.1.0: 2 documents added (here)"] * 2 + ["ended"]
    said = serve(tmp_path, monkeypatch, f"print({json.dumps({**OUTCOME, 'published': False})!r})")
    assert said[2] == "nothing changed since 1.1.0"


def test_a_run_that_fails_does_not_end_the_service(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = serve(tmp_path, monkeypatch, "import sys; sys.exit('corpus: mend s3://key:secret@bucket/a.txt')", times=2)
    assert said[2:-1] == ["corpus: mend s3://bucket/a.txt", "not published: exit code 1"] * 2


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (f"print({json.dumps(OUTCOME)!r})", False),
        ("raise SystemExit(1)", False),
        ("raise SystemExit(2)", False),
        ("raise SystemExit(3)", True),
        ("import os; os.kill(os.getpid(), 9)", True),
        ("""print('{"may_pass": true}'); raise SystemExit(1)""", True),
        ("""print('{"may_pass": false}'); raise SystemExit(1)""", False),
        ("""print('{"may_pass": true}'); raise SystemExit(2)""", False),
        ("print('another run'); raise SystemExit(1)", False),
    ],
)
def test_the_timer_hears_whether_a_failure_may_pass(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, expected: bool
) -> None:
    heard: list[bool] = []
    monkeypatch.setattr(Interval, "hear", lambda _, *, may_pass: heard.append(may_pass))
    serve(tmp_path, monkeypatch, program)
    assert heard == [expected]


@pytest.mark.parametrize("answer", ["", "Loading…", "[]", "{}", '{"version": "1.0.0"}'])
def test_an_answer_that_cannot_be_read_does_not_end_the_service(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    said = serve(tmp_path, monkeypatch, f"print({answer!r})", times=2)
    told = "the run ended well, but did not say in JSON what it came to: see corpus releases"
    told += f" --store {tmp_path / 'store'}"
    assert said[2:] == [told, told, "ended"]


def test_a_url_is_refused_as_the_store_and_becomes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", ".", "--to", "s3://key:secret@bucket/store"]) == 2
    said = capsys.readouterr().err
    advice = "give a folder as the store; corpus publish --to URL publishes elsewhere"
    assert said == f"corpus: s3://bucket/store is a URL: {advice}\n"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "s3:" / "bucket" / "store").mkdir(parents=True)
    assert main(["serve", ".", "--to", "s3://bucket/store"]) == 2, "also where there is a folder of that name"


def test_the_other_commands_keep_the_text_of_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:" / "bucket").mkdir(parents=True)
    assert store_argument("s3://bucket") == "s3://bucket"
    assert store_argument(f"file://{tmp_path}") == tmp_path
    assert store_argument("s3:/bucket") == Path("s3:/bucket")


@pytest.mark.parametrize("command", [["report"], ["prune", "--keep", "1"], ["yank", "1.0.0", "--undo"]])
def test_a_command_for_folders_refuses_a_url(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--store", "s3://key:secret@bucket"]) == 2
    said = capsys.readouterr().err
    assert "give a folder as the store" in said
    assert "secret" not in said


def test_a_run_that_takes_too_long_is_stopped_with_all_that_it_started(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pid"
    program = (
        "import subprocess, sys, time, pathlib, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(file)!r}).write_text(str(child.pid))\ntime.sleep(60)"
    )
    said = serve(tmp_path, monkeypatch, program, limit=2)
    assert "the run took more than 2 seconds" in said[2]
    assert is_gone(int(file.read_text()))


def test_a_run_that_takes_longer_than_the_interval_never_overlaps_the_next(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    program = (
        f"import os, time, json\nlog = open({str(log)!r}, 'a', buffering=1)\nlog.write('begin\\n')\n"
        f"time.sleep(0.4)\nlog.write('end\\n')\nprint(json.dumps({OUTCOME!r}))\n"
        f"if open({str(log)!r}).read().count('end') == 4: os.kill({os.getpid()}, 15)"
    )
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(service, "PROGRAM", (sys.executable, "-c", program))
    Service(tmp_path / "src", tmp_path / "store", Interval(0.1), print, 60).run()
    assert log.read_text() == "begin\nend\n" * 4


def test_a_signal_ends_the_service_in_the_middle_of_a_run(
    prefect: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"import os, signal, time; os.kill({os.getpid()}, signal.SIGTERM); time.sleep(60)"
    said = serve(tmp_path, monkeypatch, program, times=9)
    assert said[2:] == [
        "stopped in the middle of a run; nothing is half-written, the next run makes up for it",
        "ended",
    ]


def test_a_signal_ends_what_cannot_be_waited_for_in_pieces() -> None:
    before = signal.getsignal(signal.SIGINT)

    def wait() -> None:
        with signals.interruptible():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)

    with Signals() as signals, pytest.raises(service._StoppedError):
        wait()
    assert signal.getsignal(signal.SIGINT) == before


def test_a_source_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        Service(tmp_path / "nowhere", tmp_path / "store", Interval(1), print, 1).run()


# The whole program


def children(pid: int) -> list[int]:
    """All processes below ``pid``."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    below: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        below.setdefault(parent, []).append(child)
    found, left = [], [pid]
    while left:
        own = below.get(left.pop(), [])
        found += own
        left += own
    return found


@pytest.mark.slow
def test_serving_for_a_while_publishes_each_change_once_and_ends_in_time(
    tmp_path: Path, warm: Callable[[Path], None]
) -> None:
    source, store = tmp_path / "src", tmp_path / "store"
    warm(prefect_home(store))
    source.mkdir()
    text = "The provincial conference on civil affairs was held in Changsha on {}, and 200 people came.\n"
    (source / "a.txt").write_text(text.format("Tuesday"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    command = [sys.executable, "-m", "pipelines", "serve", str(source), "--to", str(store), "--interval", "10"]
    calls = tmp_path / "calls"
    if can_trace(calls):
        command = [*TRACE, str(calls), *command]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:  # its end is the end of the test's patience, too
        lines.append(line)
        if "published 1.0.0" in line:
            (source / "b.txt").write_text(text.format("Friday"))
        elif "published 1.1.0" in line:
            (source / "b.txt").touch()
        elif "nothing changed" in line:
            break
    started = children(process.pid)
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    took = time.monotonic() - begin
    assert process.returncode == 0, [*lines, rest]
    assert rest.endswith("ended\n")
    assert took < 5 * slowness()
    assert started
    assert all(is_gone(pid, 0.5) for pid in started)
    assert [each.version for each in releases(store)] == ["1.0.0", "1.1.0"]
    assert outside(calls) == set()
