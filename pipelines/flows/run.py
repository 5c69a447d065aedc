"""One run of the flow from begin to end: a server, the flow in its thread, our outcome, and a timely end."""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import logging
import logging.handlers
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from pipelines.flows.ledger import CLOSING_LIMIT, Ledger, keeping
from pipelines.flows.progress import Listener, listening
from pipelines.flows.server import PRIVATE, Server, bypass_proxies, check_user_server, make_home, user_url
from pipelines.ingest import show_source

if TYPE_CHECKING:
    from pipelines.publish import Outcome

DRAIN_LIMIT = 5.0
"""Seconds that Prefect's event and log workers may take to send what they hold."""

_lingering = threading.Event()
"""Set when threads of Prefect still wait for a server that will not answer."""


def run_publish(
    source: Path | str,
    store: Path,
    *,
    version: str = "auto",
    dry_run: bool = False,
    workers: int | None = None,
    scheduler: str = "",
    verbose: bool = False,
    on_progress: Listener | None = None,
) -> Outcome:
    """Publish the next release of ``source`` in ``store`` as a Prefect flow and return its outcome.

    The work is done by so many processes of this machine, or by the Dask cluster of a scheduler. Uses the server that
    PREFECT_API_URL names, else one of our own. The outcome is that of our own stages: what happens to Prefect's
    bookkeeping once they have begun changes neither it nor the exit code. ``on_progress`` is
    called as ``pipelines.flows.progress`` says. Nobody is notified: the caller knows when the release is where it
    belongs. Raises CorpusError: what the stages raise, or (exit code 3) when no
    flow could be run. End the process with ``leave``, which does not wait for threads that Prefect left behind.
    """
    from pipelines.ingest import check_apart
    from pipelines.refine import check_settings

    check_apart(source, store)
    check_settings(source)  # what is wrong is told before anything is started, and a scheduler that is not there
    if scheduler:
        from pipelines.shards import check_scheduler

        check_scheduler(scheduler)

    def load() -> None:
        from pipelines.flows.publish import prepare

        prepare(store)

    with contextlib.ExitStack() as stack:
        server = stack.enter_context(connection(store, load, verbose=verbose))
        stack.enter_context(listening(on_progress))
        from pipelines.flows.publish import publish_release

        shown = show_source(source)  # parameters and names of runs are sent to the server
        work = partial(publish_release, shown, str(store), version, dry_run, workers, scheduler)
        return conduct(work, server, source)


@contextlib.contextmanager
def connection(store: Path, load: Callable[[], None], *, verbose: bool = False) -> Iterator[Server | None]:
    """Make Prefect ready for flows, with the user's server (None) or one of our own that ``load`` is run beside.

    ``load`` imports Prefect and whatever else the flow needs: the server takes seconds to start.
    """
    home = make_home(store)
    with contextlib.ExitStack() as stack:
        server = None if user_url() else stack.enter_context(Server(home))
        if server is not None:
            stack.enter_context(_stopping_on_sigterm(server))
        with _prefect_environment(home if server else None):
            load()
            importlib.import_module("prefect.flow_engine")  # else Prefect loads it at the first flow, after the wait
        if server is not None:
            server.wait()
        else:
            check_user_server()
        _keep_log(home / "prefect.log", verbose=verbose)
        stack.enter_context(_settings(server))
        yield server


def conduct(run_flow: Callable[[], object], server: Server | None, source: Path | str | None = None) -> Outcome:
    """Run the flow in a thread of its own, where Prefect may stall without holding us up, and return our outcome.

    ``source`` takes the place of the one that the flow's parameter names, which has no secrets in it.
    """
    ledger = Ledger(source)

    def attempt() -> None:
        problem: BaseException | None = None
        try:
            with keeping(ledger):
                run_flow()
        except BaseException as error:  # the ledger knows whose error it is
            problem = error
        ledger.end(problem)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(attempt,), name="publish_release", daemon=True)
    _lingering.set()
    thread.start()
    try:
        return ledger.wait(lambda: server is None or server.alive)
    finally:
        if ledger.is_settled and (server is None or server.alive):
            _close_books(thread)
        ledger.close()


def leave(code: int) -> NoReturn:
    """End the process with ``code``: at once where threads of Prefect would hold it up, else in the usual way."""
    if _lingering.is_set():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _close_books(thread: threading.Thread) -> None:
    """Let Prefect note the end of the run and send its events, for a bounded time, before the server stops."""
    thread.join(CLOSING_LIMIT)
    if thread.is_alive():
        return
    from prefect.events.worker import EventsWorker

    drained = EventsWorker.drain_all(timeout=DRAIN_LIMIT)
    if isinstance(drained, tuple) and not drained[1]:
        _lingering.clear()


@contextlib.contextmanager
def _stopping_on_sigterm(server: Server) -> Iterator[None]:
    """On SIGTERM stop the server and die of the signal as usual; leaves a handler of the user's in place."""

    def stop(number: int, _: FrameType | None) -> None:
        server.stop()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    is_ours = (
        threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def _prefect_environment(home: Path | None) -> Iterator[None]:
    """What Prefect must find when it is imported; ``home`` (None: as the user has it) is set for the import only."""
    for name, value in PRIVATE.items():
        os.environ.setdefault(name, value)
    before = os.environ.get("PREFECT_HOME")
    if home is None or before:
        yield
        return
    os.environ["PREFECT_HOME"] = str(home)
    try:
        yield
    finally:
        del os.environ["PREFECT_HOME"]


@contextlib.contextmanager
def _settings(server: Server | None) -> Iterator[None]:
    """Prefect's settings for this run; with a server of the user's only the heartbeat (1 s a flow) is changed."""
    from prefect.settings import (
        PREFECT_API_KEY,
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOGGING_TO_API_ENABLED,
        temporary_settings,
    )

    if server is None:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield
        return
    bypass_proxies()
    ours = {
        PREFECT_API_URL: server.url,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with temporary_settings(ours, restore_defaults={PREFECT_API_KEY}):
        yield


def _keep_log(path: Path, *, verbose: bool) -> None:
    """Send Prefect's own log (INFO) to a file, and to the terminal only when ``verbose``."""
    file = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, delay=True)
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    names = ("prefect", "prefect._internal", "EventsWorker", "APILogWorker")
    for logger in map(logging.getLogger, names):
        for handler in logger.handlers[:]:
            if isinstance(handler, logging.handlers.RotatingFileHandler) or not verbose:
                logger.removeHandler(handler)
        logger.addHandler(file)
        logger.propagate = verbose
