"""Runs by themselves: a loop that waits for the next run, does it in a process of its own, and waits again.

Why a loop of our own and not Prefect's ``serve``: that one plans runs ahead in its database, starts all that it missed
at once when it comes back, has a run that was killed keep its place in the queue for minutes, and reports the state of
a flow, which is not always the truth about a release. Here one run at a time is a matter of course, missed runs do
not pile up, and each run is ``corpus publish`` as a person would start it: its memory is given back, a crash of it
leaves the loop alone, and an upgrade of the program takes effect with the next run. Every run is a flow run on the
server, so Prefect's page shows them all; deployments on a server of one's own are for ``prefect.yaml``.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from pipelines.document import Settings
from pipelines.errors import DATA, USAGE, CorpusError
from pipelines.flows.notify import notice_of_failure, tell
from pipelines.flows.server import STOP_LIMIT, Server, bypass_proxies, check_user_server, make_home, user_url
from pipelines.flows.timers import Timer
from pipelines.ingest import hide_secrets, show_source
from pipelines.prose import store_option

STEP = 0.2
"""Seconds between two looks at a run that is under way."""

GRACE = STOP_LIMIT / 3
"""Seconds that a run may take to end when it is stopped; the server has ``STOP_LIMIT`` after it."""

PROGRAM = (sys.executable, "-m", "pipelines", "publish", "--json")

Say = Callable[[str], None]


class _StoppedError(Exception):
    """The service was asked to end while it waited for something that cannot be waited for in pieces."""


class Signals:
    """SIGTERM and SIGINT as a request to end, as a context manager: nothing is cut short but where that is allowed."""

    def __enter__(self) -> Signals:
        """Take the signals over."""
        self._is_stopped = self._may_raise = False
        self._reader, self._writer = os.pipe()
        self._before = {each: signal.signal(each, self._note) for each in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def pause(self, seconds: float) -> bool:
        """Wait so long, or until the service is to end; return whether it is."""
        return bool(select.select([self._reader], [], [], max(0.0, seconds))[0])

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal break off what is done inside, by an error."""
        self._may_raise = True
        try:
            if self._is_stopped:
                raise _StoppedError
            yield
        finally:
            self._may_raise = False

    def _note(self, _: int, __: FrameType | None) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            os.write(self._writer, b".")
        if self._may_raise:
            self._may_raise = False
            raise _StoppedError


class Host:
    """The Prefect server that the runs report to, as a context manager: the user's, or one of ours with its page."""

    def __init__(self, store: Path, signals: Signals) -> None:
        """Nothing is started yet."""
        self._home = make_home(store)
        self._signals = signals
        self._server: Server | None = None

    def __enter__(self) -> Host:
        """Nothing to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop a server of ours."""
        if self._server is not None:
            self._server.stop()

    def ready(self) -> str:
        """Return the address of the page once the server answers; one of ours that has died is replaced."""
        with self._signals.interruptible():
            if url := user_url():
                check_user_server()
                return url.rstrip("/").removesuffix("/api")
        if self._server is None or not self._server.alive:
            if self._server is not None:
                self._server.stop()
            self._server = Server(self._home, has_page=True)
            with self._signals.interruptible():
                self._server.wait()
            self.close_runs("the service was ended in the middle of this run")
        return self._server.page

    def close_runs(self, message: str) -> None:
        """Mark what Prefect takes for running as crashed, on a server of ours: we know that nothing runs."""
        if self._server is not None and self._server.alive:
            self._server.close_runs(message)

    def environment(self) -> dict[str, str]:
        """Return the environment of a run, in which our server takes the place of the user's settings."""
        if self._server is None:
            return dict(os.environ)
        bypass_proxies()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        return {**kept, "PREFECT_HOME": str(self._home), "PREFECT_API_URL": self._server.url}


@dataclass(frozen=True)
class Service:
    """What is published where and when; ``limit`` is the number of seconds after which a run is stopped."""

    source: Path | str
    store: Path
    timer: Timer
    say: Say
    limit: float

    def run(self) -> None:
        """Publish whenever it is time, until SIGTERM or SIGINT; CorpusError where it cannot even begin."""
        from pipelines.refine import check_settings

        settings = check_settings(self.source)
        with Signals() as signals, Host(self.store, signals) as host, contextlib.suppress(_StoppedError):
            self.say("starting Prefect")
            page = host.ready()
            self.say(f"serving {show_source(self.source)} to {self.store} {self.timer.describe()}; page {page}")
            while self.timer.wait(signals.pause):
                self.timer.hear(may_pass=self._publish(signals, host, settings))
        self.say("ended")

    def _publish(self, signals: Signals, host: Host, settings: Settings) -> bool:
        """Do one run and say what came of it; whatever goes wrong, the service goes on.

        Returns whether it failed in a way that may pass by itself.
        """
        try:
            host.ready()
        except CorpusError as error:
            self.say(f"not published: {error}")
            return True
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            begin = time.monotonic()
            run = subprocess.Popen(  # noqa: S603 (our own interpreter, our own program)
                [*PROGRAM, "--to", str(self.store), "--", str(self.source)],
                env=host.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
            )  # fmt: skip
            try:
                problem = self._attend(run, signals, begin)
            finally:
                end(run)
            if problem:
                host.close_runs(problem)
            for line in _lines(err):
                self.say(line)
            is_stuck = problem.startswith("not published")
            if is_stuck:  # the run could not tell it itself
                tell(lambda: notice_of_failure(self.source, self.store, problem), settings)
            answer = _text(out)
            self.say(problem or _result(run.returncode, answer, self.store))
            return is_stuck if problem else _may_pass(run.returncode, answer)

    def _attend(self, run: subprocess.Popen[bytes], signals: Signals, begin: float) -> str:
        """Wait for the end of a run; say why it is to be stopped, where it is."""
        while run.poll() is None:
            if signals.pause(STEP):
                return "stopped in the middle of a run; nothing is half-written, the next run makes up for it"
            if time.monotonic() - begin > self.limit:
                return f"not published: the run took more than {self.limit:g} seconds and was stopped; see --timeout"
        return ""


def end(run: subprocess.Popen[bytes]) -> None:
    """End a run and what it has started, by force after ``GRACE`` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(run.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(GRACE)


def _result(code: int, text: str, store: Path) -> str:
    """Say in one line what a run came to."""
    if code != 0:
        return f"not published: exit code {code}"
    try:
        outcome = json.loads(text)
        version = outcome["version"]
        if outcome["published"]:
            return f"published {version}: {outcome['reason']} ({outcome['path']})"
    except (ValueError, KeyError, TypeError):
        return f"the run ended well, but did not say in JSON what it came to: see corpus releases{store_option(store)}"
    return f"nothing changed since {version}"


def _may_pass(code: int, answer: str) -> bool:
    """Tell from the exit code of a run and its answer whether another attempt may go well, with nothing mended.

    A lost race has the exit code of a problem with the data: there ``may_pass`` of the answer decides.
    """
    if code != DATA:
        return code not in {0, USAGE}
    try:
        return json.loads(answer)["may_pass"] is True
    except (ValueError, KeyError, TypeError):
        return False


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _lines(file: IO[str]) -> list[str]:
    return [hide_secrets(line) for line in _text(file).splitlines() if line.strip()]
