"""Cards: what only describes the tables of a Hugging Face dataset, and which of its files the card says are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.errors import CorpusError
from pipelines.ingest.texts import split_front_matter

CARD = "README.md"
CARD_FILES = frozenset({CARD, "dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"})
"""What describes a Hugging Face dataset beside its tables and is no input."""

TABLES = (".parquet", ".arrow")
MOST_STARS = 8
"""In one pattern: each of them multiplies the ways in which a name can be matched."""
SHOWN = 5
"""Names that a note lists."""


@dataclass(frozen=True, slots=True)
class Config:
    """One view of a dataset: its name, and the patterns of its files below the folder of the card."""

    name: str
    patterns: tuple[str, ...]
    is_default: bool = False


def card_files(names: Iterable[str]) -> set[str]:
    """Find what only describes the tables of a Hugging Face dataset: its card and the like, at or above them."""
    names = list(names)
    above: set[str] = set()
    for name in names:
        if name.endswith(TABLES):
            parts = name.split("/")[:-1]
            above |= {"/".join(parts[:end]) for end in range(len(parts) + 1)}
    return {name for name in names if name.rpartition("/")[2] in CARD_FILES and name.rpartition("/")[0] in above}


def unread_files(names: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[set[str], list[str]]:
    """Return the files that the cards among ``names`` leave out, and a note for each card that does so.

    Of several configs the default one is read: the one that is marked so or called so, else the first. Raises
    CorpusError where a card names files of which there are none.
    """
    names = list(names)
    unread: set[str] = set()
    notes: list[str] = []
    for card in (name for name in names if name.rpartition("/")[2] == CARD):
        folder = card.removesuffix(CARD)
        configs = read_configs((read(card) or b"").decode("utf-8", "replace"))
        if not configs:
            continue
        chosen = next((c for c in configs if c.is_default), configs[0])
        below = [name for name in names if name.startswith(folder)]
        read_ones = {name for name in below if any(_matches(p, name.removeprefix(folder)) for p in chosen.patterns)}
        if not read_ones:
            raise CorpusError(
                f"{card}: config “{chosen.name}” reads {', '.join(chosen.patterns[:SHOWN])}, but there is no such "
                "file; correct data_files, or take configs out of the card"
            )
        left = set(below) - read_ones
        unread |= left
        if others := sorted(left - {card}):
            listed = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
            notes.append(f"{card}: only the config “{chosen.name}” is read; {len(others)} files are ignored: {listed}")
    return unread, notes


def read_configs(card: str) -> list[Config]:
    """Read the ``configs`` of a card that name files; what is none of it says nothing."""
    _, front = split_front_matter(card)
    listed = front.get("configs")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    found = []
    for row in rows:
        name = str(row.get("config_name", "default"))
        base = str(row["data_dir"]).strip("/") + "/" if isinstance(row.get("data_dir"), str) else ""
        patterns = [base + _plain(each) for each in _patterns(row.get("data_files"))]
        if patterns or base:
            is_default = row.get("default") is True
            found.append(Config(name, tuple(patterns or [f"{base}**"]), is_default))
    if not any(config.is_default for config in found):
        return sorted(found, key=lambda config: config.name != "default")
    return found


def _patterns(value: Any) -> list[str]:  # noqa: ANN401 - what a card holds
    """List the patterns in ``data_files``: one, many, or by split."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [each for part in value for each in _patterns(part)]
    if isinstance(value, dict):
        return _patterns(value["path"]) if "path" in value else _patterns(list(value.values()))
    return []


def _plain(pattern: str) -> str:
    return re.sub(r"^(?:\./|/)+", "", pattern)


def _matches(pattern: str, name: str) -> bool:
    from fsspec.utils import glob_translate

    if pattern.count("*") > MOST_STARS:
        return False
    try:
        return pattern == name or bool(re.match(glob_translate(pattern), name))
    except ValueError:
        return False
