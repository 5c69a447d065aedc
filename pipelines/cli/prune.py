"""``corpus prune``: remove old releases, and pin those that are to stay."""

from __future__ import annotations

import argparse

from pipelines.cli.output import add_json, add_store, check_store, print_json, print_lines
from pipelines.errors import USAGE, CorpusError

DESCRIPTION = (
    "Remove the releases that are older than the N newest ones. Withdrawn releases do not count among the N; the "
    "latest release and pinned ones always stay. What was removed is in the log."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("prune", help="remove old releases, pin those to stay", description=DESCRIPTION)
    parser.add_argument("--keep", type=_count, metavar="N", help="how many releases to keep, 1 or more")
    parser.add_argument("--pin", nargs="+", default=[], metavar="VERSION", help="never remove these, now or later")
    parser.add_argument("--unpin", nargs="+", default=[], metavar="VERSION", help="take pins back")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    add_store(parser, takes_url=False)
    add_json(parser)
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of releases: give 1 or more")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Set pins, then remove; nothing to remove is no problem."""
    from pipelines.publish.keeping import pin, prune

    if args.keep is None and not (args.pin or args.unpin):
        raise CorpusError("prune takes --keep N, --pin VERSION or --unpin VERSION; see: corpus prune --help", USAGE)
    if args.dry_run and (args.pin or args.unpin):
        raise CorpusError("--dry-run goes with --keep alone: set the pins first", USAGE)
    check_store(args.store)
    pinned = pin(args.store, args.pin)
    unpinned = pin(args.store, args.unpin, is_pinned=False)
    removed = [] if args.keep is None else prune(args.store, args.keep, dry_run=args.dry_run)
    if args.json:
        print_json(
            {
                "pinned": pinned,
                "unpinned": unpinned,
                "removed": [info.version for info in removed],
                "dry_run": args.dry_run,
            }
        )
        return 0
    lines = [f"pinned {version}" for version in pinned] + [f"unpinned {version}" for version in unpinned]
    verb = "would remove" if args.dry_run else "removed"
    lines += [f"{verb} {info.version}" for info in removed]
    if args.keep is not None and not removed:
        lines.append("nothing to remove")
    print_lines(lines or ["nothing to change"])
    return 0
