"""How far a run is: one redrawn line on a terminal, plain lines otherwise; always on stderr."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from pipelines.cli.output import on_terminal, print_note

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

INTERVAL = 15.0
"""Seconds after which a stage that goes on gets another plain line."""


class Display:
    """Shows the stages of a run, as a context manager; ``show`` is the listener that a run reports to."""

    def __init__(self, first: str, *, is_quiet: bool = False) -> None:
        """Prepare; ``first`` is shown until the first stage reports; when quiet nothing is ever shown."""
        self._first = first
        self._is_quiet = is_quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._since = self._told = time.monotonic()
        self._pace = Pace()

    def __enter__(self) -> Display:
        """Begin to show; the line is redrawn where there is a terminal to draw it on."""
        if not self._is_quiet and on_terminal():
            self._bar = _make_bar()
            self._bar.start()
        self.show(self._first, 0)
        return self

    def __exit__(self, *_: object) -> None:
        """Take the redrawn line away."""
        if self._bar is not None:
            self._bar.stop()

    def show(self, stage: str, done: int, total: int | None = None) -> None:
        """Show that ``done`` of ``total`` bytes (None: not counted) are through a stage."""
        if self._is_quiet:
            return
        is_new = stage != self._stage
        self._stage = stage
        if is_new:
            self._pace = Pace()
        self._pace.note(done, total)
        if self._bar is None:
            self._print(is_new=is_new)
            return
        if is_new:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=total, pace=self._pace)
        if self._task is not None:  # never quite done: the line stands still once it is, and its clock with it
            self._bar.update(self._task, completed=min(done, (total or done + 1) - 1), total=total)

    def _print(self, *, is_new: bool) -> None:
        now = time.monotonic()
        if is_new or now - self._told >= INTERVAL:
            self._told = now
            far = f": {self._pace}" if self._pace.is_counted else ""
            print_note(f"{now - self._since:.1f} s  {self._stage}{far}")


class Pace:
    """How much of a stage is done, how fast it goes on the whole, and how long the rest takes if it goes on so."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._since = self._at = time.monotonic()
        self._done, self._total = 0, 0

    @property
    def is_counted(self) -> bool:
        """Whether the stage has said how much there is to do."""
        return self._total > 0

    def note(self, done: int, total: int | None) -> None:
        """Note that so many bytes are through."""
        self._done, self._total, self._at = done, total or 0, time.monotonic()

    def __str__(self) -> str:
        """Say it in at most 40 columns; a stage that does not count says how long it has been at work."""
        now = time.monotonic()
        if not self.is_counted:
            return _clock(now - self._since)
        unit, size = _unit(self._total)
        total = f"{self._total / size:,.1f}"
        far = f"{self._done / size:{len(total)},.1f}/{total} {unit}"
        if not self._done or self._at == self._since:
            return f"{far}  {_clock(now - self._since)}"
        rate = self._done / (self._at - self._since)
        left = max((self._total - self._done) / rate - (now - self._at), 0)
        unit, size = _unit(rate)
        return f"{far}  {rate / size:,.1f} {unit}/s  {_clock(left)} left"


def _unit(count: float) -> tuple[str, float]:
    return ("MB", 1e6) if count >= 1e6 else ("kB", 1e3)


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds)))


def _make_bar() -> Bar:
    """Build the bar; its colours follow NO_COLOR, and a stage's name is never read as markup."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[pace]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
