"""From moved spans to columns: the only reading that is done is of dates and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from pipelines.dates import read_date, read_time
from pipelines.document import Fields

REMEMBERED = 1_000
"""Days as written that are remembered at most: texts of one week have the same."""


def read_fields(values: Iterable[tuple[str, str]], known_date: object = None) -> Fields:
    """Fill the columns from (column, value) pairs in raw order: the first readable one wins, lists keep each once.

    ``known_date`` is the day of publication where the record names it: it tells the year of a dateline.
    """
    found: dict[str, list[str]] = {}
    for column, value in values:
        found.setdefault(column, []).append(value)
    published = _first_date(found.get("published_date", ()))
    return Fields(
        title=found.get("title", [""])[0],
        subtitles=_each(found, "subtitles"),
        published_date=published,
        published_time=next((t for v in found.get("published_time", ()) if (t := read_time(v))), None),
        dateline_place=_first(found, "dateline_place"),
        dateline_date=_dateline_date(
            found.get("dateline_date", ()), known_date if isinstance(known_date, date) else published
        ),
        outlet=_first(found, "outlet"),
        reporters=_each(found, "reporters"),
        editors=_each(found, "editors"),
        photographers=_each(found, "photographers"),
        captions=_each(found, "captions"),
    )


def _first(found: dict[str, list[str]], column: str) -> str | None:
    return found[column][0] if column in found else None


def _each(found: dict[str, list[str]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[column])) if column in found else ()


def _first_date(surfaces: Iterable[str]) -> date | None:
    return next((d for s in surfaces if (d := _read_date(s))), None)


_read_date = lru_cache(maxsize=REMEMBERED)(read_date)


def _dateline_date(surfaces: Iterable[str], published: date | None) -> date | None:
    """Read the day of the dateline; where it names no year, the one that puts it next before the publication."""
    for surface in surfaces:
        day = _read_date(surface, published.year if published else None)
        if day and published and day > published + timedelta(days=1):
            day = _read_date(surface, published.year - 1) or day
        if day:
            return day
    return None
