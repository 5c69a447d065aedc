"""What the commands share: printing (text, JSON, errors) and the options that several of them have.

Text goes to stdout without any markup, so a name with brackets in it is printed as it is.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.errors import CorpusError
    from pipelines.release import Nearby, Release

WIDTH = 80
"""The width, in columns, that every summary keeps to; only a path may be longer, so that it can be copied."""


def one_line(text: str) -> str:
    """Return the text as one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def print_error(message: str) -> None:
    """Print one line to stderr, on a terminal broken between words; secrets of URLs are left out."""
    from pipelines.ingest import hide_secrets

    print(_readable(f"corpus: {hide_secrets(one_line(message))}"), file=sys.stderr, flush=True)


def print_note(message: str) -> None:
    """Print one line of progress or advice to stderr, so that stdout stays the result alone."""
    print(_readable(one_line(message)), file=sys.stderr, flush=True)


def _readable(line: str) -> str:
    """Return the line as it is, but on a terminal broken between words, which the terminal itself would cut."""
    if not on_terminal():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text to stdout."""
    for line in lines:
        print(line)


def print_json(value: object) -> None:
    """Print one JSON document to stdout; dataclasses, paths, dates and counters become plain values."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_problem(problem: CorpusError) -> None:
    """Print a problem as one JSON document to stdout; ``may_pass`` says that the same may go well if tried again."""
    from pipelines.ingest import hide_secrets

    error = hide_secrets(one_line(str(problem)))
    print_json({"error": error, "exit_code": problem.exit_code, "may_pass": problem.may_pass})


def nearest(word: str, known: Iterable[str]) -> str:
    """Name the known word that is most like one that was mistyped."""
    import difflib

    best = difflib.get_close_matches(word, [each for each in known if each], 1)
    return f"; did you mean {best[0]}?" if best else ""


def plain(value: Any) -> Any:  # noqa: ANN401 - the one place that takes anything
    """Return the value in JSON's own types; what JSON does not know becomes its text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Path):
        return value.as_posix()
    return str(value)


def shorten(text: str, width: int) -> str:
    """Return one line of at most ``width`` columns' worth of characters; a cut is marked with an ellipsis."""
    text = one_line(text)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def moment(text: str) -> str:
    """Write a time of a record (ISO 8601) to the minute, with its zone: 2026-01-31 09:05 UTC; what is none stays."""
    from datetime import UTC, datetime

    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return one_line(text)


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Set rows in aligned columns, two spaces apart; the columns in ``right`` are set flush right."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def find_release(near: Nearby, version: str | Path | None = None) -> Release:
    """Find a release as ``Nearby.resolve`` does; that it was withdrawn is said on stderr."""
    from pipelines.release import withdrawal

    release = near.resolve(version)
    reason = withdrawal(release)
    if reason is not None:
        print_note(f"note: {release.version} was withdrawn: {reason}")
    return release


def check_store(store: Path | str) -> None:
    """Raise CorpusError where a local store is not there; of one behind a URL only its content can tell."""
    from pipelines.places import place_of
    from pipelines.release import check_store_exists

    place = place_of(store)
    if isinstance(place, Path):
        check_store_exists(place)


def on_terminal() -> bool:
    """Say whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def add_store(parser: argparse.ArgumentParser, *, takes_url: bool = True) -> None:
    """Add ``--store``; a command that works on folders alone takes no URL."""
    parser.add_argument(
        "--store",
        type=store_argument if takes_url else _folder_argument,
        default=Path("data"),
        metavar="STORE",
        help=f"the store, a folder{' or a URL' if takes_url else ''} (default: data)",
    )


def store_argument(text: str) -> Path | str:
    """Read a store from the command line; a URL stays as it is, since a path would lose a stroke of it."""
    if "://" not in text:
        return Path(text)
    from pipelines.places import place_of

    place = place_of(text)
    return place if isinstance(place, Path) else text


def _folder_argument(text: str) -> Path:
    store = store_argument(text)
    if isinstance(store, str):
        raise argparse.ArgumentTypeError("a URL, but this command works on a folder: give a folder as the store")
    return store
