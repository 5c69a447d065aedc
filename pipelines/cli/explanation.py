"""The face of an explanation: the raw text with every edit marked in place, then notes, then the reasons.

Marks stand on their own, so that they can be read without colour: ``[-removed-]{+written+}``, ``[title: moved text]``
for what went into a column, ``‹text›`` for what was only pointed at; the number behind a mark is that of its note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.output import print_lines
from pipelines.document import APPLIED, Edit, in_order
from pipelines.prose import plural

_STYLES = {"delete": "red strike", "replace": "green", "move": "cyan", "redact": "magenta", "annotate": "yellow"}
_GONE = "red strike"
_PADDED = re.compile(r"(\[(?:EMAIL|ID|CARD|PHONE)\])\*+")
_NOTE_WIDTH = 60
_WIDEST = 100
"""Columns beyond which prose is hard to read, however wide the terminal."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Corpus: explanation</title>
<style>
{stylesheet}
body {{ margin: 1.5rem auto; max-width: 68rem; padding: 0 1rem; color: {foreground}; background: {background}; }}
pre {{ white-space: pre-wrap; font: 0.85rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
</style>
<body><pre><code>{code}</code></pre></body>
</html>
"""


class _Page:
    """Writes a raw text with its edits, and numbers the notes in the order of their marks."""

    def __init__(self, raw: str, edits: Sequence[Edit]) -> None:
        self.raw = raw
        ordered = in_order(edits)
        self.notes = {id(e): n for n, e in enumerate(ordered, start=1)}
        self.applied = sorted((e for e in ordered if e.action in APPLIED), key=lambda e: (e.start, -e.end))
        self.begun: set[int] = set()
        self.opens: dict[int, list[Edit]] = {}
        self.closes: dict[int, list[Edit]] = {}
        for edit in (e for e in ordered if e.action == "annotate"):
            self.opens.setdefault(edit.start, []).append(edit)
            self.closes.setdefault(edit.end, []).append(edit)

    def text(self) -> Text:
        """Return the whole raw text, marked."""
        return self._span(0, len(self.raw), self.applied, "")

    def _span(self, start: int, end: int, edits: Sequence[Edit], style: str) -> Text:
        out, position, rest = Text(), start, list(edits)
        while rest:
            edit = rest.pop(0)
            inner = [e for e in rest if e.end <= edit.end and e.start >= edit.start]
            rest = rest[len(inner) :]
            out.append_text(self._plain(position, edit.start, style))
            out.append_text(self._marked(edit, inner))
            position = edit.end
        return out.append_text(self._plain(position, end, style))

    def _plain(self, start: int, end: int, style: str) -> Text:
        """Write kept text; every annotation opens and closes once, at the first text that reaches its place."""
        places = sorted({p for p in (*self.opens, *self.closes) if start <= p <= end})
        out, position = Text(), start
        for place in places:
            out.append(self.raw[position:place], style)
            for edit in self.closes.pop(place, ()):
                out.append("›", _STYLES["annotate"]).append(str(self.notes[id(edit)]), "dim")
            if not self._opens_inside(place):
                out.append("‹" * len(self.opens.pop(place, ())), _STYLES["annotate"])
            position = place
        return out.append(self.raw[position:end], style)

    def _opens_inside(self, place: int) -> bool:
        """Tell whether an annotation that starts here lies in an edit that starts here too and is still to come."""
        around = [e for e in self.applied if e.start == place and id(e) not in self.begun]
        return any(e.end >= a.end for e in around for a in self.opens.get(place, ()))

    def _marked(self, edit: Edit, inner: Sequence[Edit]) -> Text:
        self.begun.add(id(edit))
        style, number = _STYLES[edit.action], str(self.notes[id(edit)])
        if not edit.before.strip() and not (edit.after or "").strip():
            return Text(edit.before if "\n" in edit.before else "·")
        if edit.action == "move":
            held = self._span(edit.start, edit.end, inner, "")
            return Text.assemble((f"[{edit.field}: ", style), held, ("]", style), (number, "dim"))
        if edit.action == "redact":
            return Text.assemble(
                ("[-masked-]", "red"), ("{+", style), (edit.after or "", style), ("+}", style), (number, "dim")
            )
        held = self._span(edit.start, edit.end, inner, _GONE) if inner else Text(_unpadded(edit.before), _GONE)
        gone = Text.assemble(("[-", "red"), held, ("-]", "red"))
        written = Text.assemble(("{+", style), (edit.after, style), ("+}", style)) if edit.after else Text()
        return Text.assemble(gone, written, (number, "dim"))


def _notes(edits: Sequence[Edit]) -> Table:
    """One row for each edit: its number, its rule with class and confidence, and what it did."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for number, edit in enumerate(in_order(edits), start=1):
        rule = Text.assemble(
            (edit.rule, _STYLES[edit.action]), (f"\n  {edit.artefact_class}, {edit.confidence}", "dim")
        )
        grid.add_row(str(number), rule, Text(_deed(edit) + (f" 〔{edit.source_term}〕" if edit.source_term else "")))
    return grid


def _deed(edit: Edit) -> str:
    before = _short(edit.before)
    if edit.rule == "correction":
        return f"{before} → {_short(edit.after or '')}: {edit.suggestion}"
    return {
        "move": f"{before} → column {edit.field}",
        "delete": f"{before} removed",
        "replace": f"{before} → {_short(edit.after or '')}",
        "redact": f"masked as {edit.after}",
        "annotate": f"{before}; suggested: {edit.suggestion}" if edit.suggestion else f"{before} needs a look",
    }[edit.action]


def _why(reasons: Mapping[str, str]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(ratio=1)
    for rule, why in sorted(reasons.items()):
        grid.add_row(Text(rule), Text(why))
    return grid


def _unpadded(text: str) -> str:
    """Leave out what pads a mask to the length of what stood there: it reads as part of the text."""
    return _PADDED.sub(r"\1", text)


def _short(text: str) -> str:
    text = _unpadded(text)
    shown = repr(text)[1:-1] if not text.strip() or "\n" in text else text
    return f"“{shown if len(shown) <= _NOTE_WIDTH else shown[: _NOTE_WIDTH - 1] + '…'}”"


def _lines(name: str, raw: str, edits: Sequence[Edit], reasons: Mapping[str, str]) -> Iterator[Text | Table]:
    page = _Page(raw, edits)
    applied = sum(e.action in APPLIED for e in edits)
    yield Text(name, "bold")
    yield Text(
        f"{plural(len(raw), 'character')}, {plural(applied, 'edit')} applied, "
        f"{plural(len(edits) - applied, 'place')} pointed at",
        "dim",
    )
    yield Text("[-removed-]{+written+} · [column: moved] · ‹pointed at› · 1 is the note below\n", "dim")
    for line in page.text().split("\n"):
        if line.plain.strip(" ·"):
            yield line
            yield Text()
    yield Text("Notes", "bold")
    yield _notes(edits)
    yield Text("\nWhy", "bold")
    yield _why(reasons)


def print_explanation(name: str, raw: str, edits: Sequence[Edit], reasons: Mapping[str, str]) -> None:
    """Print the explanation to stdout, wrapped to the terminal; colours only where the terminal shows them."""
    console = Console(highlight=False, soft_wrap=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as held:
        for line in _lines(name, raw, edits, reasons):
            console.print(line, markup=False)
    print_lines(line.rstrip() for line in held.get().splitlines())


def explain_html(name: str, raw: str, edits: Sequence[Edit], reasons: Mapping[str, str]) -> str:
    """Return the explanation as one self-contained page, texts escaped."""
    console = Console(record=True, width=104, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in _lines(name, raw, edits, reasons):
        console.print(line, markup=False, highlight=False)
    return console.export_html(code_format=_PAGE, inline_styles=False)
