"""Ingest: list the inputs of a source and read each as raw text; what cannot be read is a reject with its reason."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pipelines.document import Correction, RawText, Reject, Settings
from pipelines.errors import USAGE, CorpusError

SETTINGS_FILE = "dataset.toml"
CORRECTIONS_FILE = "corrections.csv"
CORRECTION_COLUMNS = ["id", "before", "after", "reason"]
TEXT_SUFFIXES = frozenset({".txt", ".text", ""})
_OWN_FILES = frozenset({SETTINGS_FILE, CORRECTIONS_FILE, "glossary.jsonl", "README.md"})


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a source: where it lies, its name inside the source, and the id that its document will have."""

    path: Path
    source: str
    id: str


def read_settings(source: Path) -> Settings:
    """Read ``dataset.toml``; a bare folder has the defaults. Raises CorpusError naming the key that is wrong."""
    if not source.is_dir():
        raise CorpusError(
            f"source {source}: no such folder; give an existing folder or make one with: corpus init {source}", USAGE
        )
    path = source / SETTINGS_FILE
    name = source.resolve().name
    if not path.is_file():
        return Settings(name=name, title=name)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: not valid TOML ({error}); correct that place", USAGE) from error
    return _settings(path, name, table)


def _settings(path: Path, name: str, table: dict[str, Any]) -> Settings:
    defaults = Settings(name=name, title=name)
    known = {f.name: type(getattr(defaults, f.name)) for f in fields(Settings)}
    values: dict[str, Any] = {"name": name}
    for key, value in table.items():
        if key not in known:
            raise CorpusError(f"{path}: unknown key “{key}”; known are {', '.join(sorted(known))}", USAGE)
        values[key] = _typed(path, key, value, known[key])
    values.setdefault("title", values["name"])
    return Settings(**values)


def _typed(path: Path, key: str, value: object, wanted: type) -> object:
    if wanted is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if wanted is float and isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if wanted is str and isinstance(value, str):
        return value
    kind = {tuple: "a list of texts", float: "a number from 0 to 1", int: "a whole number", str: "a text"}[wanted]
    raise CorpusError(f"{path}: {key} is {value!r}, but must be {kind}", USAGE)


def list_inputs(source: Path) -> list[Input]:
    """List every file of the source in the order of its name: those below ``raw/``, or all files of a bare folder."""
    root = source / "raw" if (source / "raw").is_dir() else source
    inputs = []
    for path in sorted(root.rglob("*"), key=lambda p: p.relative_to(source).as_posix()):
        name = path.relative_to(root)
        if path.is_dir() and not path.is_symlink():
            continue
        if any(part.startswith(".") for part in name.parts) or (root == source and path.name in _OWN_FILES):
            continue
        inputs.append(Input(path, name.as_posix(), name.with_suffix("").as_posix()))
    return inputs


def read_input(entry: Input, settings: Settings) -> RawText | Reject:
    """Read one input. The raw text is the decoded file to the last character: byte order mark and line ends stay."""
    if not entry.path.is_file() or entry.path.is_symlink():
        return Reject(entry.source, "ingest", "not_a_file", "not a regular file; put a copy of the file itself here")
    try:
        size = entry.path.stat().st_size
        if size > settings.max_bytes:
            detail = f"{size} bytes, more than max_bytes = {settings.max_bytes}; split the file or raise max_bytes"
            return Reject(entry.source, "ingest", "too_large", detail, None, size)
        data = entry.path.read_bytes()
    except OSError as error:
        return Reject(entry.source, "ingest", "unreadable", f"{error.strerror or error}; make the file readable")
    return _decode(entry, data)


def _decode(entry: Input, data: bytes) -> RawText | Reject:
    digest = hashlib.sha256(data).hexdigest()

    def reject(reason: str, detail: str) -> Reject:
        return Reject(entry.source, "ingest", reason, detail, digest, len(data))

    if not data.strip():
        return reject("empty", "the file holds no text; remove it or fetch it again")
    if entry.path.suffix.lower() not in TEXT_SUFFIXES:
        return reject("format", f"“{entry.path.suffix}” is no format that can be read; convert the file to .txt")
    if b"\x00" in data[:8192] or data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"%PDF")):
        return reject("binary", "the file is no text, whatever its name says; replace it by its text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return reject("encoding", f"byte {error.start} is not valid UTF-8; convert the file to UTF-8")
    if not text.strip("\ufeff\u200b\u2060 \t\r\n\u00a0\u3000"):
        return reject("empty", "the file holds only blanks; remove it or fetch it again")
    return RawText(entry.id, entry.source, text, digest, len(data))


def read_corrections(source: Path) -> tuple[Correction, ...]:
    """Read ``corrections.csv`` (``id,before,after,reason``). Raises CorpusError naming the row that is wrong."""
    path = source / CORRECTIONS_FILE
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames is None:
            return ()
        if list(rows.fieldnames) != CORRECTION_COLUMNS:
            raise CorpusError(f"{path}: the first line must be {','.join(CORRECTION_COLUMNS)}", USAGE)
        return tuple(_correction(path, number, row) for number, row in enumerate(rows, start=2))


def _correction(path: Path, number: int, row: dict[str, str | None]) -> Correction:
    values = [row.get(column) for column in CORRECTION_COLUMNS]
    missing = [
        c for c, v in zip(CORRECTION_COLUMNS, values, strict=True) if v is None or (c != "after" and not v.strip())
    ]
    if missing or None in row:
        raise CorpusError(
            f"{path}, line {number}: {', '.join(missing) or 'too many columns'}; a row is id,before,after,reason", USAGE
        )
    return Correction(*(v or "" for v in values))
