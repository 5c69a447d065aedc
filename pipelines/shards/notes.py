"""Notes: what one run leaves for the next beside the stage area. They may be thrown away, and what is damaged shows."""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections.abc import Iterable
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipelines.publish import code_version

CODE = ("shards", "publish", "release")
"""The packages that turn results into a release; all else that matters is in the names of the results."""


def read_note(path: Path) -> Any:  # noqa: ANN401 - whatever was noted
    """Return what is noted; OSError, ValueError, KeyError or TypeError where it is not there, or not as written."""
    record = json.loads(path.read_text(encoding="utf-8"))
    if record["sha256"] != _hash_content(record["content"]):
        raise ValueError("the note does not have the hash that it gives")
    return record["content"]


def write_note(path: Path, content: object) -> None:
    """Note something, with a hash by which damage is known; without the note the next run takes longer, that is all."""
    fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}")
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps({"content": content, "sha256": _hash_content(content)}), encoding="utf-8")
        fresh.replace(path)


def hash_with_code(parts: Iterable[str]) -> str:
    """Hash these parts with all the code that turns results into a release."""
    libraries = [f"{name} {metadata.version(name)}" for name in ("duckdb", "pyarrow")]
    return _digest("\n".join([*parts, code_version(), *libraries, *_code()]))


def _hash_content(content: object) -> str:
    return _digest(json.dumps(content, sort_keys=True))


def _code() -> list[str]:
    modules = [module for package in CODE for module in (files("pipelines") / package).iterdir()]
    return sorted(_digest(module.read_text("utf-8")) for module in modules if module.name.endswith(".py"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
