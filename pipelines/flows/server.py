"""A lean Prefect server of our own: a child process, started beside our imports and gone when we are gone.

The stock ephemeral server costs 11 to 26 seconds and outlives a killed parent. This one has no page (unless asked for),
no services and no outgoing connection, keeps its database in the store's own state folder, and dies with the process
that started it.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from pipelines.errors import INTERNAL, USAGE, CorpusError
from pipelines.places import Place, place_of

START_LIMIT = 150.0
"""Seconds that a server may take to answer for the first time; a loaded machine has needed 35."""

STOP_LIMIT = 3.0
"""Seconds that a server may take to end before it is killed."""

PRIVATE = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
"""Both are needed so that Prefect makes no attempt to call out."""

LEAN = {
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "false",
}
"""What the child leaves out in any case: live streams, the block catalogue, triggers, and the table of events
(120 KB a run in a database that nobody prunes); flow and task runs are recorded."""

WITHOUT_PAGE = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT_UI_ENABLED": "false"}
IDLE = ("SCHEDULER", "LATE_RUNS", "FOREMAN", "REPOSSESSOR", "CANCELLATION_CLEANUP", "PAUSE_EXPIRATIONS")
WITH_PAGE = {f"PREFECT_SERVER_SERVICES_{each}_ENABLED": "false" for each in IDLE}
"""The page, without the services that look after deployments and workers: there are none."""

PAGE_PORT = 4200
"""The port that the page is looked for at first; a free one where it is taken."""

CHILD = Path(__file__).with_name("child.py")


class ServerError(Exception):
    """The child process ended, or did not answer in time."""


def user_url() -> str | None:
    """The address of a Prefect API that the user has set, or None where we start our own."""
    return os.environ.get("PREFECT_API_URL") or None


def prefect_home(store: Path) -> Path:
    """The folder of Prefect's database and logs: the user's, else one in the state folder of the store."""
    chosen = os.environ.get("PREFECT_HOME")
    return (Path(chosen).expanduser() if chosen else store / "interim" / "prefect").absolute()


def local_store(store: Path | str) -> Path:
    """Return the folder of a store; raises CorpusError for a URL, which would else become a folder of that name."""
    place = place_of(store if "://" in str(store) else Path(store))
    if isinstance(place, Place):
        raise CorpusError(
            f"{place} is a URL: give a folder as the store; corpus publish --to URL publishes elsewhere", USAGE
        )
    return place


def make_home(store: Path) -> Path:
    """Create the folder of Prefect's state; raises CorpusError where the store cannot be written."""
    home = prefect_home(store)
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "server.log").open("a").close()
    except OSError as error:
        raise CorpusError(
            f"cannot write to {home} ({error.strerror}): name another store with --to, or make it writable", USAGE
        ) from error
    return home


def check_user_server(limit: float = 30.0) -> None:
    """Raise CorpusError where nothing answers (in any way) at the address that the user has set."""
    url = user_url() or ""
    try:
        urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=limit).close()  # noqa: S310 (the user's own)
    except urllib.error.HTTPError:
        return
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CorpusError(
            f"no Prefect server answers at {url}; nothing was published: start it, or unset PREFECT_API_URL",
            INTERNAL,
        ) from error


def bypass_proxies() -> None:
    """Keep requests to our own server away from a proxy that the environment names."""
    for name in ("NO_PROXY", "no_proxy"):
        hosts = os.environ.get(name, "")
        if "127.0.0.1" not in hosts:
            os.environ[name] = f"{hosts},127.0.0.1".lstrip(",")


class Server:
    """Prefect's API in a child process, as a context manager; it starts at once and is ready after ``wait``.

    On Linux the child dies with the thread that made it, not only with the process: make it where you wait for it.
    """

    def __init__(self, home: Path, *, has_page: bool = False) -> None:
        """Start the child, with its database and log in ``home``, and with Prefect's page where that is asked for."""
        self.home = home
        self.has_page = has_page
        self._process = self._launch()
        self._port = self._read_port()
        atexit.register(self.stop)

    def __enter__(self) -> Server:
        """Nothing to do: the child runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the child."""
        self.stop()

    @property
    def url(self) -> str:
        """The address of the API (of the second child, where the first one failed)."""
        return f"http://127.0.0.1:{self._port}/api"

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the child process is running."""
        return self._process.poll() is None

    def wait(self, limit: float = START_LIMIT) -> None:
        """Return when the API answers; a child that fails is replaced once, then a CorpusError says what to do."""
        try:
            self._wait(limit)
        except ServerError:
            self.stop()
            self._process = self._launch()
            self._port = self._read_port()
            atexit.register(self.stop)
            try:
                self._wait(limit)
            except ServerError as error:
                raise CorpusError(
                    f"the embedded Prefect server did not start ({error}); nothing was published: run again, see "
                    f"{self.home / 'server.log'}, or name a server of your own with PREFECT_API_URL",
                    INTERNAL,
                ) from error

    def close_runs(self, message: str, limit: float = 1.0) -> None:
        """Mark runs that are left “Running” as crashed: Prefect never does. What goes wrong is of no consequence."""
        unfinished = {"flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}}
        state = {"state": {"type": "CRASHED", "name": "Crashed", "message": message}, "force": True}
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            for each in self._ask("flow_runs/filter", unfinished, limit):
                self._ask(f"flow_runs/{each['id']}/set_state", state, limit)

    def _ask(self, path: str, question: object, limit: float) -> Any:  # noqa: ANN401 - JSON
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(  # noqa: S310 (our own server)
            f"{self.url}/{path}", json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with opener.open(request, timeout=limit) as answer:
            return json.load(answer)

    def stop(self) -> None:
        """End the child, by force after ``STOP_LIMIT`` seconds; harmless when it has ended already."""
        atexit.unregister(self.stop)
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _launch(self) -> subprocess.Popen[bytes]:
        # Settings of the user's are for the user's server, here they could only do harm: an API key, a prefect.toml.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        page = {**WITH_PAGE, "PREFECT_UI_STATIC_DIRECTORY": str(self.home / "page")} if self.has_page else WITHOUT_PAGE
        port = PAGE_PORT if self.has_page else 0
        with (self.home / "server.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (our own interpreter, our own file)
                [sys.executable, "-P", str(CHILD), str(os.getpid()), str(self.home / "start.lock"), str(port)],
                cwd=self.home,
                env={**environment, **PRIVATE, **LEAN, **page, "PREFECT_HOME": str(self.home)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: the server must outlive our closing reports
            )

    def _read_port(self) -> int:
        """The port that the child has opened; 0 where it ended first."""
        line = self._process.stdout.readline() if self._process.stdout else b""
        return int(line or 0)

    def _wait(self, limit: float) -> None:
        if not self._port:
            raise ServerError("it ended at once")
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=limit)
        try:
            connection.request("GET", "/api/health")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise ServerError("it does not answer" if self.alive else "it ended while starting") from error
        finally:
            connection.close()
        if status != http.client.OK:
            raise ServerError(f"it answers with status {status}")
