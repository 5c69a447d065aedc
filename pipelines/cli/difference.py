"""The face of a comparison on the terminal: from the version step down to the words of single documents.

Marks stand on their own, so that they can be read without colour: ``[-removed-]{+written+}``, ``…`` for words left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from pipelines.cli.output import WIDTH, one_line, shorten, table
from pipelines.compare import format_row
from pipelines.prose import plural

SHOWN = 8
"""Causes, fields and moved rows that are shown at most."""

DOCUMENTS = 6
"""Documents that are shown at most."""

PIECES = 24
"""Pieces of a text that are shown at most."""

_SIGNS = {"add": ("+", "green"), "delete": ("-", "red"), "modify": ("~", "yellow")}

_COLOURS = {"-": "red", "+": "green"}

Report = Mapping[str, Any]


def print_report(report: Report, file: Any = None) -> None:  # noqa: ANN401 - any open text file
    """Print a report, at most 80 columns wide; colours only where the terminal shows them."""
    console = Console(highlight=False, file=file)
    console.width = min(console.width, WIDTH)
    for text in _lines(report):
        indent = len(text.plain) - len(text.plain.lstrip(" "))
        for line in text[indent:].wrap(console, console.width - indent):
            line.rstrip()
            console.print(Text(" " * indent) + line, markup=False, soft_wrap=True)


def _lines(report: Report) -> Iterator[Text]:
    step = "equal" if report["is_equal"] else report["bump"]
    names = f"{one_line(report['old']['name'])} → {one_line(report['new']['name'])}"
    yield Text.assemble((names, "bold"), ("   ", ""), (step, "bold cyan"))
    if report["is_equal"]:
        return
    yield Text(report["reason"])
    yield from _schema(report)
    yield from _counts(report)
    yield from _fields(report)
    yield from _causes(report)
    yield from _moved(report)
    yield from _documents(report)


def _head(title: str, note: str = "") -> Iterator[Text]:
    yield Text()
    yield Text.assemble((title, "bold"), (f"  {note}" if note else "", "dim"))


def _rows(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[Text]:
    yield from (Text("  " + line) for line in table(rows, right))


def _schema(report: Report) -> Iterator[Text]:
    if report["schema"]:
        yield from _head("Schema")
        yield from _rows([
            (f"{c['table']}.{c['column']}", c["kind"], " → ".join(filter(None, (c["old"], c["new"]))))
            for c in report["schema"]
        ])  # fmt: skip


def _counts(report: Report) -> Iterator[Text]:
    counts = report["counts"]
    yield from _head("Counts")
    rows = [("documents", f"{report['old']['documents']:,} → {report['new']['documents']:,}")]
    rows += [(name, f"{counts[name]:,}") for name in ("added", "removed", "changed", "renamed", "same") if counts[name]]
    yield from _rows(rows)


def _fields(report: Report) -> Iterator[Text]:
    if report["fields"]:
        yield from _head("Fields")
        yield from _rows([(f["field"], plural(f["documents"], "document")) for f in report["fields"][:SHOWN]])
        yield from _more(report["fields"], SHOWN)


def _causes(report: Report) -> Iterator[Text]:
    if report["causes"]:
        yield from _head("Causes", "of changed documents")
    for cause in report["causes"][:SHOWN]:
        yield Text.assemble(
            ("  ", ""), (shorten(cause["cause"], 50), "cyan"), f" touched {plural(cause['documents'], 'document')}"
        )
        for example in cause["examples"]:
            yield _example(example)
    yield from _more(report["causes"], SHOWN)


def _example(example: Mapping[str, Any]) -> Text:
    before, after = (_visible(example[name] or "") for name in ("before", "after"))
    before = shorten(before, max(24, 48 - len(after)))
    after = shorten(after, max(24, 48 - len(before)))
    when = "" if example["made"] == "new" else "no longer "
    arrow, gone, come = (" noted: ", "", "") if example["is_noted"] else (" → ", "red", "green")
    return Text.assemble(
        f"    {when}", (f"“{before}”", gone), arrow, (f"“{after}”", come), (f"  {_place(example)}", "dim")
    )


def _place(example: Mapping[str, Any]) -> str:
    more = f" +{example['documents'] - 1:,}" if example["documents"] > 1 else ""
    return shorten(example["document_id"], 18) + more


def _moved(report: Report) -> Iterator[Text]:
    moved = [row for row in report["distribution"] if row["is_notable"]]
    if moved:
        yield from _head("Moved more than noise", f"{report['old']['name']} → {report['new']['name']}")
        totals = report["old"]["documents"], report["new"]["documents"]
        yield from _rows([
            (row["measure"], shorten(row["value"], 30), *format_row(row, totals), f"z {row['z']:+.1f}")
            for row in moved[:SHOWN]
        ], right=frozenset({2, 3, 4}))  # fmt: skip
        yield from _more(moved, SHOWN)


def _documents(report: Report) -> Iterator[Text]:
    counts = report["counts"]
    total = counts["added"] + counts["removed"] + counts["changed"]
    ranked = sorted(report["documents"], key=lambda each: each["op"] != "modify")[:DOCUMENTS]
    if ranked:
        note = f"{len(ranked):,} of {total:,} shown; --format html shows more" if len(ranked) < total else ""
        yield from _head("Documents", note)
    for each in ranked:
        sign, style = _SIGNS[each["op"]]
        name = shorten(each["document_id"], 40)
        renamed = f" (renamed, other id {shorten(each['other_id'], 24)})" if each["other_id"] else ""
        yield Text.assemble((f"  {sign} {name}", style), renamed, (f"  {shorten(each['title'], 34)}", "dim"))
        if each["op"] == "modify":
            yield Text(f"      {', '.join(each['fields'])} ({', '.join(each['causes'])})", style="dim")
        if each["text"]:
            yield _words(each["text"])


def _words(pieces: Sequence[Sequence[str]]) -> Text:
    text = Text("      ")
    for op, words, *_ in pieces[:PIECES]:
        if op == "~":
            text.append("… " if text.plain.endswith(" ") else " … ")
        elif op == "=":
            shown = _visible(words.replace("\n\n", " ¶ "))
            text.append(shown.lstrip(" ") if text.plain.endswith("… ") else shown)
        else:
            text.append(f"[-{_visible(words)}-]" if op == "-" else f"{{+{_visible(words)}+}}", _COLOURS[op])
    return text.append("…" if len(pieces) > PIECES else "")


def _more(rows: Sequence[object], shown: int) -> Iterator[Text]:
    if len(rows) > shown:
        yield Text(f"  and {len(rows) - shown:,} more", "dim")


def _visible(text: str) -> str:
    """Write line ends and other signs without a shape so that they can be seen."""
    return "".join(c if c.isprintable() else {"\n": "↵", "\t": "⇥"}.get(c, "�") for c in text)
