"""``corpus yank``: withdraw a release, or take that back."""

from __future__ import annotations

import argparse

from pipelines.cli.output import add_json, add_store, check_store, print_json, print_lines
from pipelines.errors import USAGE, CorpusError

DESCRIPTION = (
    "Mark a release as withdrawn. Its data stay and can still be loaded by its version, but it is no longer the latest "
    "release, and the next release is measured against the newest one that is not withdrawn."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("yank", help="withdraw a release; its data stay", description=DESCRIPTION)
    parser.add_argument("version", metavar="VERSION", help="the version to withdraw")
    parser.add_argument("--reason", metavar="TEXT", help="why: shown wherever the release is listed or loaded")
    parser.add_argument("--undo", action="store_true", help="take the withdrawal back")
    add_store(parser, takes_url=False)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Withdraw the release, or take that back; doing it twice is no problem."""
    from pipelines.publish.keeping import unyank, yank
    from pipelines.release import latest

    if args.undo == (args.reason is not None):
        raise CorpusError("yank takes either --reason TEXT or --undo; see: corpus yank --help", USAGE)
    check_store(args.store)
    changed = unyank(args.store, args.version) if args.undo else yank(args.store, args.version, args.reason)
    newest = latest(args.store)
    version = newest.version if newest else None
    if args.json:
        print_json({"version": args.version, "withdrawn": not args.undo, "changed": changed, "latest": version})
    else:
        state = "no longer withdrawn" if args.undo else "withdrawn"
        end = f"the latest release is {version}" if version else "no release is left that is not withdrawn"
        print_lines([f"{args.version} is {state}{'' if changed else ' (as it was before)'}; {end}"])
    return 0
