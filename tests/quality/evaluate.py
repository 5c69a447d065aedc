"""Evaluate the cleaning on development data, and hold every figure against its target.

DATA holds one folder for each suite (``chrome``, ``mtdocs``, ``noharm``, ``boilerplate``: inputs in ``raw``, beside
their gold; ``mt-unlabelled``: inputs alone). Each is published into a store of its own by the pure stages, without
Prefect; the evaluator beside DATA (``DATA/../evaluate/evaluate.py``) scores the release. Replay, undo and idempotence
are checked here on every document. The exit code is 1 where a target is missed. Neither the data nor the evaluator
belongs to the project. Usage, from the top folder: ``make evaluate DATA=FOLDER``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import schemas
from pipelines.cli.output import table
from pipelines.document import CleanedDocument, RawText, replay, undo
from pipelines.publish import Build, publish
from pipelines.refine import Source, clean, load_source
from tests.samples import build_tables, refine

SCORED = ("chrome", "mtdocs", "noharm", "boilerplate")
UNSCORED = ("mt-unlabelled",)
FIELDS = (
    "title", "subtitles", "published_date", "published_time", "dateline_place", "outlet", "reporters", "editors",
    "photographers", "captions",
)  # fmt: skip
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of a suite, where it stands in the figures, and what it must reach (or, ``is_most``, not exceed)."""

    suite: str
    name: str
    path: tuple[str, ...]
    value: float
    is_most: bool = False

    def met_by(self, figure: float | None) -> bool:
        """Tell whether the figure reaches the target; what could not be measured does not."""
        if figure is None:
            return False
        return figure <= self.value if self.is_most else figure >= self.value

    def __str__(self) -> str:
        """Write the target as the table shows it."""
        return f"{'≤' if self.is_most else '≥'} {self.value:g}"


def _metadata(suite: str, wanted: Mapping[str, float]) -> list[Target]:
    return [Target(suite, f"{f} right %", ("metadata", f, "accuracy"), least) for f, least in wanted.items()]


F1, EXACT = ("body", "f1"), ("body", "exact_after_whitespace")
CERTAIN = ("title", "published_date", "published_time", "editors")
LOOSE = ("outlet", "photographers", "captions")

TARGETS = (
    Target("chrome", "body F1", F1, 99.3),
    Target("chrome", "body exact %", EXACT, 85),
    *_metadata("chrome", dict.fromkeys(CERTAIN, 97.0) | dict.fromkeys(LOOSE, 85.0)),
    Target("mtdocs", "body F1", F1, 99.5),
    Target("mtdocs", "body exact %", EXACT, 80),
    *_metadata("mtdocs", dict.fromkeys(FIELDS, 90.0)),
    Target("mtdocs", "artefact recall %", ("artefacts", "recall"), 85),
    Target("mtdocs", "edit precision %", ("changes_inside_body", "edit_precision"), 98),
    Target("mtdocs", "traps broken", ("traps", "violated"), 0, is_most=True),
    Target("noharm", "harmed words per 10,000", ("changes_inside_body", "harmed_words_per_10k"), 0, is_most=True),
    Target("noharm", "body F1", F1, 99.98),
    Target("boilerplate", "body F1", F1, 90),
)
"""What the cleaning is to reach on the suites that have gold."""

LAWS = ("replay broken", "undo broken", "changed when cleaned twice")
"""What must be 0 on every suite."""


def measure_suite(folder: Path, store: Path, evaluator: Path) -> Figures:
    """Publish one suite, check the laws on every document, and have the release scored where there is gold."""
    source = load_source(folder)
    documents, rejects = refine(source.inputs, source.settings, source.knowledge)
    tables = build_tables(documents, rejects)
    release = publish(tables, store, source.settings, _build(source)).path
    figures: dict[str, Any] = {
        "documents": tables.documents.num_rows,
        "rejects": tables.rejects.num_rows,
        "reasons": Counter(tables.rejects["reason"].to_pylist()),
        "edits": tables.edits.num_rows,
        **_laws(documents, source),
    }
    if folder.name in SCORED:
        figures |= _score(folder, release, evaluator)
    return figures


def _build(source: Source) -> Build:
    known = source.knowledge
    return Build(
        known.rule_fingerprint, known.glossary_fingerprint, known.parser_fingerprint, schemas.fingerprint(),
        "evaluation", len(source.inputs), source.settings.name, "evaluation",
    )  # fmt: skip


def _laws(documents: Sequence[CleanedDocument], source: Source) -> dict[str, int]:
    """Count the documents that break a law."""
    broken = dict.fromkeys(LAWS, 0)
    for document in documents:
        raw = document.raw
        broken["replay broken"] += replay(raw.text, document.edits) != document.text
        broken["undo broken"] += undo(document.text, document.edits) != _masked(document)
        again = clean(RawText(raw.id, raw.source, document.text, "", 0), source.knowledge)
        broken["changed when cleaned twice"] += again.text != document.text
    return broken


def _masked(document: CleanedDocument) -> str:
    """Return the raw text with its personal data masked, as an undo must give it back."""
    raw = document.raw.text
    for edit in document.edits:
        if edit.action == "redact":
            raw = raw[: edit.start] + edit.before + raw[edit.end :]
    return raw


def _score(folder: Path, release: Path, evaluator: Path) -> Figures:
    """Run the evaluator; its last line is its figures as JSON."""
    command = [sys.executable, str(evaluator), "--gold", str(folder), "--suite", folder.name]
    command += ["--documents", str(release / "documents"), "--edits", str(release / "edits")]
    command += ["--details", str(release.parents[1] / "details.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (release.parents[1] / "report.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    lines = done.stdout.splitlines()
    figures: dict[str, Any] = json.loads(lines[-1]) if lines else {"error": done.stderr.strip()[-200:]}
    if "error" in figures:
        print(f"{folder.name}: the evaluator failed: {figures['error']}", file=sys.stderr)
    return figures


def look_up(figures: Figures, path: Sequence[str]) -> float | None:
    """Find a figure by its path; a list counts as its length, no document at all as nothing."""
    value: Any = figures
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return float(len(value))
    return None if value is None else float(value)


def rows_of(suite: str, figures: Figures) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows of one suite: suite, figure, measured, target, and whether it is met."""
    for name in ("documents", "rejects", "edits"):
        reasons = ", ".join(f"{r} {n}" for r, n in figures["reasons"].items()) if name == "rejects" else ""
        yield suite, name, f"{figures[name]:,}", reasons, ""
    laws = [Target(suite, law, (law,), 0, is_most=True) for law in LAWS]
    for target in (*(t for t in TARGETS if t.suite == suite), *laws):
        figure = look_up(figures, target.path)
        shown = "none" if figure is None else f"{figure:,.2f}".rstrip("0").rstrip(".")
        yield suite, target.name, shown, str(target), "met" if target.met_by(figure) else "MISSED"


def evaluate(data: Path, home: Path, only: Sequence[str] = ()) -> int:
    """Measure every suite in ``data`` with stores in ``home``, print the table, and return the exit code."""
    evaluator = data.resolve().parent / "evaluate" / "evaluate.py"
    suites = [s for s in (*SCORED, *UNSCORED) if (data / s / "raw").is_dir() and (not only or s in only)]
    if not suites or not evaluator.is_file():
        lacking = f"no suite in {data}" if not suites else f"no evaluator at {evaluator}"
        print(f"{lacking}; the data is no part of the project: make evaluate DATA=FOLDER", file=sys.stderr)
        return 2
    rows: list[tuple[str, ...]] = [("suite", "figure", "measured", "target", "")]
    for suite in suites:
        rows += rows_of(suite, measure_suite(data / suite, home / suite, evaluator))
    print("\n".join(table(rows, right=frozenset({2}))))
    missed = sum(row[-1] == "MISSED" for row in rows)
    print(f"{missed} of {sum(row[-1] != '' for row in rows[1:])} targets missed")
    return int(missed > 0)


def main() -> int:
    """Read the command line and evaluate."""
    parser = argparse.ArgumentParser(description="Hold the cleaning against its targets on development data.")
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder with one folder per suite")
    parser.add_argument("--suite", action="append", default=[], help="only this suite; may be given again")
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="keep stores, reports and details there (a new folder)"
    )
    args = parser.parse_args()
    if args.to:
        return evaluate(args.data, args.to, args.suite)
    with tempfile.TemporaryDirectory() as home:
        return evaluate(args.data, Path(home), args.suite)


if __name__ == "__main__":
    sys.exit(main())
