"""What a source says about itself: ``dataset.toml`` and ``corrections.csv``, each error naming its place."""

from __future__ import annotations

import csv
import difflib
import io
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipelines.document import NOTIFY_EVENTS, Correction, Settings
from pipelines.errors import USAGE, CorpusError
from pipelines.ingest.places import check_source, read_beside, source_name
from pipelines.urls import show_source

SETTINGS_FILE = "dataset.toml"
CORRECTIONS_FILE = "corrections.csv"
CORRECTION_COLUMNS = ["id", "before", "after", "reason"]
FIELDS = ("text", "id", "title", "date", "outlet", "reporters", "url")
"""What ``[fields]`` may map to a column of the source."""

CHOICES = {
    "duplicates": ("keep_all", "keep_first"),
    "version_policy": ("semver", "frictionless", "croissant", "calver"),
}

MEANINGS = {
    "name": "short name, for the release and its log",
    "title": "title of the dataset, for people",
    "description": "what the texts are, in a sentence or two, for the card",
    "licence": "licence of the texts, not of the program; `unknown` claims nothing",
    "contact": "who answers questions about the texts",
    "languages": "ISO 639 codes; a text in another language is a reject (none named: all are taken)",
    "min_documents": "fewest documents that a release may have",
    "max_reject_share": "largest share of the inputs that may be rejected",
    "max_document_loss": "largest share of the last release's documents that may be missing (not set: half of "
    "them, and none where the last release was made from a source of another name; `corpus init` writes 0.1)",
    "max_bytes": "largest single record, in bytes",
    "version_policy": "how the number of a release follows from what changed",
    "duplicates": "whether each of several equal or nearly equal texts is a document, or only the first",
    "redact": "whether personal data (e-mail addresses, telephone, identity and card numbers) is masked",
    "max_null_share": "for each column named here, the largest share of documents in which it may be missing",
    "fields": "which columns of the source hold what; what is not named is guessed",
    "max_line_length": "longest line, cell or element, in characters",
    "max_unpacked_bytes": "what one packed or remote file may grow to, in bytes",
    "max_ratio": "how many times its own size a packed file may grow to",
    "max_depth": "layers of packing, or of nesting",
    "max_files": "files in the source, or in one archive",
    "notify": "whom a run tells what it came to: `webhook`, `email`, and on which events (`on`)",
}
"""What each key of ``dataset.toml`` means; the page of settings is made from it."""

_KINDS = {
    tuple: "a list of texts", float: "a number from 0 to 1", int: "a whole number", str: "a text",
    bool: "true or false",
}  # fmt: skip


def read_settings(source: Path | str) -> Settings:
    """Read ``dataset.toml``; a bare folder has the defaults. Raises CorpusError naming the key that is wrong."""
    check_source(source)
    name = source_name(source)
    data = read_beside(source, SETTINGS_FILE)
    if data is None:
        return Settings(name=name, title=name)
    place = f"{show_source(source)}/{SETTINGS_FILE}"
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{place}: not valid TOML ({error}); correct that place", USAGE) from error
    return _settings(place, name, table)


def _settings(place: str, name: str, table: dict[str, Any]) -> Settings:
    defaults = Settings(name=name, title=name)
    known = {f.name: type(getattr(defaults, f.name)) for f in fields(Settings)}
    known["max_document_loss"] = float
    values: dict[str, Any] = {"name": name}
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            cure = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise CorpusError(f"{place}: unknown key “{key}”; {cure}", USAGE)
        readers = {"fields": _mapping, "max_null_share": _shares, "notify": _notify}
        values[key] = readers[key](place, value) if key in readers else _typed(place, key, value, known[key])
    values.setdefault("title", values["name"])
    return Settings(**values)


def _typed(place: str, key: str, value: object, wanted: type) -> object:
    if wanted is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if wanted is float and isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if key in CHOICES and value not in CHOICES[key]:
        raise CorpusError(f"{place}: {key} is {value!r}, but must be one of {', '.join(CHOICES[key])}", USAGE)
    if wanted in {str, bool} and isinstance(value, wanted):
        return value
    raise CorpusError(f"{place}: {key} is {value!r}, but must be {_KINDS[wanted]}", USAGE)


def _mapping(place: str, value: object) -> tuple[tuple[str, str], ...]:
    """Read the table ``[fields]``: which column of the source holds what."""
    if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
        raise CorpusError(f"{place}: [fields] must give names of columns, as in: text = 'content'", USAGE)
    for key in value:
        if key not in FIELDS:
            raise CorpusError(f"{place}: unknown field “{key}” in [fields]; known are {', '.join(FIELDS)}", USAGE)
    return tuple(sorted(value.items()))


def _shares(place: str, value: object) -> tuple[tuple[str, float], ...]:
    """Read the table ``[max_null_share]``: which share of a column may be null."""
    if not isinstance(value, dict):
        raise CorpusError(f"{place}: [max_null_share] must give shares of columns, as in: published_date = 0.1", USAGE)
    return tuple((key, float(str(_typed(place, key, share, float)))) for key, share in sorted(value.items()))


def _notify(place: str, value: object) -> tuple[tuple[str, str], ...]:
    """Read the table ``[notify]``: who is told of a run, and of which events."""
    table = value if isinstance(value, dict) else {"": value}
    events = table.get("on", [])
    if not isinstance(events, list) or set(map(str, events)) - set(NOTIFY_EVENTS):
        raise CorpusError(f"{place}: on in [notify] must be a list of {', '.join(NOTIFY_EVENTS)}", USAGE)
    found = {**table, "on": " ".join(events)}
    if "command" in found:
        raise CorpusError(
            f"{place}: [notify] may not name a command, since sources come from anywhere: set CORPUS_NOTIFY_COMMAND",
            USAGE,
        )
    if set(found) - {"webhook", "email", "on"} or not all(isinstance(each, str) for each in found.values()):
        raise CorpusError(f"{place}: [notify] may have webhook, email (texts) and on (a list)", USAGE)
    return tuple(sorted((key, each) for key, each in found.items() if each))


def read_corrections(source: Path | str) -> tuple[Correction, ...]:
    """Read ``corrections.csv`` (``id,before,after,reason``). Raises CorpusError naming the row that is wrong."""
    data = read_beside(source, CORRECTIONS_FILE)
    if data is None:
        return ()
    place = f"{show_source(source)}/{CORRECTIONS_FILE}"
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError as error:
        raise CorpusError(f"{place}: byte {error.start} is not valid UTF-8; save it as UTF-8", USAGE) from error
    if rows.fieldnames is None:
        return ()
    if list(rows.fieldnames) != CORRECTION_COLUMNS:
        raise CorpusError(f"{place}: the first line must be {','.join(CORRECTION_COLUMNS)}", USAGE)
    return tuple(_correction(place, number, row) for number, row in enumerate(rows, start=2))


def _correction(place: str, number: int, row: dict[str, str | None]) -> Correction:
    values = [row.get(column) for column in CORRECTION_COLUMNS]
    missing = [
        c for c, v in zip(CORRECTION_COLUMNS, values, strict=True) if v is None or (c != "after" and not v.strip())
    ]
    if missing or None in row:
        raise CorpusError(
            f"{place}, line {number}: {', '.join(missing) or 'too many columns'}; a row is id,before,after,reason",
            USAGE,
        )
    return Correction(*(v or "" for v in values))
