"""What a record says about itself beside its text: it goes before what is read in the text, and a difference is noted.

A page's own metadata (``is_fallback``) only stands in for what the text lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from pipelines.dates import read_date
from pipelines.document import Edit, Fields, RawText, in_order

RULE = "record-metadata"
WHY = "The record itself names another value than its text does; the record's is published."

Value = str | date


def known_columns(raw: RawText) -> dict[str, Value]:
    """Read the columns that a record fills; a date that names no day, and what is blank, says nothing."""
    found: dict[str, Value] = {}
    for column, text in raw.metadata:
        value: Value | None = read_date(text) if column == "published_date" else text.strip()
        if value and column in {"title", "published_date", "outlet"}:
            found[column] = value
    return found


def with_metadata(raw: RawText, fields: Fields, edits: tuple[Edit, ...]) -> tuple[Fields, tuple[Edit, ...]]:
    """Return the fields with the record's own values, and the edits with a note wherever the text says otherwise."""
    known = known_columns(raw)
    if raw.is_fallback:
        known = {column: value for column, value in known.items() if not getattr(fields, column)}
    if not known:
        return fields, edits
    notes = list(_differences(fields, known, edits))
    filled = replace(fields, **known)  # type: ignore[arg-type]  # the columns are checked in known_columns
    return filled, tuple(in_order([*edits, *notes])) if notes else edits


def _differences(fields: Fields, known: dict[str, Value], edits: Iterable[Edit]) -> Iterator[Edit]:
    """Point at the place in the text that gave another value."""
    moves = {edit.field: edit for edit in reversed(list(edits)) if edit.action == "move"}
    for column, value in known.items():
        if getattr(fields, column) not in (None, "", value) and column in moves:
            move = moves[column]
            yield Edit(
                move.start,
                move.end,
                RULE,
                "header",
                "annotate",
                move.before,
                suggestion=str(value),
                confidence="medium",
            )
