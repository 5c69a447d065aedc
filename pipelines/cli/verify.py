"""``corpus verify``: check that a release is what was published, to the last byte."""

from __future__ import annotations

import argparse

from pipelines.cli.output import add_json, add_store, find_release, print_json, print_lines
from pipelines.errors import DATA


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "verify",
        help="check a release to the last byte",
        description="Check every file of a release against its checksums; exit code 1 when anything is wrong.",
    )
    parser.add_argument(
        "version", nargs="?", metavar="VERSION", help="a version, or the path of a release folder (default: the latest)"
    )
    parser.add_argument("--deep", action="store_true", help="also read every table and recompute its hashes and counts")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what is wrong, one line per file, and return 1; or say that the release is sound and return 0."""
    from pathlib import Path

    from pipelines.release import parse_version, verify

    is_folder = args.version is not None and not parse_version(args.version) and Path(args.version).is_dir()
    path = Path(args.version) if is_folder else find_release(args.store, args.version).path
    findings = verify(path, deep=args.deep)
    if args.json:
        print_json({"path": path, "is_sound": not findings, "findings": findings})
    elif findings:
        print_lines(f"{finding.path}: {finding.problem}" for finding in findings)
        print_lines([f"{path} is not what was published: get it again, or publish the source into a new store"])
    else:
        print_lines([f"{path} is sound"])
    return DATA if findings else 0
