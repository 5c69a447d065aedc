"""The report as Markdown, also the ``CHANGES.md`` of each release; texts are escaped, since they are hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.compare.distribution import format_row
from pipelines.prose import plural

SHOWN = 50
"""Documents that are named for each kind of change; the table ``changes`` of a release has them all."""

CAUSES = 20
LONGEST = 80

Report = Mapping[str, Any]


def render_markdown(report: Report) -> str:
    """Write a report as a page of its own."""
    old, new = _text(report["old"]["name"]), _text(report["new"]["name"])
    if report["is_equal"]:
        return f"# {old} → {new}\n\nBoth say the same.\n"
    first = f"This calls for a {report['bump']} version: {_text(report['reason'])}."
    return "\n".join([f"# {old} → {new}", "", first, "", *_sections(report)])


def render_changes(manifest: Mapping[str, Any], report: Report | None) -> str:
    """Write CHANGES.md of a release; ``report`` is that of its parent and itself, None for the first release."""
    lines = [f"# {manifest['version']}", ""]
    if report is None:
        return "\n".join([*lines, f"First release: {plural(manifest['counts']['documents'], 'document')}.", ""])
    first = f"{manifest['bump'].capitalize()} release after {manifest['parent']}: {_text(manifest['reason'])}."
    return "\n".join([*lines, first, "", *_sections(report)])


def _sections(report: Report) -> Iterator[str]:
    yield from _table(
        "Schema",
        ("column", "change", "old", "new"),
        [(_code(f"{c['table']}.{c['column']}"), c["kind"], _code(c["old"]), _code(c["new"])) for c in report["schema"]],
    )
    counts = report["counts"]
    sizes = [("documents", f"{report['old']['documents']:,} → {report['new']['documents']:,}")]
    names = ("added", "removed", "changed", "renamed")
    yield from _table("Counts", ("what", "documents"), sizes + [(n, f"{counts[n]:,}") for n in names if counts[n]])
    yield from _table(
        "Fields", ("column", "documents"), [(_code(f["field"]), f"{f['documents']:,}") for f in report["fields"]]
    )
    yield from _causes(report["causes"])
    totals = report["old"]["documents"], report["new"]["documents"]
    yield from _table(
        "Moved more than noise",
        ("measure", "value", "old", "new"),
        [
            (row["measure"], _code(row["value"]), *format_row(row, totals))
            for row in report["distribution"]
            if row["is_notable"]
        ],
    )
    others = {pair[key] for pair in report["renamed"] for key in ("old", "new")}
    renamed = [f"- {_code(pair['old'])} → {_code(pair['new'])}" for pair in report["renamed"]]
    yield from _list("Renamed", renamed, counts["renamed"])
    for title, op, count in (
        ("Added", "add", "added"),
        ("Removed", "delete", "removed"),
        ("Changed", "modify", "changed"),
    ):
        lines = [_line(d) for d in report["documents"] if d["op"] == op and d["document_id"] not in others]
        yield from _list(title, lines, counts[count] - (counts["renamed"] if op != "modify" else 0))


def _causes(causes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not causes:
        return
    yield from ("## Causes", "")
    for cause in causes[:CAUSES]:
        yield f"- {_code(cause['cause'])} touched {cause['documents']:,} document{'s' * (cause['documents'] != 1)}"
        for example in cause["examples"]:
            when = "" if example["made"] == "new" else "no longer "
            before, after = _code(example["before"]), _code(example["after"] or "")
            arrow = "noted, suggested:" if example["is_noted"] else "→"
            yield f"  - {when}{before} {arrow} {after} in {_code(example['document_id'])}"
    if len(causes) > CAUSES:
        yield f"- and {len(causes) - CAUSES:,} more"
    yield ""


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield from (f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}")
        yield from (f"| {' | '.join(row)} |" for row in rows)
        yield ""


def _list(title: str, lines: Sequence[str], total: int) -> Iterator[str]:
    if lines:
        yield from (f"## {title} ({total:,})", "", *lines[:SHOWN])
        if total > min(len(lines), SHOWN):
            yield f"- and {total - min(len(lines), SHOWN):,} more: see the table `changes`"
        yield ""


def _line(document: Mapping[str, Any]) -> str:
    fields = f": {', '.join(document['fields'])}" if document["fields"] else ""
    return f"- {_code(document['document_id'])}{fields} ({_text(', '.join(document['causes']))})"


def _one_line(text: str) -> str:
    line = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _code(text: str) -> str:
    """Set a text as code, with nothing in it that would end the code or a cell."""
    shown = _one_line(text).replace("`", "'").replace("|", "/")
    return f"`{shown}`" if shown.strip() else "nothing" if not text else "`␣`"


def _text(text: str) -> str:
    """Escape a text so that Markdown and HTML show it as it is."""
    return re.sub(r"([\\`*\[\]<>|#~&$]|(?<!\w)_|_(?!\w))", r"\\\1", re.sub(r"\s+", " ", text))
