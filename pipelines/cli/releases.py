"""``corpus releases``: list what a store holds."""

from __future__ import annotations

import argparse
import textwrap

from pipelines.cli.output import WIDTH, add_json, add_store, print_json, print_lines, table


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "releases", help="list the releases of a store", description="List the releases of a store, oldest first."
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one row per release and the reason of its version; an empty store is no problem."""
    from pipelines.release import releases

    found = releases(args.store)
    if args.json:
        print_json(found)
    elif not found:
        print_lines([f"no release in {args.store} yet: make one with corpus publish"])
    else:
        head = ("version", "documents", "rejects", "published", "bump")
        rows = [(r.version, f"{r.documents:,}", f"{r.rejects:,}", r.published_at[:16], r.bump) for r in found]
        lines = table([head, *rows], right=frozenset({1, 2}))
        print_lines(lines[:1])
        for line, release in zip(lines[1:], found, strict=True):
            print_lines([line, *textwrap.wrap(release.reason, WIDTH, initial_indent="    ", subsequent_indent="    ")])
    return 0
