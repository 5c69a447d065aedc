"""``corpus diff``: what changed between two versions, and why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pipelines.cli.output import add_store, find_release
from pipelines.errors import DATA, USAGE, CorpusError

if TYPE_CHECKING:
    from pipelines.compare import Difference, Side
    from pipelines.release import Nearby

FORMATS = ("text", "json", "markdown", "html")
STEPS = ("patch", "minor", "major")
SUFFIXES = {".json": "json", ".md": "markdown", ".html": "html", ".htm": "html"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "diff",
        help="show what changed between two versions, and why",
        description="Show what was added, removed and changed between two releases, in which fields, which words, "
        "and why.\nExit code 0: they say the same; 1: they differ.",
    )
    parser.add_argument("old", metavar="OLD", help="a version, or the path of a release folder or Parquet file")
    parser.add_argument("new", metavar="NEW", help="the version or path to compare it with")
    parser.add_argument("--format", choices=FORMATS, help="the form of the report (default: text, or as FILE ends)")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the report there instead of printing")
    parser.add_argument(
        "--fail-on",
        choices=STEPS,
        metavar="STEP",
        help="exit with 1 only if they call for this step (patch, minor, major) or more",
    )
    parser.add_argument(
        "--key", metavar="COLUMN", help="compare plain Parquet files whose rows this column names; without causes"
    )
    parser.add_argument("--memory", metavar="SIZE", help="memory to use before spilling to disk (default: 512MB)")
    add_store(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the report; return 1 where the sides differ, or differ by so much as ``--fail-on`` names."""
    if args.output and not args.output.parent.is_dir():
        raise CorpusError(f"{args.output}: no folder {args.output.parent}; make it, or name another file", USAGE)
    from pipelines.compare import BUDGET, Engine, build_report
    from pipelines.release import nearby

    form = args.format or (SUFFIXES.get(args.output.suffix.lower(), "text") if args.output else "text")
    with nearby(args.store) as near:
        old, new = (_open(name, near, args.key) for name in (args.old, args.new))
        with Engine(old, new, args.memory) as engine:
            difference, report = build_report(engine, _budget(form, BUDGET))
    if args.output:
        with args.output.open("w", encoding="utf-8") as file:
            _write(report, form, file)
    else:
        _write(report, form, None)
    return _exit_code(difference, report["bump"], args.fail_on)


def _open(name: str, near: Nearby, key: str | None) -> Side:
    """Find what a name stands for: a release, or with a key plain Parquet files."""
    from pipelines.compare import as_side, plain_side

    if key is not None:
        return plain_side(Path(name), key)
    if name.endswith(".parquet"):
        raise CorpusError(f"{name} is a plain file: name the column that identifies its rows with --key", USAGE)
    return as_side(find_release(near, name))


def _budget(form: str, most: int) -> int:
    """Return how many documents a form shows one by one."""
    return {"text": 12, "markdown": 50}.get(form, most)


def _write(report: dict[str, Any], form: str, file: TextIO | None) -> None:
    if form == "text":
        from pipelines.cli.difference import print_report

        print_report(report, file)
        return
    if form == "json":
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    else:
        from pipelines.compare import render_markdown, render_page

        text = render_markdown(report) if form == "markdown" else render_page(report)
    if file is None:
        print(text, end="")
    else:
        file.write(text)


def _exit_code(difference: Difference, bump: str | None, fail_on: str | None) -> int:
    if difference.is_empty or bump is None:
        return 0
    return DATA if fail_on is None or STEPS.index(bump) >= STEPS.index(fail_on) else 0
