"""What our own stages have done, whatever Prefect makes of it.

Prefect runs the flow in a thread of its own and may stall there for minutes when its server dies. The ledger is how
the main thread knows the truth: the outcome and the exit code come from here, never from the state of a flow run.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import INTERNAL, CorpusError
from pipelines.flows import progress
from pipelines.ingest import hide_secrets

if TYPE_CHECKING:
    from pipelines.publish import Outcome

STALL_LIMIT = 120.0
"""Seconds that Prefect may take before the first stage and between two stages."""

CLOSING_LIMIT = 10.0
"""Seconds that Prefect may take to close its books once our outcome is known."""


class Ledger:
    """The record of one run: which stage is at work, and the outcome or the error in the end."""

    def __init__(self, source: Path | str | None = None) -> None:
        """Open the ledger; no stage has begun. ``source`` is the one that is read, with the secrets of its URL.

        ``seconds`` says of each stage that has begun how long it took; ``rejects`` are those of a run that failed.
        """
        self.source = source
        self.seconds: dict[str, float] = {}
        self.rejects: list[Mapping[str, Any]] = []
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._idle_since: float | None = time.monotonic()
        self._is_closed = False
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the outcome or the error is known."""
        return self._settled.is_set()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Note that a stage is at work, and keep its error; refuses to begin when the run has been given up."""
        with self._lock:
            if self._is_closed:
                raise RuntimeError(f"the run was given up before the stage {name}")
            self._idle_since = None
        begin = time.monotonic()
        try:
            progress.report(name, 0)
            yield
        except BaseException as error:
            self._error = error
            self._settled.set()
            _raise_without_secrets(error)
            raise
        finally:
            self._idle_since = time.monotonic()
            self.seconds[name] = self._idle_since - begin

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, where it is known."""
        return self._outcome

    def settle(self, outcome: Outcome) -> None:
        """Note the outcome: our own work is done."""
        self._outcome = outcome
        self._settled.set()

    def end(self, error: BaseException | None) -> None:
        """Note that the flow has returned; ``error`` is Prefect's and counts only if no stage came to an end."""
        if not self._settled.is_set():
            self._error = _no_run(f"{type(error).__name__}: {error}") if error else None
            self._settled.set()

    def close(self) -> bool:
        """Give the run up unless a stage is at work; no stage begins after that."""
        with self._lock:
            self._is_closed = self._idle_since is not None
            return self._is_closed

    def wait(self, server_is_alive: Callable[[], bool]) -> Outcome:
        """Return our outcome or raise our error as soon as it is known; raises CorpusError where Prefect stalls."""
        while not self._settled.wait(1.0):
            idle_since = self._idle_since
            if idle_since is None:
                continue
            idle = time.monotonic() - idle_since
            limit = STALL_LIMIT if server_is_alive() else CLOSING_LIMIT
            if idle > limit and self.close():
                raise _no_run(f"no answer for {idle:.0f} seconds")
        if self._outcome is None:
            raise self._error or _no_run("the flow ended without an outcome")
        return self._outcome


def _raise_without_secrets(error: BaseException) -> None:
    """Raise another error in place of one whose text names a secret: Prefect writes it down and sends it away."""
    at: BaseException | None = error
    while at is not None:
        if hide_secrets(str(at)) != str(at):
            raise RuntimeError(hide_secrets(f"{type(error).__name__}: {error}")) from None
        at = at.__cause__ or at.__context__


def _no_run(reason: str) -> CorpusError:
    return CorpusError(
        f"Prefect could not run the flow ({' '.join(reason.split())}); nothing was published: run again, or check the "
        "server that PREFECT_API_URL names",
        INTERNAL,
    )


_current: ContextVar[Ledger] = ContextVar("ledger")


@contextlib.contextmanager
def keeping(ledger: Ledger) -> Iterator[None]:
    """Make ``ledger`` the one that the stages inside write to."""
    token = _current.set(ledger)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Ledger:
    """The ledger of the run that this thread belongs to; a new one where there is none."""
    return given() or Ledger()


def given() -> Ledger | None:
    """The ledger of the run that this thread belongs to; None where Prefect itself has started the flow."""
    return _current.get(None)
