"""Dates and times are read where they name a real day, and left alone where they do not."""

from datetime import date

import pytest

from pipelines.dates import read_date, read_time


@pytest.mark.parametrize(
    ("surface", "year", "day"),
    [
        ("2024-05-01", None, date(2024, 5, 1)),
        ("2024年5月1日", None, date(2024, 5, 1)),
        ("April 25", 2025, date(2025, 4, 25)),
        ("25 April 2025", None, date(2025, 4, 25)),
        ("Nov. 3rd, 2020", None, date(2020, 11, 3)),
        ("April 25", None, None),
        ("0000-00-00", None, None),
        ("2023-02-30", None, None),
    ],
)
def test_dates(surface: str, year: int | None, day: date | None) -> None:
    assert read_date(surface, year) == day


@pytest.mark.parametrize(
    ("surface", "clock"),
    [
        ("8:49", "08:49"),
        ("09:53 PM", "21:53"),
        ("12:05 am", "00:05"),
        ("23:59:59", "23:59:59"),
        ("24:00", None),
        ("noon", None),
    ],
)
def test_times(surface: str, clock: str | None) -> None:
    assert read_time(surface) == clock
