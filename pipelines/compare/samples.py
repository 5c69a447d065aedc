"""Showing what changed in single documents: a sample that has something of every cause, with their words compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any

from pipelines.compare.difference import Change, Difference
from pipelines.compare.engine import Engine, name
from pipelines.compare.words import diff_words

LONGEST = 2_000
"""Characters of a value (not of a compared text) that a report shows."""


def choose_sample(changes: Iterable[Change], budget: int) -> list[Change]:
    """Choose at most ``budget`` changes: of every kind and combination of causes in turn, each by id."""
    groups: dict[tuple[str, tuple[str, ...]], list[Change]] = defaultdict(list)
    for change in changes:
        group = groups[change.op, change.causes]
        if len(group) < budget:
            group.append(change)
    if sum(map(len, groups.values())) <= budget:
        return sorted((c for group in groups.values() for c in group), key=lambda change: change.document_id)
    chosen: list[Change] = []
    ranked = [groups[key] for key in sorted(groups)]
    for turn in range(budget):
        chosen += [group[turn] for group in ranked if turn < len(group)]
        if len(chosen) >= budget:
            break
    return sorted(chosen[:budget], key=lambda change: change.document_id)


def describe_documents(engine: Engine, difference: Difference, budget: int) -> Iterator[dict[str, Any]]:
    """Describe a sample of the documents that differ, sorted by id, their texts and values compared."""
    sample = choose_sample(difference.changes, budget)
    renamed = dict(difference.renamed)
    renamed |= {new: old for old, new in difference.renamed}
    engine.add_table("sample", ("id",), [(change.document_id,) for change in sample])
    edits = _differing_edits(engine)
    schema = engine.new.schema("documents").names
    before, after = engine.old.schema("documents").names, schema
    wanted = [c for c in dict.fromkeys((*after, *before)) if not c.endswith("_sha256") and c != engine.new.key]
    rows = engine.rows(_pairs(engine, wanted, before, after))
    for change, row in zip(sample, rows, strict=True):
        old, new = ({c: row[1 + 2 * i + side] for i, c in enumerate(wanted)} for side in (0, 1))
        yield {
            "op": change.op,
            "document_id": change.document_id,
            "other_id": renamed.get(change.document_id),
            "title": str((new if change.op != "delete" else old).get("title") or ""),
            "fields": list(change.fields),
            "causes": list(change.causes),
            "values": _describe_values(change.fields, old, new) if change.op == "modify" else [],
            "text": _describe_text(old.get("text"), new.get("text"), edits.get(change.document_id, []), change),
        }


def _pairs(engine: Engine, wanted: Sequence[str], before: Sequence[str], after: Sequence[str]) -> str:
    """Select the rows of the sample from both sides; a column or document that a side lacks is null."""
    cells = []
    for column in wanted:
        quoted = name(column)
        cells += [f"o.{quoted}" if column in before else "NULL", f"n.{quoted}" if column in after else "NULL"]
    picks = [
        f"(SELECT * FROM {word}_documents_apart WHERE {engine.key(side)} IN (SELECT id FROM sample))"
        for word, side in (("old", engine.old), ("new", engine.new))
    ]
    old, new = engine.key(engine.old, "o."), engine.key(engine.new, "n.")
    return (
        f"SELECT s.id, {', '.join(cells)} FROM sample s LEFT JOIN {picks[0]} o ON {old} = s.id "
        f"LEFT JOIN {picks[1]} n ON {new} = s.id ORDER BY s.id"
    )


def _differing_edits(engine: Engine) -> dict[str, list[tuple[str, str, str, str]]]:
    """Read (before, after, cause, made) of the edits that differ in the documents of the sample."""
    found: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    if not engine.has("edits"):
        return found
    query = (
        "SELECT document_id, coalesce(before, ''), coalesce(after, ''), cause, made FROM differing "
        "WHERE document_id IN (SELECT id FROM sample) ORDER BY ALL"
    )
    for key, *edit in engine.rows(query):
        found[key].append((edit[0], edit[1], edit[2], edit[3]))
    return found


def _describe_values(fields: Sequence[str], old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": field, "old": _show(old.get(field)), "new": _show(new.get(field))}
        for field in fields
        if field != "text"
    ]


def _describe_text(
    old: str | None, new: str | None, edits: Sequence[tuple[str, str, str, str]], change: Change
) -> list[list[str]]:
    """Return the pieces of a text that changed, ``[op, words]``, with the cause where it is known."""
    if change.op != "modify" or "text" not in change.fields:
        return []
    before, after = ("" if side is None else str(side) for side in (old, new))
    hunks = diff_words(before, after)
    pieces = []
    for index, hunk in enumerate(hunks):
        cause = ""
        if hunk.op in "+-":
            twin = hunks[index + 1] if hunk.op == "-" and index + 1 < len(hunks) else hunks[index - 1]
            pair = (
                (hunk.text, twin.text if twin.op == "+" else "")
                if hunk.op == "-"
                else (twin.text if twin.op == "-" else "", hunk.text)
            )
            cause = _cause_of(pair[0], pair[1], edits) or (change.causes[0] if len(change.causes) == 1 else "")
        pieces.append([hunk.op, hunk.text, cause] if cause else [hunk.op, hunk.text])
    return pieces


def _cause_of(gone: str, come: str, edits: Sequence[tuple[str, str, str, str]]) -> str:
    """Find the cause whose edit shares most words with a change; an edit no longer made shows the other way round."""
    best, cause = 0, ""
    removed, written = set(gone.split()) or {gone}, set(come.split()) or {come}
    for before, after, name_of_cause, made in edits:
        was, now = (before, after) if made == "new" else (after, before)
        score = len(removed & (set(was.split()) or {was}) - {""}) + len(written & (set(now.split()) or {now}) - {""})
        if score > best:
            best, cause = score, name_of_cause
    return cause


def _show(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    """Return a value in JSON's own types; long texts are cut."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and isfinite(value):
        return round(value, 4)
    if isinstance(value, list):
        return [_show(each) for each in value]
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
