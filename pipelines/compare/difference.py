"""What a comparison comes to: the documents, columns and tables that differ, and the version step they call for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.compare.policy import bump_of
from pipelines.prose import plural


@dataclass(frozen=True, slots=True)
class KeyChanges:
    """Ids of the documents that only one side has, or that differ; each sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """How one document differs: ``op`` is add, modify or delete; for modify the columns; in any case the causes."""

    op: str
    document_id: str
    fields: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A column that was added, removed or retyped; ``old`` and ``new`` are its types, empty where it is absent."""

    table: str
    column: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two releases; ``tables`` names those whose content does.

    ``is_relabelled`` says that the description of the dataset changed (title, licence and so on), which no table shows.
    ``renamed`` pairs the old and the new id of documents whose text stayed what it was: to ``changes``, and to the
    version, each is still one document removed and one added, since whoever follows by id must do both.
    """

    changes: tuple[Change, ...] = ()
    schema: tuple[SchemaChange, ...] = ()
    tables: tuple[str, ...] = ()
    is_relabelled: bool = False
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of documents that only the new side has."""
        return self._ids("add")

    @property
    def removed(self) -> tuple[str, ...]:
        """Ids of documents that only the old side has."""
        return self._ids("delete")

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of documents that both sides have, with different rows."""
        return self._ids("modify")

    @property
    def is_empty(self) -> bool:
        """True where both sides say the same."""
        return not (self.changes or self.schema or self.tables or self.is_relabelled)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of change found, as POLICIES names them."""
        ops = {change.op for change in self.changes}
        kinds = {f"column {change.kind}" for change in self.schema}
        kinds |= {"documents added"} if "add" in ops else set()
        kinds |= {"documents removed"} if "delete" in ops else set()
        kinds |= {"values changed"} if self._are_values_changed else set()
        kinds |= {"description changed"} if self.is_relabelled else set()
        return frozenset(kinds)

    @property
    def _are_values_changed(self) -> bool:
        """Whether what was there says something else now: not merely a column or documents more or less.

        Those show in all rows, or in the other tables as well.
        """
        restructured = {change.column for change in self.schema if change.table == "documents"}
        if any(set(change.fields) - restructured for change in self.changes if change.op == "modify"):
            return True
        return bool(self.tables) and not (self.changes or self.schema)

    def bump(self, policy: str = "semver") -> str | None:
        """Return the version step that the policy calls for (major, minor, patch), None where nothing differs."""
        return bump_of(self.kinds, policy)

    @property
    def reason(self) -> str:
        """Say in one line what differs; empty where nothing does."""
        return "; ".join(_reasons(self))

    def _ids(self, op: str) -> tuple[str, ...]:
        return tuple(change.document_id for change in self.changes if change.op == op)


def count_causes(difference: Difference) -> list[tuple[str, int]]:
    """Count the changed documents by cause, the commonest first."""
    causes = Counter(cause for change in difference.changes if change.op == "modify" for cause in change.causes)
    return sorted(causes.items(), key=lambda item: (-item[1], item[0]))


def _reasons(difference: Difference) -> Iterator[str]:
    yield from (f"column {change.table}.{change.column} {change.kind}" for change in difference.schema)
    counts = Counter(change.op for change in difference.changes)
    for op, verb in (("add", "added"), ("delete", "removed"), ("modify", "changed")):
        if counts[op]:
            yield f"{plural(counts[op], 'document')} {verb}{_why(difference) if op == 'modify' else ''}"
    if difference.renamed:
        yield f"{len(difference.renamed):,} of the removed ones added again under another id"
    others = [name for name in difference.tables if name != "documents"]
    if others and not difference.changes:
        yield f"{', '.join(others)} changed, documents did not"
    if difference.is_relabelled:
        yield "the description of the dataset changed"


def _why(difference: Difference) -> str:
    """List the three commonest causes of changed documents, with the number of documents each."""
    ranked = count_causes(difference)
    named = ", ".join(f"{cause} in {count:,}" for cause, count in ranked[:3])
    return f" ({named}{f', {len(ranked) - 3} more causes' if len(ranked) > 3 else ''})"
