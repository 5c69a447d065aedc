"""Progress out of the stages; knows neither Prefect nor any display.

A display gives ``run_publish`` a function of (stage, done, total). It is called from the thread that runs the flow: at
the begin of each stage, and within a stage at most every ``INTERVAL`` seconds and at its end.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

STAGES = ("ingest", "refine", "merge", "publish")
"""The stages of a run in order, as a listener hears of them (refine parses, cleans and validates)."""

INTERVAL = 0.1
LOG_INTERVAL = 15.0

Listener = Callable[[str, int, int | None], None]
"""Takes a stage, how many bytes of raw text are through it, and of how many (None where a stage does not count)."""


class _Hook:
    """A listener that is spared a flood of calls; what it raises must never harm the run."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._next = 0.0

    def send(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if done in (0, total) or now >= self._next:
            self._next = now + INTERVAL
            with contextlib.suppress(Exception):
                self._listener(stage, done, total)


_hook: ContextVar[_Hook | None] = ContextVar("progress_hook", default=None)


@contextlib.contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Send the progress of everything that runs inside to ``listener``."""
    token = _hook.set(_Hook(listener) if listener else None)
    try:
        yield
    finally:
        _hook.reset(token)


def report(stage: str, done: int, total: int | None = None) -> None:
    """Say that ``done`` of ``total`` bytes have been through the stage; cheap enough for every document."""
    if (hook := _hook.get()) is not None:
        hook.send(stage, done, total)


class Telling:
    """Reports a stage to the display, and now and then to the log of the run, whose lines are not for nothing."""

    def __init__(self, stage: str, log: Callable[[str], None]) -> None:
        """Begin; the first line is due after ``LOG_INTERVAL`` seconds."""
        self._stage, self._log = stage, log
        self._next = time.monotonic() + LOG_INTERVAL

    def __call__(self, done: int, total: int) -> None:
        """Say that so many bytes are through the stage."""
        report(self._stage, done, total)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOG_INTERVAL
            self._log(f"{self._stage}: {done / 1e6:,.1f} of {total / 1e6:,.1f} MB")
