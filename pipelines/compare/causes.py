"""Why documents differ: the rules and terms whose edits do, else the raw text, else the parser; the schema.

Where the raw text is the same, edits are compared place by place. Where it is another one, the cause is ``source``;
rules and terms are named beside it only if the fingerprints say that they changed too, and then by what they did
(before, after), since all places have moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.compare.engine import ADDED, CHANGED, REMOVED, Engine, name
from pipelines.compare.sides import FINGERPRINTS

PLACED = ("rule", "source_term", "action", "start", "end", "before", "after", "field", "suggestion", "confidence")
UNPLACED = ("rule", "source_term", "before", "after")

REJECTED_AT = {"clean": "parser", "parse": "parser", "validate": "schema"}


@dataclass(frozen=True, slots=True)
class Example:
    """What a cause did in some documents, one of which is named.

    ``made`` is ``new`` for an edit that only the new side makes, ``old`` for one that only the old side made. With
    ``is_noted`` the text stays as it is, and ``after`` is only suggested.
    """

    cause: str
    before: str
    after: str | None
    made: str
    documents: int
    document_id: str
    is_noted: bool


def find_edit_causes(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Find the causes that edits show, for documents in the table ``modified`` (id, is_resourced).

    Makes the table ``differing``: edits that one side has and the other lacks, each with its cause and the side that
    ``made`` it.
    """
    columns = {*engine.shared_columns("edits")} if engine.has("edits") else set()
    if "document_id" not in columns or CHANGED not in engine.ops:
        empty = ", ".join(f"'' AS {column}" for column in ("document_id", "cause", "made", *UNPLACED, "suggestion"))
        engine.run(f"CREATE TEMP TABLE differing AS SELECT {empty} WHERE false")
        return {}
    moved = changed_knowledge(engine)
    placed = [column for column in PLACED if column in columns]
    parts = [_only_on(word, other, placed, "NOT is_resourced") for word, other in (("old", "new"), ("new", "old"))]
    if moved and moved & {"rule", "glossary"}:
        parts += [
            _only_on(word, other, UNPLACED, "is_resourced", is_counted=True)
            for word, other in (("old", "new"), ("new", "old"))
        ]
    engine.run(f"CREATE TEMP TABLE uncaused AS {' UNION ALL BY NAME '.join(parts)}")
    _name_causes(engine, moved)
    found = engine.rows("SELECT document_id, list_sort(list(DISTINCT cause)) FROM differing GROUP BY document_id")
    memo: dict[tuple[str, ...], tuple[str, ...]] = {}
    return {key: memo.setdefault(tuple(causes), tuple(causes)) for key, causes in found}


def changed_knowledge(engine: Engine) -> frozenset[str] | None:
    """Say which of rule, glossary and parser have another fingerprint on the new side; None where unknown."""
    pairs = {of: (engine.old.fingerprint(of), engine.new.fingerprint(of)) for of in FINGERPRINTS}
    if any(None in pair for pair in pairs.values()):
        return None
    return frozenset(of for of, (old, new) in pairs.items() if old != new)


def find_examples(engine: Engine, count: int, longest: int) -> list[Example]:
    """Return for each cause the edits that differ in most documents, visible ones first, their texts cut."""
    if not engine.has("edits"):
        return []
    grouped = (
        f"SELECT cause, left(before, {longest}) AS gone, left(coalesce(after, suggestion), {longest}) AS come, made, "
        "count(DISTINCT document_id) AS documents, min(document_id) AS id, "
        "after IS NULL AND suggestion IS NOT NULL AS noted FROM differing GROUP BY cause, gone, come, made, noted"
    )
    rows = engine.rows(
        f"""SELECT cause, gone, come, made, documents, id, noted FROM ({grouped})
        QUALIFY row_number() OVER (PARTITION BY cause ORDER BY trim(gone || coalesce(come, '')) = '', documents DESC,
            length(gone), gone, made, noted, come NULLS FIRST) <= {count}
        ORDER BY cause, documents DESC, gone, made, noted, come NULLS FIRST"""
    )
    return [Example(*row) for row in rows]


def find_presence_causes(engine: Engine) -> dict[str, str]:
    """Say why one side has documents that the other lacks: it rejected the same bytes, else it never saw them."""
    shared = engine.shared_columns("documents")
    if not engine.has("rejects") or "raw_sha256" not in shared:
        return {}
    found: dict[str, str] = {}
    for op, word, other, side in ((ADDED, "new", "old", engine.new), (REMOVED, "old", "new", engine.old)):
        if op not in engine.ops:
            continue
        found |= {
            key: REJECTED_AT.get(stage, "source")
            for key, stage in engine.rows(
                f"SELECT f.id, min(r.stage) FROM found f "
                f"JOIN {word}_documents_apart d ON {engine.key(side, 'd.')} = f.id "
                f"JOIN {other}_rejects r ON r.raw_sha256 = d.raw_sha256 WHERE f.op = {op} GROUP BY f.id"
            )
        }
    return found


def _only_on(
    word: str, other: str, columns: tuple[str, ...] | list[str], where: str, *, is_counted: bool = False
) -> str:
    """Select the edits of the chosen documents that one side has and the other lacks."""
    chosen = ", ".join(["document_id", *map(name, columns)])
    ids = f"document_id IN (SELECT id FROM modified WHERE {where})"
    sides = [f"SELECT {chosen} FROM {each}_edits_apart WHERE {ids}" for each in (word, other)]
    except_all = " EXCEPT ALL " if is_counted else " EXCEPT "
    return f"SELECT *, '{word}' AS made FROM ({except_all.join(sides)})"


def _name_causes(engine: Engine, moved: frozenset[str] | None) -> None:
    kinds = sorted(engine.rows("SELECT DISTINCT rule, source_term FROM uncaused"), key=str)
    slugs = _slugs(engine) if any(term for _, term in kinds) else {}
    causes = [(rule, term, _cause(rule, slugs.get(term or ""), moved)) for rule, term in kinds]
    engine.add_table("cause_of", ("rule", "source_term", "cause"), causes)
    engine.run(
        "CREATE TEMP TABLE differing AS SELECT u.*, c.cause FROM uncaused u JOIN cause_of c "
        "ON u.rule = c.rule AND u.source_term IS NOT DISTINCT FROM c.source_term"
    )


def _cause(rule: str, slug: str | None, moved: frozenset[str] | None) -> str:
    """Name the cause of an edit that differs; what is known not to have changed is not named."""
    if moved == frozenset({"parser"}) or (moved and "parser" in moved and rule in _layouts()):
        return "parser"
    if slug and (not moved or "glossary" in moved):
        return f"glossary:{slug}"
    return f"rule:{rule}"


@cache
def _layouts() -> frozenset[str]:
    """Name the rules that only carry out what the parser has recognised."""
    from pipelines.rules.structure import STRUCTURE

    return frozenset(rule.id for rule in STRUCTURE)


def _slugs(engine: Engine) -> Mapping[str, str]:
    """Map the source terms whose edits differ to the short names of their terms."""
    if not engine.has("terms"):
        return {}
    wanted = "source_term IN (SELECT source_term FROM uncaused)"
    sides = (f"SELECT source_term, term FROM {word}_terms WHERE {wanted}" for word in ("old", "new"))
    return dict(engine.rows(f"SELECT source_term, min(term) FROM ({' UNION ALL '.join(sides)}) GROUP BY 1"))
