"""``corpus log``: what was done to the releases of a store, and when."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from pipelines.cli.output import (
    WIDTH,
    add_json,
    add_store,
    check_store,
    moment,
    one_line,
    print_json,
    print_lines,
    print_note,
)
from pipelines.errors import DATA
from pipelines.prose import plural, publish_into
from pipelines.urls import show_source

if TYPE_CHECKING:
    from pipelines.release import Entry


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "log",
        help="show what was published, withdrawn and removed",
        description="Show the log of a store, oldest entry first; exit code 1 when the log itself is damaged.",
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print two lines per entry at most: when, what, which version, and why."""
    from pipelines.release import check_log, nearby, read_log

    check_store(args.store)
    with nearby(args.store) as near:
        entries, findings = read_log(near.store), check_log(near.store)
    if args.json:
        print_json(entries)
    elif not entries and not findings:
        print_lines(
            [f"no log in {show_source(args.store)} yet: it begins with {publish_into(show_source(args.store))}"]
        )
    else:
        print_lines(line for entry in entries for line in _show(entry))
    for finding in findings:
        print_note(f"{finding.path}: {finding.problem}; {finding.advice}")
    return DATA if findings else 0


def _show(entry: Entry) -> list[str]:
    head = f"{entry.number:>5}  {moment(entry.at)}  {entry.action:<8}{entry.version or ''}"
    return [head.rstrip(), *textwrap.wrap(_detail(entry), WIDTH, initial_indent=" " * 7, subsequent_indent=" " * 7)]


def _detail(entry: Entry) -> str:
    detail = entry.detail
    if entry.action == "publish":
        counts = detail.get("counts", {})
        recovered = ", recovered after a crash" * bool(detail.get("recovered"))
        return one_line(
            f"{detail.get('bump')}: {detail.get('reason')}; {plural(counts.get('documents', 0), 'document')}, "
            f"{plural(counts.get('rejects', 0), 'reject')}, source {detail.get('source')}{recovered}"
        )
    return one_line("; ".join(str(v) if k == "reason" else f"{k} {v}" for k, v in sorted(detail.items())))
