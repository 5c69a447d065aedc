"""What a report says of a release as a whole: counts, rules with examples, terms over time and in their contexts.

duckdb counts, within a fixed memory; only integers are summed and every order is total, so that the facts are the same
in each run.
"""

# ruff: noqa: S608 - what is put into queries are constants of this module and paths, which are quoted

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import schemas
from pipelines import database
from pipelines.charts import Facts, Periods

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "128MB"
TABLES = ("documents", "edits", "terms", "rejects")
OUTLETS = 200
REJECTS = 1_000
EXAMPLES = 12
LINES = 100
"""Lines of the concordance of one term; of more, those that a hash picks."""

SHOWN = 300
"""Characters of an example."""

AROUND = 70
"""Characters of context on each side of a term."""


@contextmanager
def opened(folder: Path, scratch: Path) -> Iterator[DuckDBPyConnection]:
    """Open the tables of a release as views, with the place of each document in the list beside them."""
    with database.connect(MEMORY, scratch) as connection:
        for name in TABLES:
            paths = sorted((folder / name).glob("train-*.parquet"))
            names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{names}])")
        connection.execute(
            "CREATE TEMP TABLE places AS SELECT id, published_date AS day, word_count, "
            "row_number() OVER (ORDER BY published_date NULLS FIRST, id) - 1 AS place FROM documents"
        )
        yield connection


def overview(connection: DuckDBPyConnection, facts: Facts) -> dict[str, Any]:
    """Count what the first page shows."""
    words, places = _one(connection, "SELECT coalesce(sum(word_count), 0)::BIGINT, count(*) FROM documents")
    edits, applied = _one(connection, "SELECT count(*), count(*) FILTER (action <> 'annotate') FROM edits")
    days = _one(connection, "SELECT min(day)::VARCHAR, max(day)::VARCHAR FROM places")
    return {
        "documents": places,
        "words": words,
        "edits": edits,
        "applied": applied,
        "terms": _one(connection, "SELECT count(*) FROM terms")[0],
        "rejects": _one(connection, "SELECT count(*) FROM rejects")[0],
        "days": days,
        "timeline": facts.timeline,
        "undated": facts.undated,
        "lengths": facts.lengths,
        "classes": facts.classes,
        "versions": facts.versions,
        "outlets": _rows(
            connection,
            "SELECT outlet, count(*) FROM documents WHERE outlet IS NOT NULL GROUP BY outlet "
            f"ORDER BY count(*) DESC, outlet LIMIT {OUTLETS}",
        ),
        "years": _rows(
            connection,
            "SELECT year(day)::VARCHAR, count(*) FROM places WHERE day IS NOT NULL GROUP BY ALL ORDER BY 1",
        ),
        "languages": _rows(connection, "SELECT language, count(*) FROM documents GROUP BY 1 ORDER BY 2 DESC, 1"),
        "missing": _missing(connection, places),
        "reasons": _rows(connection, "SELECT stage, reason, count(*) FROM rejects GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"),
    }


def rejects(connection: DuckDBPyConnection) -> list[list[Any]]:
    """List the first rejects: source, stage, reason, detail, bytes."""
    return _rows(
        connection, f"SELECT source, stage, reason, detail, bytes FROM rejects ORDER BY 1, 2, 3, 4 LIMIT {REJECTS}"
    )


def rules(connection: DuckDBPyConnection, why: Mapping[str, str]) -> list[list[Any]]:
    """List the rules: id, class, why, changed, noted, documents, characters taken, findings that are not certain."""
    found = _rows(
        connection,
        "SELECT rule, array_to_string(list_sort(list(DISTINCT artefact_class)), ', '), "
        "count(*) FILTER (action <> 'annotate'), count(*) FILTER (action = 'annotate'), count(DISTINCT document_id), "
        "coalesce(sum(\"end\" - start) FILTER (action IN ('delete', 'move')), 0)::BIGINT, "
        "count(*) FILTER (confidence <> 'high') FROM edits GROUP BY rule ORDER BY count(*) DESC, rule",
    )
    return [[rule, kind, why.get(rule, ""), *numbers] for rule, kind, *numbers in found]


def rule_examples(connection: DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Gather for each rule its most frequent edits, and those to doubt first: the least certain, then the longest.

    Each is (before, after, suggestion, confidence, times, place of a document that has it).
    """
    shapes = ", ".join(f"left({name}, {SHOWN}) AS {name}" for name in ("before", "after", "suggestion"))
    counted = (
        f"SELECT rule, {shapes}, confidence, count(*) AS times, min(document_id) AS id FROM edits "
        f"WHERE length(before) <= {SHOWN} GROUP BY 1, 2, 3, 4, 5"
    )
    frequent = (
        f"SELECT * FROM ({counted}) QUALIFY row_number() OVER "
        f"(PARTITION BY rule ORDER BY times DESC, before, after, suggestion, confidence) <= {EXAMPLES}"
    )
    sure = "CASE confidence WHEN 'low' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END"
    doubtful = (
        f'SELECT rule, unnest(min({{sure: {sure}, size: start - "end", document_id: document_id, seq: seq}}, '
        f"{EXAMPLES}), recursive := true) FROM edits GROUP BY rule"
    )
    connection.execute(f"CREATE TEMP TABLE frequent AS {frequent}")
    connection.execute(f"CREATE TEMP TABLE doubtful AS {doubtful}")
    often = _grouped(
        connection,
        "SELECT rule, before, after, suggestion, confidence, times, place FROM frequent JOIN places USING (id) "
        "ORDER BY rule, times DESC, before, after, suggestion, confidence",
    )
    doubted = _grouped(
        connection,
        f"SELECT rule, {shapes}, confidence, 1, place FROM doubtful JOIN edits USING (rule, document_id, seq) "
        "JOIN places ON id = document_id ORDER BY rule, sure, size, document_id, seq",
    )
    return {rule: {"frequent": often.get(rule, []), "doubtful": rows} for rule, rows in doubted.items()}


def terms(connection: DuckDBPyConnection) -> list[list[Any]]:
    """List the terms: name, Chinese, canonical, domain, occurrences, documents, the most frequent renderings."""
    found = _rows(
        connection,
        "SELECT term, min(source_term), min(canonical), min(domain), count(*), count(DISTINCT document_id) "
        "FROM terms GROUP BY term ORDER BY count(*) DESC, term",
    )
    surfaces = _grouped(
        connection,
        "SELECT term, surface, count(*) FROM terms GROUP BY 1, 2 "
        "QUALIFY row_number() OVER (PARTITION BY term ORDER BY count(*) DESC, surface) <= 8 ORDER BY 1, 3 DESC, 2",
    )
    return [[*row, surfaces.get(row[0], [])] for row in found]


def periods(connection: DuckDBPyConnection) -> Periods | None:
    """The time that the documents span; None where none has a date."""
    first, last = _one(connection, "SELECT min(day), max(day) FROM places")
    return Periods(first, last) if first else None


def words_by_time(connection: DuckDBPyConnection, span: Periods) -> list[int]:
    """Count the words of the documents of each period."""
    months = (
        "SELECT date_trunc('month', day)::DATE, sum(word_count)::BIGINT FROM places WHERE day IS NOT NULL GROUP BY 1"
    )
    return _summed(_rows(connection, months), span)


def terms_by_time(connection: DuckDBPyConnection, span: Periods) -> dict[str, list[int]]:
    """Count the occurrences of each term in each period."""
    months = _grouped(
        connection,
        "SELECT term, date_trunc('month', day)::DATE, count(*) FROM terms JOIN places ON id = document_id "
        "WHERE day IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
    )
    return {term: _summed(rows, span) for term, rows in months.items()}


def choose_lines(connection: DuckDBPyConnection) -> dict[int, list[tuple[str, int, int]]]:
    """Choose the lines of the concordance: (term, start, end) in the text of the document at each place."""
    rows = _rows(
        connection,
        f"WITH last AS (SELECT term, list_max(min(hash(document_id, start), {LINES})) AS most "
        "FROM terms GROUP BY term) "
        'SELECT place, term, start, "end" FROM terms JOIN last USING (term) JOIN places ON id = document_id '
        'WHERE hash(document_id, start) <= most ORDER BY place, start, term, "end"',
    )
    lines: dict[int, list[tuple[str, int, int]]] = {}
    for place, *line in rows:
        lines.setdefault(place, []).append((line[0], line[1], line[2]))
    return lines


def show_line(text: str, start: int, end: int) -> list[str]:
    """Return what stands before a span of a text, the span, and what stands behind it."""
    return [text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND]]


def _missing(connection: DuckDBPyConnection, total: int) -> list[list[Any]]:
    """Count what is null or empty, in columns where that means that the text does not say it."""
    columns = [(name, str(kind)) for name, kind in _types() if name != "duplicate_group"]
    tests = {
        name: f'len("{name}") = 0' if kind.startswith("list") else f"coalesce({name}::VARCHAR, '') = ''"
        for name, kind in columns
    }
    tests["text"] = "word_count = 0"  # the same, and no text need be read
    counts = ", ".join(f"count(*) FILTER ({test})" for name, test in tests.items())
    found = _one(connection, f"SELECT {counts} FROM documents")
    return [[name, count, total] for (name, _), count in zip(columns, found, strict=True) if count]


def _types() -> list[tuple[str, Any]]:
    return [(field.name, field.type) for field in schemas.arrow_schema("documents")]


def _summed(rows: list[Any], span: Periods) -> list[int]:
    """Sum (first day of a month, count) by period; a month that begins before the first day belongs to the first."""
    counts = [0] * len(span.labels)
    for month, count in rows:
        counts[span.find(max(span.first, month))] += count
    return counts


def _one(connection: DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query).fetchone() or ()
    return row


def _rows(connection: DuckDBPyConnection, query: str) -> list[list[Any]]:
    return [list(row) for row in connection.execute(query).fetchall()]


def _grouped(connection: DuckDBPyConnection, query: str) -> dict[str, list[list[Any]]]:
    """Gather rows by their first column, which is left out."""
    groups: dict[str, list[list[Any]]] = {}
    for key, *row in _rows(connection, query):
        groups.setdefault(key, []).append(row)
    return groups
