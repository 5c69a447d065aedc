"""What a record says about itself beside its text: it goes before what is read in the text, and a difference is noted.

A page's own metadata (``is_fallback``) only stands in for what the text lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pipelines.dates import read_date
from pipelines.document import Edit, Fields, RawText, in_order

RULE = "record-metadata"
WHY = "The record itself names another value than its text does; the record's is published."

Value = str | date | tuple[str, ...]

LONGEST_LIST, LONGEST_NAME, MOST_WORDS = 2_000, 80, 8
_BETWEEN = re.compile(r"\s*(?:[,，、/|&]|\band\b|\s与\s|\s和\s)\s*", re.IGNORECASE)
_SURE = re.compile(r"\s*[;；]\s*")
"""What parts names wherever it stands: with it a comma is part of a name (``Smith, John; Doe, Jane``)."""

_LABEL = re.compile(
    r"\s*(?:(?:written |reported )?by\b|(?:reporters?|authors?|correspondents?)\b|记者|記者|作者)[\s:：]*", re.I
)
_ADDRESS = re.compile(r"[^\s@,;]{1,100}@\S*|https?:\S*|www\.\S*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\d|@|\b(?:xinhua|agency|daily|news|times|online|staff|admin|editorial|bureau|office)\b|[社网報报]$",
    re.IGNORECASE,
)
"""Numbers, and the papers and desks that crawlers write where the author should stand."""


def known_columns(raw: RawText) -> dict[str, Value]:
    """Read the columns that a record fills; a date that names no day, and what is blank, says nothing."""
    found: dict[str, Value] = {}
    for column, text in raw.metadata:
        value: Value | None = text.strip()
        if column in {"published_date", "reporters"}:
            value = read_date(text) if column == "published_date" else read_names(text)
        if value and column in {"title", "published_date", "outlet", "reporters"}:
            found[column] = value
    return found


def _agree(read: object, value: Value) -> bool:
    """Tell whether what is read in the text says nothing else than the record; names in any order and case."""
    if isinstance(read, tuple) and isinstance(value, tuple):
        return not read or {each.casefold() for each in read} == {each.casefold() for each in value}
    return read in (None, "", value)


def read_names(text: str) -> tuple[str, ...]:
    """Part a list of people at commas, semicolons, strokes or the word and; what can be no name is left out."""
    text = _ADDRESS.sub(" ", text[:LONGEST_LIST])
    parting = _SURE if _SURE.search(text) else _BETWEEN
    parts = parting.split(text[_end_of_label(text) :])
    names = (part[_end_of_label(part) :].strip(" .,，()（）[]") for part in parts)
    kept = (
        name
        for name in names
        if name and len(name) <= LONGEST_NAME and len(name.split()) <= MOST_WORDS and not _NO_NAME.search(name)
    )
    return tuple(dict.fromkeys(kept))


def _end_of_label(text: str) -> int:
    found = _LABEL.match(text)
    return found.end() if found else 0


def with_metadata(
    known: Mapping[str, Value],
    fields: Fields,
    edits: Sequence[Edit],
    masked: Callable[[str], str],
    *,
    is_fallback: bool,
) -> tuple[Fields, Sequence[Edit]]:
    """Return the fields with the record's own values, and the edits with a note wherever the text says otherwise.

    ``masked`` hides the personal data that a value may hold.
    """
    if is_fallback:
        known = {column: value for column, value in known.items() if not getattr(fields, column)}
    if not known:
        return fields, edits
    differing = {column: value for column, value in known.items() if not _agree(getattr(fields, column), value)}
    notes = list(_differences(differing, edits, masked)) if differing else []
    filled = replace(fields, **known)  # type: ignore[arg-type]  # the columns are checked in known_columns
    return filled, tuple(in_order([*edits, *notes])) if notes else edits


def _differences(differing: Mapping[str, Value], edits: Iterable[Edit], masked: Callable[[str], str]) -> Iterator[Edit]:
    """Point at the place in the text that gave another value than the record's."""
    moves = {edit.field: edit for edit in reversed(list(edits)) if edit.action == "move"}
    for column, value in differing.items():
        if column in moves:
            move = moves[column]
            yield Edit(
                move.start,
                move.end,
                RULE,
                "header",
                "annotate",
                move.before,
                suggestion=masked(", ".join(value) if isinstance(value, tuple) else str(value)),
                confidence="medium",
            )
