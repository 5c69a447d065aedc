"""Glossary entries: one term a line, with the renderings that engines produce of it and the guards of a repair."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.errors import USAGE, CorpusError
from pipelines.rules.rule import fold

_CLASS_OF_CONTEXT = {"quoted": "tifa_numeric"}
_CLASS_OF_DOMAIN = {"party-theory": "tifa_literal"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One term: its Chinese source, the canonical rendering, what engines write instead, and the guards.

    ``policy`` is ``replace`` or ``annotate``; ``context`` ``quoted`` limits a swap to the inside of quotation marks;
    ``not_after`` are words after which nothing is swapped; ``annotate_only`` variants are never swapped; ``shared``
    variants are claimed by other terms too.
    """

    id: str
    source_term: str
    canonical: str
    domain: str
    policy: str = "annotate"
    variants: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    context: str | None = None
    not_after: tuple[str, ...] = ()
    annotate_only: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    named_class: str | None = None

    @property
    def artefact_class(self) -> str:
        """The class of artefact that a variant of this term is."""
        return (
            self.named_class
            or _CLASS_OF_CONTEXT.get(self.context or "")
            or _CLASS_OF_DOMAIN.get(self.domain, "terminology")
        )


KEYS = frozenset(
    {"id", "zh", "canonical", "domain", "variants", "policy", "accepted", "context", "not_after", "annotate_only"}
    | {"shared", "class", "pinyin", "note", "zh_alt", "zh_not", "attested", "opt_in_replace"}
)
"""The keys of a glossary line; those that no rule reads (pinyin, note, attested, …) are for people."""


def read_entries(lines: Iterable[str], origin: str) -> list[Entry]:
    """Read a glossary in JSON Lines; raises CorpusError naming the line that is wrong and what is missing."""
    entries: list[Entry] = []
    taken: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                entry = _entry(json.loads(line))
                if entry.id in taken:
                    raise ValueError(f"the id “{entry.id}” is taken by line {taken[entry.id]}")
                taken[entry.id] = number
                entries.append(entry)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise CorpusError(
                    f"{origin}, line {number}: not a glossary entry ({error}); "
                    "it needs id, zh, canonical and domain, and may have variants",
                    USAGE,
                ) from error
    return entries


def _entry(row: Mapping[str, object]) -> Entry:
    def texts(key: str) -> tuple[str, ...]:
        value = row.get(key) or ()
        if not isinstance(value, (list, tuple, dict)) or not all(isinstance(v, str) and v.strip() for v in value):
            raise TypeError(f"{key} is not a list of texts")
        return tuple(value)

    unknown = sorted(set(row) - KEYS)
    if unknown:
        raise ValueError(f"unknown key “{unknown[0]}”; known are {', '.join(sorted(KEYS))}")
    for key in ("id", "zh", "canonical", "domain"):
        if not isinstance(row.get(key), str):
            raise TypeError(f"{key} is missing or no text")
    policy = str(row.get("policy", "annotate"))
    if policy not in {"replace", "annotate"}:
        raise ValueError(f"policy is {policy!r}, not replace or annotate")
    return Entry(
        id=str(row["id"]),
        source_term=str(row["zh"]),
        canonical=str(row["canonical"]),
        domain=str(row["domain"]),
        policy=policy,
        variants=texts("variants"),
        accepted=texts("accepted"),
        context=str(row["context"]) if row.get("context") else None,
        not_after=texts("not_after"),
        annotate_only=frozenset(fold(v) for v in texts("annotate_only")),
        shared=frozenset(fold(v) for v in texts("shared")),
        named_class=str(row["class"]) if row.get("class") else None,
    )
