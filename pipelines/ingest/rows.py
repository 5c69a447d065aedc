"""Rows: records with their line or row number; here those of JSON Lines and JSON arrays, one at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.ingest.arrays import ElementSplitter, too_long
from pipelines.ingest.encodings import Lines
from pipelines.ingest.refusal import RefusedError, reject

Record = dict[str, Any]

_BAD_BYTE = re.compile("[\udc00-\udcff]")


def has_bad_byte(written: str) -> bool:
    """Tell whether a byte of a text could not be decoded."""
    return has_surrogate(written) and _BAD_BYTE.search(written) is not None


def has_surrogate(text: str) -> bool:
    """Tell whether half a character stands in a text: writing it is many times as fast as looking for one."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its line or row number and the text that it stood in, or what is wrong with it."""

    number: int
    content: Record | RefusedError
    written: str = ""


def json_lines(lines: Lines) -> Iterator[Row]:
    """Read one JSON object per line; blank lines are nothing."""
    for number, line in lines:
        if line is None:
            yield Row(number, too_long(lines.limit))
        elif line.strip():
            yield Row(number, _loaded(line, lines.encoding), line)


def json_array(lines: Lines) -> Iterator[Row]:
    """Read the objects of a JSON array, or a single object, without holding more than one of them."""
    for number, written in enumerate(ElementSplitter(lines.limit).split(lines.chunks()), start=1):
        if isinstance(written, RefusedError):
            yield Row(number, written)
        else:
            yield Row(number, _loaded(written, lines.encoding), written)


def _loaded(written: str, encoding: str) -> Record | RefusedError:
    """Parse one object; whatever is wrong with it is told."""
    try:
        if has_bad_byte(written):
            raise reject("encoding", f"bytes that are not valid {encoding}; write the record as UTF-8")
        content = json.loads(written, object_pairs_hook=_once)
    except RefusedError as refused:
        return refused
    except RecursionError:
        return reject("too_deep", "brackets nested beyond all measure; flatten the record")
    except ValueError as error:
        return reject("malformed", f"not valid JSON ({error}); correct the line")
    if not isinstance(content, dict):
        kind = {list: "an array", str: "a text", bool: "true or false", type(None): "null"}.get(
            type(content), "a number"
        )
        return reject("malformed", f"{kind}, not an object with fields; write each record as an object")
    return content


def _once(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise reject("duplicate_key", f"“{twice}” stands twice in one object; keep one of them")
    return record
