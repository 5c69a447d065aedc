"""How far a run is: one redrawn bar on a terminal, one plain line per stage otherwise; always on stderr."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pipelines.cli.output import on_terminal, print_note

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Display:
    """Shows the stages of a run, as a context manager; ``show`` is the listener that a run reports to."""

    def __init__(self, first: str, *, is_quiet: bool = False) -> None:
        """Prepare; ``first`` stands on the bar until the first stage reports; when quiet nothing is ever shown."""
        self._first = first
        self._is_quiet = is_quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._since = time.monotonic()

    def __enter__(self) -> Display:
        """Start the bar where there is a terminal to draw it on."""
        if not self._is_quiet and on_terminal():
            self._bar = _make_bar()
            self._bar.start()
            self.show(self._first, 0)
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def show(self, stage: str, done: int, total: int | None = None) -> None:
        """Show that ``done`` of ``total`` inputs (None: not counted) are through a stage."""
        if self._is_quiet:
            return
        is_new = stage != self._stage
        self._stage = stage
        if self._bar is None:
            if is_new:
                print_note(f"{time.monotonic() - self._since:6.1f} s  {stage}")
            return
        if is_new:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(stage, total=total, count="")
        if self._task is not None:
            count = f"{done:,}/{total:,}" if total else ""
            self._bar.update(self._task, completed=done, total=total, count=count)


def _make_bar() -> Bar:
    """Build the bar; its colours follow NO_COLOR, and a stage's name is never read as markup."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[count]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
