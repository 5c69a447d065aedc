"""``corpus gc``: collect what killed runs left behind in a store."""

from __future__ import annotations

import argparse

from pipelines.cli.output import add_json, add_store, check_store, print_json, print_lines


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "gc",
        help="collect what killed runs left behind",
        description="Remove staging that no live run holds, as every publish does; releases are not touched.",
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was removed, one line each."""
    from pipelines.places import Place, place_of
    from pipelines.publish.keeping import collect_garbage
    from pipelines.push import collect

    check_store(args.store)
    gone = collect(args.store) if isinstance(place_of(args.store), Place) else collect_garbage(args.store)
    if args.json:
        print_json({"removed": gone})
    else:
        print_lines([f"removed {path}" for path in gone] or ["nothing to collect"])
    return 0
