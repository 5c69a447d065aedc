"""The report of a comparison: everything that the faces (terminal, JSON, Markdown, page) show, in JSON's own types.

``docs/diff.schema.json`` describes it; a change of meaning raises ``FORMAT``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipelines.compare.causes import Example, changed_knowledge, find_examples
from pipelines.compare.difference import Difference, count_causes
from pipelines.compare.distribution import find_distribution
from pipelines.compare.engine import Engine
from pipelines.compare.run import compare_sides
from pipelines.compare.samples import describe_documents
from pipelines.compare.sides import Side

FORMAT = 1
"""The version of the report's form."""

BUDGET = 10_000
"""Documents that a report describes one by one at most."""

CAUSES = 200
"""Causes that a report names at most; the commonest go first."""

EXAMPLES = 3
LONGEST = 400
"""Characters of an example."""


def build_report(engine: Engine, budget: int = BUDGET, policy: str | None = None) -> tuple[Difference, dict[str, Any]]:
    """Compare the sides of an engine and describe what differs; CorpusError where they cannot be compared.

    ``policy`` names the version policy; by default it is the one that the new release was published under.
    """
    difference = compare_sides(engine)
    chosen = policy or str(engine.new.manifest.get("version_policy", "semver"))
    examples = find_examples(engine, EXAMPLES, LONGEST)
    documents = list(describe_documents(engine, difference, budget)) if difference.changes else []
    report = {
        "format": FORMAT,
        "old": _describe_side(engine, "old", engine.old),
        "new": _describe_side(engine, "new", engine.new),
        "is_equal": difference.is_empty,
        "bump": difference.bump(chosen),
        "policy": chosen,
        "reason": difference.reason,
        "schema": [
            {"table": c.table, "column": c.column, "kind": c.kind, "old": c.old, "new": c.new}
            for c in difference.schema
        ],
        "tables": list(difference.tables),
        "is_relabelled": difference.is_relabelled,
        "changed_knowledge": sorted(changed_knowledge(engine) or ()),
        "counts": _counts(engine, difference),
        "fields": _fields(difference),
        "causes": _causes(difference, examples, documents),
        "distribution": [
            {
                "measure": row.measure,
                "value": row.value,
                "old": row.old,
                "new": row.new,
                "z": round(row.z, 2),
                "is_notable": row.is_notable,
            }
            for row in ([] if difference.is_empty else find_distribution(engine))
        ],
        "renamed": [{"old": old, "new": new} for old, new in difference.renamed[:budget]],
        "documents": documents,
    }
    return difference, report


def _describe_side(engine: Engine, word: str, side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "version": side.manifest.get("version"),
        "published_at": side.manifest.get("published_at"),
        "logical_sha256": side.manifest.get("logical_sha256"),
        "documents": engine.count(word, "documents"),
    }


def _counts(engine: Engine, difference: Difference) -> dict[str, int]:
    ops = Counter(change.op for change in difference.changes)
    return {
        "added": ops["add"],
        "removed": ops["delete"],
        "changed": ops["modify"],
        "renamed": len(difference.renamed),
        "same": engine.count("new", "documents") - ops["add"] - ops["modify"],
    }


def _fields(difference: Difference) -> list[dict[str, Any]]:
    counts = Counter(field for change in difference.changes for field in change.fields)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"field": field, "documents": count} for field, count in ranked]


def _causes(difference: Difference, examples: list[Example], documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Count the causes, each with its examples: edits, or where a cause has none, words that changed."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for example in examples:
        shown.setdefault(example.cause, []).append(
            {
                "before": example.before,
                "after": example.after,
                "made": example.made,
                "documents": example.documents,
                "document_id": example.document_id,
                "is_noted": example.is_noted,
            }
        )
    with_edits = frozenset(shown)
    for document in documents:
        causes = document["causes"]
        if document["op"] == "modify" and len(causes) == 1 and causes[0] not in with_edits:
            found = shown.setdefault(causes[0], [])
            change = _first_change(document) if len(found) < EXAMPLES else None
            if change:
                pair = {"before": change[0], "after": change[1], "made": "new"}
                found.append(pair | {"documents": 1, "document_id": document["document_id"], "is_noted": False})
    return [
        {"cause": cause, "documents": count, "examples": shown.get(cause, [])}
        for cause, count in count_causes(difference)[:CAUSES]
    ]


def _first_change(document: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first words of a document that changed, before and after."""
    pieces = document["text"]
    for index, (op, words, *_) in enumerate(pieces):
        if op == "-":
            follows = pieces[index + 1][:2] if index + 1 < len(pieces) else ("", "")
            return words[:LONGEST], follows[1][:LONGEST] if follows[0] == "+" else ""
        if op == "+":
            return "", words[:LONGEST]
    return None
