"""From moved spans to columns: the only reading that is done is of dates and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pipelines.dates import read_date, read_time
from pipelines.document import Fields

_LISTS = frozenset({"subtitles", "reporters", "editors", "photographers", "captions"})
_SINGLE = frozenset({"title", "dateline_place", "outlet"})

REMEMBERED = 1_000
"""Days and times as written that are remembered at most: texts of one week have the same."""


def read_fields(values: Iterable[tuple[str, str]], known_date: object = None) -> Fields:
    """Fill the columns from (column, value) pairs in raw order: the first readable one wins, lists keep each once.

    ``known_date`` is the day of publication where the record names it: it tells the year of a dateline.
    """
    found: dict[str, list[str]] = {}
    for column, value in values:
        found.setdefault(column, []).append(value)
    columns: dict[str, Any] = {}
    for column, those in found.items():
        if column in _LISTS:
            columns[column] = tuple(dict.fromkeys(those))
        elif column in _SINGLE:
            columns[column] = those[0]
    if "published_date" in found:
        columns["published_date"] = next(filter(None, map(_read_date, found["published_date"])), None)
    if "published_time" in found:
        columns["published_time"] = next(filter(None, map(_read_time, found["published_time"])), None)
    if "dateline_date" in found:
        published = known_date if isinstance(known_date, date) else columns.get("published_date")
        columns["dateline_date"] = _dateline_date(found["dateline_date"], published)
    return Fields(**columns)


_read_date = lru_cache(maxsize=REMEMBERED)(read_date)
_read_time = lru_cache(maxsize=REMEMBERED)(read_time)
_DAY = timedelta(days=1)


def _dateline_date(surfaces: Iterable[str], published: date | None) -> date | None:
    """Read the day of the dateline; where it names no year, the one that puts it next before the publication."""
    for surface in surfaces:
        day = _read_date(surface, published.year if published else None)
        if day and published and day > published + _DAY:
            day = _read_date(surface, published.year - 1) or day
        if day:
            return day
    return None
