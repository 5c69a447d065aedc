"""``corpus verify``: check that a release is what was published, to the last byte."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.cli.output import add_json, add_store, find_release, print_json, print_lines, print_note
from pipelines.errors import DATA, USAGE, CorpusError
from pipelines.prose import plural


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "verify",
        help="check a release to the last byte",
        description="Check every file of a release against its checksums, every table against its schema, counts and "
        "order.\nOf its ancestors the manifests and the log of the store are looked at, not the files: verify each of\n"
        "them by its version. Exit code 1 when anything is wrong.",
    )
    parser.add_argument(
        "version",
        nargs="?",
        metavar="VERSION",
        help="a version, or the path or URL of a release folder (default: the latest)",
    )
    parser.add_argument(
        "--deep",
        action="store_true",
        help="also recompute every hash, and add parent and changes up to the release",
    )
    parser.add_argument(
        "--source",
        type=Path,
        metavar="DIR",
        help="with --deep: replay and undo each document against this source, and rebuild the release from it",
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what is wrong, one line each, and return 1; or say that the release is sound and return 0."""
    from pipelines.release import Release, nearby, parse_version, verify

    if args.source is not None and not args.deep:
        raise CorpusError("--source goes with --deep; see: corpus verify --help", USAGE)
    is_folder = args.version is not None and not parse_version(args.version) and Path(args.version).is_dir()
    with nearby(args.store) as near:
        folder = Path(args.version) if is_folder else find_release(near, args.version).path
        path = near.address(folder)
        findings, notes = verify(folder, deep=args.deep), []
        if args.deep and not findings:
            from pipelines.proof import prove

            proof = prove(Release(folder), args.source)
            findings, notes = proof.findings, proof.notes
    if args.json:
        print_json({"path": path, "is_sound": not findings, "findings": findings, "notes": notes})
        return DATA if findings else 0
    for note in notes:
        print_note(f"note: {note}")
    print_lines(f"{finding.path}: {finding.problem}; {finding.advice}" for finding in findings)
    print_lines([f"{path}: {plural(len(findings), 'finding')}" if findings else f"{path} is sound"])
    return DATA if findings else 0
