"""``corpus releases``: list what a store holds."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from pipelines.cli.output import WIDTH, add_json, add_store, check_store, moment, plain, print_json, print_lines, table
from pipelines.prose import publish_into

if TYPE_CHECKING:
    from pipelines.release import ReleaseInfo


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
    from pipelines.release import nearby, releases

    check_store(args.store)
    with nearby(args.store) as near:
        found = releases(near.store)
        rows_as_json = [{**plain(info), "path": near.address(info.path)} for info in found]
        place = near.address(near.store)
    if args.json:
        print_json(rows_as_json)
    elif not found:
        print_lines([f"no release in {place} yet: make one with {publish_into(place)}"])
    else:
        head = ("version", "documents", "rejects", "published", "bump", "")
        rows = [
            (r.version, f"{r.documents:,}", f"{r.rejects:,}", moment(r.published_at), r.bump, _marks(r)) for r in found
        ]
        lines = table([head, *rows], right=frozenset({1, 2}))
        print_lines(lines[:1])
        for line, release in zip(lines[1:], found, strict=True):
            notes = [release.reason]
            notes += [f"withdrawn: {release.withdrawn}"] * (release.withdrawn is not None)
            notes += [f"flow run {release.run_id}"] * (release.run_id is not None)
            print_lines([line, *(part for note in notes for part in _indented(note))])
    return 0


def _marks(release: ReleaseInfo) -> str:
    return " ".join(["withdrawn"] * (release.withdrawn is not None) + ["pinned"] * release.is_pinned)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
