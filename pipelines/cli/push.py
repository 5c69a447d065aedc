"""``corpus push``: put a release where people load it from."""

from __future__ import annotations

import argparse

from pipelines.cli.output import add_json, add_store, print_json, print_lines

DESCRIPTION = (
    "Push a release to the Hub (hf://datasets/OWNER/NAME: one commit and the tag vVERSION) or into a store behind "
    "another URL (s3://BUCKET/FOLDER). A release that is there already is left alone; nothing is ever overwritten. "
    "Credentials come from the environment: HF_TOKEN and HF_ENDPOINT, or those of the service."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("push", help="put a release on the Hub or an object store", description=DESCRIPTION)
    parser.add_argument(
        "version", nargs="?", metavar="VERSION", help="a version, or the path of a release folder (default: the latest)"
    )
    parser.add_argument("--to", required=True, metavar="URL", help="hf://datasets/OWNER/NAME, or the URL of a store")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Push, and say where the release is now; pushing what is there already is no problem."""
    from pipelines.push import push
    from pipelines.release import nearby

    with nearby(args.store) as near:
        pushed = push(near.resolve(args.version), args.to)
    if args.json:
        print_json(pushed)
    elif pushed.pushed:
        print_lines([f"Pushed {pushed.version}.", f"  address {pushed.address}"])
    else:
        print_lines([f"{pushed.version} is there already: nothing to do.", f"  address {pushed.address}"])
    return 0
