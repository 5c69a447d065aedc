"""Charts of a release as SVG: when its documents appeared, how long they are, what was found in them, its versions.

Each stands on its own: a title and a description in words for those who do not see it, colours that follow the
reader's choice of light or dark. The same facts give the same bytes; every text in them is escaped here, since the
library that writes the elements does not.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from pipelines.document import APPLIED
from pipelines.release import AnyTables, count_values

Bars = tuple[tuple[str, int], ...]
"""(label, count), in the order in which they are shown."""

LENGTHS = (100, 200, 400, 800, 1_600, 3_200)
"""Words at which a new bar of the chart of lengths begins."""

MONTHS = 36
"""Up to so many months the timeline has a bar for each, beyond that for each year."""

MOST_BARS = 120
MOST_VERSIONS = 24
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 280, 56, 44, 34
ROW = 24

STYLE = (
    ".ground{fill:#fff}text{font:12px system-ui,sans-serif;fill:#4a4f57}.title{font-size:15px;font-weight:600;"
    "fill:#1c1f24}.value{fill:#1c1f24}.line{stroke:#dfe2e7}.first{fill:#2b6a94}.second{fill:#a9c4d6}.end{text-anchor:end}"
    ".middle{text-anchor:middle}@media (prefers-color-scheme:dark){.ground{fill:#15171b}text{fill:#b4bac4}"
    ".title,.value{fill:#eceef1}.line{stroke:#343941}.first{fill:#7db8de}.second{fill:#3f6178}}"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the charts show. ``undated`` counts documents; ``classes`` has (artefact class, changed, noted)."""

    timeline: Bars
    undated: int
    lengths: Bars
    classes: tuple[tuple[str, int, int], ...]
    versions: Bars


def gather_facts(tables: AnyTables, versions: Iterable[tuple[str, int]]) -> Facts:
    """Count what the charts show; ``versions`` has the number of documents of each release, oldest first."""
    days = {day: count for (day,), count in count_values(tables, "documents", "published_date").items()}
    edges = np.array(LENGTHS)
    bins = np.zeros(len(LENGTHS) + 1, dtype=np.int64)
    for batch in tables.batches("documents", "word_count"):
        words = pc.fill_null(batch.column("word_count"), 0).to_numpy(zero_copy_only=False)
        bins += np.bincount(np.searchsorted(edges, words, side="right"), minlength=len(bins))
    applied: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    for (name, action), count in count_values(tables, "edits", "artefact_class", "action").items():
        (applied if action in APPLIED else noted)[name] += count
    names = sorted(applied | noted, key=lambda name: (-applied[name] - noted[name], name))
    return Facts(
        timeline=count_by_time({day: count for day, count in days.items() if day is not None}),
        undated=days.get(None, 0),
        lengths=tuple(zip(_length_labels(), map(int, bins), strict=True)),
        classes=tuple((name, applied[name], noted[name]) for name in names),
        versions=tuple(versions)[-MOST_VERSIONS:],
    )


class Periods:
    """The time between two days in equal parts: months, or where they lie further apart years, decades and so on."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first
        self._is_short = _month(last) - _month(first) < MONTHS
        self._step = next(step for step in (1, 10, 100, 1_000) if (last.year - first.year) // step < MOST_BARS)
        self.labels = self._label_months(last) if self._is_short else self._label_years(last)

    def find(self, day: date) -> int:
        """Return the place of the part that a day lies in."""
        if self._is_short:
            return _month(day) - _month(self.first)
        return day.year // self._step - self.first.year // self._step

    def _label_months(self, last: date) -> list[str]:
        months = range(_month(self.first), _month(last) + 1)
        return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in months]

    def _label_years(self, last: date) -> list[str]:
        step = self._step
        years = range(self.first.year // step * step, last.year + 1, step)
        return [str(year) if step == 1 else f"{year}–{year + step - 1}" for year in years]


def count_by_time(days: Mapping[date, int]) -> Bars:
    """Count by month, or where the days lie further apart by year, decade and so on; times without any are there."""
    if not days:
        return ()
    periods = Periods(min(days), max(days))
    counts = [0] * len(periods.labels)
    for day, count in days.items():
        counts[periods.find(day)] += count
    return tuple(zip(periods.labels, counts, strict=True))


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def draw_charts(facts: Facts) -> dict[str, str]:
    """Draw the charts; returns the SVG of each by the name of its file."""
    undated = f"; {facts.undated:,} without a date not shown" if facts.undated else ""
    return {
        "timeline.svg": _columns(f"Documents by date of publication{undated}", facts.timeline),
        "lengths.svg": _columns("Documents by length in words", facts.lengths),
        "classes.svg": _rows("Artefacts of every class", facts.classes),
        "versions.svg": _columns("Documents in each version", facts.versions),
    }


def _length_labels() -> list[str]:
    inner = [f"{low}–{high - 1}" for low, high in pairwise(LENGTHS)]
    return [f"under {LENGTHS[0]}", *inner, f"{LENGTHS[-1]} or more"]


def _columns(title: str, bars: Bars) -> str:
    """Draw upright bars, with as many labels below as have room."""
    import svg

    most = max((count for _, count in bars), default=0) or 1
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP - 12
    slot = (WIDTH - LEFT - 16) / max(1, len(bars))
    wide = min(slot * 0.72, 64)
    every = max(1, -int(-max((6.5 * len(label) + 8 for label, _ in bars), default=0) // max(1, int(slot))))
    shown: list[svg.Element] = []
    for part in sorted({0, most // 2, most}):
        y = round(floor - tall * part / most, 1)
        shown.append(svg.Line(class_=["line"], x1=LEFT, x2=WIDTH - 16, y1=y, y2=y))
        shown.append(svg.Text(class_=["end"], x=LEFT - 8, y=y + 4, text=f"{part:,}"))
    for number, (label, count) in enumerate(bars):
        middle = round(LEFT + slot * (number + 0.5), 1)
        high = round(tall * count / most, 1)
        x, y = round(middle - wide / 2, 1), round(floor - high, 1)
        shown.append(svg.Rect(class_=["first"], x=x, y=y, width=round(wide, 1), height=high))
        if number % every == 0:
            shown.append(svg.Text(class_=["middle"], x=middle, y=floor + 20, text=html.escape(label)))
        if len(bars) <= 12:
            shown.append(svg.Text(class_=["middle", "value"], x=middle, y=y - 5, text=f"{count:,}"))
    return _frame(title, [f"{label}: {count:,}" for label, count in bars], HEIGHT, shown)


def _rows(title: str, rows: Sequence[tuple[str, int, int]]) -> str:
    """Draw lying bars of two parts, a row for each class."""
    import svg

    most = max((changed + noted for _, changed, noted in rows), default=0) or 1
    names, room = 140, WIDTH - 140 - 130
    shown: list[svg.Element] = [
        svg.Rect(class_=["first"], x=WIDTH - 196, y=16, width=12, height=12),
        svg.Text(x=WIDTH - 178, y=26, text="changed"),
        svg.Rect(class_=["second"], x=WIDTH - 106, y=16, width=12, height=12),
        svg.Text(x=WIDTH - 88, y=26, text="only noted"),
    ]
    for number, (name, changed, noted) in enumerate(rows):
        y = TOP + 14 + number * ROW
        first, second = round(room * changed / most, 1), round(room * noted / most, 1)
        end = round(names + first + second + 8, 1)
        label = html.escape(name.replace("_", " "))
        shown.append(svg.Text(class_=["end"], x=names - 10, y=y + 12, text=label))
        shown.append(svg.Rect(class_=["first"], x=names, y=y, width=first, height=ROW - 8))
        shown.append(svg.Rect(class_=["second"], x=round(names + first, 1), y=y, width=second, height=ROW - 8))
        numbers = " + ".join(f"{count:,}" for count in (changed, noted) if count)
        shown.append(svg.Text(class_=["value"], x=end, y=y + 12, text=numbers))
    height = TOP + 14 + max(1, len(rows)) * ROW + 10
    words = [f"{name}: {changed:,} changed, {noted:,} noted" for name, changed, noted in rows]
    return _frame(title, words, height, shown)


def _frame(title: str, words: Sequence[str], height: int, shown: Sequence[object]) -> str:
    import svg

    said = "; ".join(words) if any(words) else "nothing to show"
    if not words:
        shown = [svg.Text(class_=["middle"], x=WIDTH / 2, y=height / 2, text="nothing to show")]
    picture = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, WIDTH, height),
        width=WIDTH,
        height=height,
        extra={"role": "img", "aria-labelledby": "title description"},
        elements=[
            svg.Title(id="title", text=html.escape(title)),
            svg.Desc(id="description", text=html.escape(said)),
            svg.Style(text=STYLE),
            svg.Rect(class_=["ground"], width=WIDTH, height=height),
            svg.Text(class_=["title"], x=16, y=26, text=html.escape(title)),
            *shown,  # type: ignore[list-item]
        ],
    )
    return f"{picture}\n"
