"""Dates and times as news texts write them: patterns to find them, and the reading of what was found."""

from __future__ import annotations

import re
from datetime import date

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec",
)  # fmt: skip

MONTH = "(?:" + "|".join(f"{m}\\.?" for m in sorted(MONTHS, key=len, reverse=True)) + ")"
_DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th))?"
_YEAR = r"(?:19|20)\d{2}"

_NAMED_YEAR = rf"(?:(?:,|,?[ \u00a0-]){_YEAR})?"
MONTH_DAY = (
    rf"(?:{MONTH}[ \u00a0]{_DAY}(?:(?:,|,?[ \u00a0]){_YEAR})?|(?<![\d:]){_DAY}[ \u00a0-]{MONTH}{_NAMED_YEAR})(?!\d)"
)
"""A day by the name of its month, with or without a year; matched without regard to case."""

ISO_DATE = (
    r"(?:(?:19|20)\d{2}(?:[-/.年]| (?=\d{1,2}/\d))\d{1,2}[-/.月]\d{1,2}日?"
    r"|(?<![\d-])[01]\d-[0-3]\d (?:19|20)\d{2}(?= [0-2]?\d:\d))(?!\d)"
)
CLOCK = r"(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)(?:\s?[AaPp]\.?[Mm](?!\w)\.?)?"

NOON = 12
_ISO = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_YEAR_BELOW = re.compile(r"(\d\d)-(\d\d) (\d{4})")
"""Chinese apps set the year below the day or behind it, and never the day before the month."""
_FIGURES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
MOST_MONTHS = 12
"""Beyond it a number is a day; two numbers that could both be months say neither."""
_NAMED = re.compile(rf"(?P<month>{MONTH})|(?P<year>{_YEAR})|(?P<day>\d{{1,2}})", re.IGNORECASE)


def read_date(surface: str, year: int | None = None) -> date | None:
    """Read a date; one without a year takes ``year``. None where the text does not name an existing day."""
    iso = _ISO.search(surface)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    below = _YEAR_BELOW.search(surface)
    if below:
        return _day(int(below[3]), int(below[1]), int(below[2]))
    figures = _FIGURES.fullmatch(surface.strip())
    if figures:
        low, high = sorted((int(figures[1]), int(figures[2])))
        return _day(int(figures[3]), low, high) if high > MOST_MONTHS or low == high else None
    found = {m.lastgroup: m.group() for m in reversed(list(_NAMED.finditer(surface)))}
    month = found.get("month", "").lower()[:3]
    number = [m[:3] for m in MONTHS[:12]].index(month) + 1 if month else 0
    named_year = int(found["year"]) if "year" in found else year
    if not (number and "day" in found and named_year):
        return None
    return _day(named_year, number, int(found["day"]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_time(surface: str) -> str | None:
    """Read a clock time as ``HH:MM`` or ``HH:MM:SS``; the text names no time zone, hence neither do we."""
    clock = re.search(CLOCK, surface)
    if clock is None:
        return None
    digits = clock.group().rstrip("AaPpMm. ")
    hour, _, rest = digits.partition(":")
    half = clock.group()[len(digits) :].strip().lower()
    late = 12 if half.startswith("p") and int(hour) < NOON else 0
    early = 12 if half.startswith("a") and int(hour) == NOON else 0
    return f"{int(hour) + late - early:02}:{rest}"
