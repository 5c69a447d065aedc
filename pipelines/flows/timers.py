"""When the next run is due: at an interval, by a cron expression, or when the source has changed.

Each timer waits for one run at a time. A time that passes while a run is at work is skipped; one that passes while the
machine sleeps is made up for once, however many there were.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from pipelines.errors import USAGE, CorpusError
from pipelines.flows.watch import stamp
from pipelines.ingest import show_source
from pipelines.urls import is_url

Pause = Callable[[float], bool]
"""Waits so many seconds and returns False, or returns True at once when the service is to end."""

SLICE = 20.0
"""Seconds after which the clock of the wall is looked at again: it jumps when a machine wakes up or is set right."""

POLL, POLL_REMOTE = 1.0, 30.0
"""Seconds between two looks at a source that is watched, local or behind a URL."""

AGAIN, AGAIN_AT_MOST = 30.0, 3600.0
"""Seconds before a failed run of a watched source is tried again: twice as many after each failure, up to a limit."""


class Timer(Protocol):
    """Tells when the next run is due."""

    def describe(self) -> str:
        """Say when it runs, in words."""

    def wait(self, pause: Pause) -> bool:
        """Return True when a run is due, False when the service is to end."""

    def hear(self, *, may_pass: bool) -> None:
        """Hear how the run ended: whether it failed in a way that may pass by itself."""


def parse_zone(name: str) -> ZoneInfo:
    """Return the time zone of that name (``Europe/Berlin``); CorpusError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CorpusError(
            f"--timezone {name}: no such time zone; give a name such as UTC, Europe/Berlin or Asia/Shanghai", USAGE
        ) from None


@dataclass
class Interval:
    """A run at once, and then one every so many seconds, counted from the first; a run that takes longer skips some."""

    seconds: float
    _due: float | None = field(default=None, init=False)

    def describe(self) -> str:
        """Say how often."""
        return f"every {self.seconds:g} seconds"

    def wait(self, pause: Pause) -> bool:
        """Wait for the next multiple of the interval that has not passed."""
        now = time.monotonic()
        if self._due is None:
            self._due = now
            return not pause(0)
        self._due += (int((now - self._due) // self.seconds) + 1) * self.seconds
        return not pause(self._due - now)

    def hear(self, *, may_pass: bool) -> None:
        """Do nothing: the next run comes in any case."""


@dataclass
class Cron:
    """Runs at the times of a cron expression of five fields, as they are read off a clock in ``zone``."""

    expression: str
    zone: ZoneInfo
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Raise CorpusError where the expression is none, or never falls due."""
        self.following(self.clock())

    def describe(self) -> str:
        """Say by which expression, where, and when that is next."""
        following = self.following(self.clock())
        return f"by cron “{self.expression}” ({self.zone.key}), next at {following:%Y-%m-%d %H:%M %Z}"

    def following(self, now: datetime) -> datetime:
        """Return the first due time after ``now``. A time that the clocks skip is made up for, one that they show
        twice counts once, where the expression names an hour.
        """
        from cronsim import CronSim, CronSimError

        try:
            if len(self.expression.split()) != 5:
                raise CronSimError("not five fields")
            found: datetime = next(CronSim(self.expression, now.astimezone(self.zone)))
        except (CronSimError, StopIteration) as error:
            raise CorpusError(
                f"--cron {self.expression!r}: {str(error) or 'it never falls due'}; give five fields: minute, hour, "
                'day, month, weekday, as in "0 3 * * *"',
                USAGE,
            ) from None
        return found

    def wait(self, pause: Pause) -> bool:
        """Wait for the next due time by the clock of the wall."""
        due = self.following(self.clock())
        while (left := (due - self.clock()).total_seconds()) > 0:
            if pause(min(left, SLICE)):
                return False
        return not pause(0)

    def hear(self, *, may_pass: bool) -> None:
        """Do nothing: the next run comes in any case."""


@dataclass
class Watch:
    """A run when the source is other than the last run saw it, and has stayed as it is for ``quiet`` seconds.

    One that failed in a way that may pass is tried again after growing pauses, also where nothing has changed.
    """

    source: Path | str
    quiet: float
    say: Callable[[str], None]
    _done: str | None = field(default=None, init=False)
    _again: float = field(default=math.inf, init=False)
    _pause: float = field(default=0.0, init=False)

    def describe(self) -> str:
        """Say what is watched."""
        return f"when {show_source(self.source)} has changed and been quiet for {self.quiet:g} seconds"

    def wait(self, pause: Pause) -> bool:
        """Look at the source until a run is due; what cannot be listed now is looked at again later, and told once."""
        poll = min(POLL_REMOTE if is_url(self.source) else POLL, max(self.quiet, 0.1))
        seen: str | None = None
        since, problem = time.monotonic(), ""
        while not pause(0):
            look, told = self._look()
            now = look or seen
            if told and told != problem:
                self.say(f"cannot look at the source: {told}")
            problem = told
            if now != seen:
                seen, since = now, time.monotonic()
            is_wanted = seen is not None and (seen != self._done or time.monotonic() >= self._again)
            if is_wanted and not told and time.monotonic() - since >= self.quiet:
                self._done, self._again = seen, math.inf
                return True
            if pause(poll):
                return False
        return False

    def hear(self, *, may_pass: bool) -> None:
        """Plan another attempt where the failure may pass; else only a change of the source calls for the next run."""
        if not may_pass:
            self._pause = 0.0
            return
        self._pause = min(2 * self._pause, AGAIN_AT_MOST) or AGAIN
        self._again = time.monotonic() + self._pause
        self.say(f"the run is tried again in {self._pause:g} seconds, or when the source changes")

    def _look(self) -> tuple[str, str]:
        """Return the stamp of the source, or nothing and why."""
        try:
            return stamp(self.source), ""
        except CorpusError as error:
            return "", str(error)
