"""``corpus report``: write a small site that shows what is in a release, what was changed and why."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.cli.output import add_json, add_store, print_json, print_lines
from pipelines.prose import plural


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "report",
        help="write a site to look at a release",
        description="Write a small site that shows a release: its documents with every edit, its rules and terms.\n"
        "It opens from disk and behind any web server, and loads nothing from elsewhere.",
    )
    parser.add_argument(
        "version", nargs="?", metavar="VERSION", help="a version or release folder (default: the latest)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the folder to write, or a report to replace (default: report-VERSION)",
    )
    add_store(parser, takes_url=False)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the report and say where its first page is."""
    from pipelines.refine import reasons_of_rules
    from pipelines.release import resolve
    from pipelines.report import write_report

    release = resolve(args.store, args.version)
    report = write_report(release, args.output or Path(f"report-{release.version}"), reasons_of_rules())
    if args.json:
        print_json(report)
    else:
        size = f"{plural(report.files, 'file')}, {report.bytes / 1e6:,.1f} MB"
        documents = plural(report.documents, "document")
        print_lines([f"report of {report.version}: {documents}, {size}", f"open {report.page.as_posix()}"])
    return 0
