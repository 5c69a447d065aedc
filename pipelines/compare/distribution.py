r"""How two releases are distributed, side by side, and what moved more than chance would move it.

Shares are held against each other by the two-proportion z test, rates of edits by the test of two Poisson counts,
lengths by the share of new documents that are no longer than a quantile of the old ones. A row is marked as notable
where \|z\| > 3. The tests take the two sides for independent draws; releases share most of their documents, which
makes chance smaller than that, so that what is marked has moved and only small moves go unmarked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import pyarrow as pa

from pipelines.compare.engine import Engine, name

LIMIT = 3.0
"""Standard errors beyond which a move is more than noise."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
SHOWN = 40
"""Rows of one measure; the smallest ones beyond that are put together as ``other``."""

COMPLETE = frozenset({"id", "source", "raw_sha256", "text_sha256", "row_sha256", "duplicate_group", "word_count"})
"""Columns that are never missing, or for which missing is no lack."""

UNKNOWN = "unknown"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a measure on both sides.

    Of ``year``, ``outlet``, ``missing`` and ``rejects`` the numbers are counts; of ``words`` quantiles of the words a
    document; of ``artefacts`` the edits of each class, whichever it is, per 1,000 words. ``z`` is how many standard
    errors the share or rate moved.
    """

    measure: str
    value: str
    old: float
    new: float
    z: float

    @property
    def is_notable(self) -> bool:
        """True where it moved more than noise."""
        return abs(self.z) > LIMIT


def find_distribution(engine: Engine) -> list[Row]:
    """Measure both sides: documents by year and outlet, length, missing values, artefacts by class, rejects."""
    # Plain files may have columns of these names that mean something else.
    shared = set(engine.shared_columns("documents")) if engine.new.row_hash else set()
    totals = engine.count("old", "documents"), engine.count("new", "documents")
    rows: list[Row] = []
    if "published_date" in shared:
        rows += _by_value(engine, "year", "documents", "CAST(year(published_date) AS VARCHAR)", totals)
    if "outlet" in shared:
        rows += _by_value(engine, "outlet", "documents", "outlet", totals)
    if "word_count" in shared:
        rows += _lengths(engine, totals)
    rows += _missing(engine, totals, has_words="word_count" in shared)
    if "word_count" in shared and engine.has("edits"):
        rows += _artefacts(engine)
    if engine.has("rejects"):
        inputs = [total + engine.count(word, "rejects") for word, total in zip(("old", "new"), totals, strict=True)]
        rows += _by_value(engine, "rejects", "rejects", "reason", (inputs[0], inputs[1]))
    return rows


def proportions_z(old: float, old_total: float, new: float, new_total: float) -> float:
    """Return how many standard errors two shares are apart, with the sign of the move; 0 where that has no meaning."""
    if not old_total or not new_total:
        return 0.0
    pooled = (old + new) / (old_total + new_total)
    error = sqrt(max(0.0, pooled * (1 - pooled)) * (1 / old_total + 1 / new_total))
    return (new / new_total - old / old_total) / error if error else 0.0


def rates_z(old: float, old_exposure: float, new: float, new_exposure: float) -> float:
    """Return how many standard errors two rates of events are apart, with the sign of the move."""
    if not old_exposure or not new_exposure or not old + new:
        return 0.0
    pooled = (old + new) / (old_exposure + new_exposure)
    return (new / new_exposure - old / old_exposure) / sqrt(pooled * (1 / old_exposure + 1 / new_exposure))


def format_row(row: Mapping[str, Any], totals: tuple[int, int]) -> tuple[str, str]:
    """Write the two numbers of a row as people read them: counts of documents with their share."""
    if row["measure"] in {"words", "rejects"}:
        return f"{row['old']:,}", f"{row['new']:,}"
    if row["measure"] == "artefacts":
        return f"{row['old']:.2f}", f"{row['new']:.2f}"
    shares = (count / total if total else 0.0 for count, total in zip((row["old"], row["new"]), totals, strict=True))
    old, new = (f"{count:,} ({share:.1%})" for count, share in zip((row["old"], row["new"]), shares, strict=True))
    return old, new


def _by_value(engine: Engine, measure: str, table: str, value: str, totals: tuple[int, int]) -> Iterator[Row]:
    counts = [dict(engine.rows(f"SELECT {value}, count(*) FROM {word}_{table} GROUP BY 1")) for word in ("old", "new")]
    named = [{UNKNOWN if key is None else str(key): count for key, count in side.items()} for side in counts]
    for key, old, new in _shortened(named[0], named[1], by_key=measure == "year"):
        yield Row(measure, key, old, new, proportions_z(old, totals[0], new, totals[1]))


def _shortened(
    old: Mapping[str, int], new: Mapping[str, int], *, by_key: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Pair the counts of both sides, the commonest first (or by key), and put what is rare together."""
    ranked = sorted(old.keys() | new.keys(), key=lambda key: (-max(old.get(key, 0), new.get(key, 0)), key))
    kept, rest = ranked[:SHOWN], ranked[SHOWN:]
    for key in sorted(kept) if by_key else kept:
        yield key, old.get(key, 0), new.get(key, 0)
    if rest:
        yield OTHER, sum(old.get(key, 0) for key in rest), sum(new.get(key, 0) for key in rest)


def _lengths(engine: Engine, totals: tuple[int, int]) -> Iterator[Row]:
    if not all(totals):
        return
    wanted = ", ".join(f"quantile_disc(word_count, {q})" for q in QUANTILES)
    old, new = (engine.one(f"SELECT {wanted} FROM {word}_documents") for word in ("old", "new"))
    within = [_count_within(engine, word, old) for word in ("old", "new")]
    for i, quantile in enumerate(QUANTILES):
        # Longer documents leave fewer of the new ones within the old quantile: hence the sign.
        z = -proportions_z(within[0][i], totals[0], within[1][i], totals[1])
        label = "median" if quantile == 0.5 else f"{quantile:.0%} have at most"
        yield Row("words", label, old[i], new[i], z)


def _count_within(engine: Engine, word: str, limits: Sequence[int]) -> tuple[int, ...]:
    counted = ", ".join(f"count(*) FILTER (word_count <= {limit})" for limit in limits)
    return engine.one(f"SELECT {counted} FROM {word}_documents")


def _missing(engine: Engine, totals: tuple[int, int], *, has_words: bool) -> Iterator[Row]:
    """Count what is null or empty in the columns that both sides have."""
    schema = engine.new.schema("documents")
    columns = [c for c in engine.shared_columns("documents") if c not in COMPLETE and c != engine.new.key]
    if not columns:
        return
    tests = ", ".join(f"count(*) FILTER ({_is_missing(c, schema.field(c).type, has_words=has_words)})" for c in columns)
    old, new = (engine.one(f"SELECT {tests} FROM {word}_documents") for word in ("old", "new"))
    for column, was, now in zip(columns, old, new, strict=True):
        if was or now:
            yield Row("missing", column, was, now, proportions_z(was, totals[0], now, totals[1]))


def _is_missing(column: str, kind: pa.DataType, *, has_words: bool) -> str:
    if column == "text" and has_words:
        return "word_count = 0"  # texts are most of a release and need not be read for this
    quoted = name(column)
    if pa.types.is_list(kind):
        return f"coalesce(len({quoted}), 0) = 0"
    return f"coalesce({quoted}, '') = ''" if pa.types.is_string(kind) else f"{quoted} IS NULL"


def _artefacts(engine: Engine) -> Iterator[Row]:
    words = [(engine.one(f"SELECT sum(word_count) FROM {word}_documents")[0] or 0) / 1000 for word in ("old", "new")]
    counts = [
        dict(engine.rows(f"SELECT artefact_class, count(*) FROM {word}_edits GROUP BY 1")) for word in ("old", "new")
    ]
    for key, old, new in _shortened(*counts):
        rates = [count / exposure if exposure else 0.0 for count, exposure in zip((old, new), words, strict=True)]
        yield Row("artefacts", key, round(rates[0], 3), round(rates[1], 3), rates_z(old, words[0], new, words[1]))
