"""``corpus publish``: make the next release of a source, and say what is in it."""

from __future__ import annotations

import argparse
import contextlib
import functools
import re
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.display import Display
from pipelines.cli.output import WIDTH, add_json, one_line, print_json, print_lines, shorten, store_argument, table
from pipelines.errors import USAGE, CorpusError

if TYPE_CHECKING:
    from pipelines.publish import Outcome

TOP = 10
"""How many rules, and how many rejects, the summary names."""
SOURCE_WIDTH = 30

DESCRIPTION = (
    "Read every raw text of SOURCE, clean it, and publish the next release of STORE. "
    "An unchanged source publishes nothing; a release appears only when it is complete."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("publish", help="publish a source as the next release", description=DESCRIPTION)
    parser.add_argument(
        "source", nargs="?", type=_source, default=Path("seeds"), metavar="SOURCE", help="the source (default: seeds)"
    )
    parser.add_argument(
        "--to", type=store_argument, default=Path("data"), metavar="STORE",
        help="the store, a folder or a URL (default: data)",
    )  # fmt: skip
    parser.add_argument(
        "--version", type=_version, default="auto", metavar="X.Y.Z",
        help="the version; auto (default) computes it, a lower one than the changes call for is refused",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="do everything but publish")
    parser.add_argument(
        "--workers",
        type=_workers,
        default=None,
        metavar="N",
        help="processes (default: one per core); any number gives the same",
    )
    parser.add_argument(
        "--engine", choices=("local", "dask"), default="local",
        help="who does the work: processes of this machine (default), or a Dask cluster",
    )  # fmt: skip
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help="host:port of the cluster's scheduler")
    parser.add_argument("--verbose", action="store_true", help="show Prefect's own log as well")
    add_json(parser)
    parser.set_defaults(run=run)


def _source(text: str) -> Path | str:
    from pipelines.ingest import source_argument

    return source_argument(text)


def _version(text: str) -> str:
    if text != "auto" and not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version: give X.Y.Z (for example 1.2.0) or auto")
    return text


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Publish, and print the summary; a problem with the data is a CorpusError of the stage that found it."""
    from pipelines.refine import check_settings

    begin = time.monotonic()
    _check_engine(args)
    settings = check_settings(args.source)  # a source that is wrong or not there should not cost the start of a server
    with contextlib.ExitStack() as stack:
        display = stack.enter_context(Display("starting Prefect", is_quiet=args.json or args.verbose))
        from pipelines.flows import run_publish
        from pipelines.flows.notify import announcing
        from pipelines.push import publish_to

        work = functools.partial(
            run_publish,
            args.source,
            version=args.version,
            dry_run=args.dry_run,
            workers=args.workers,
            scheduler=args.scheduler,
            verbose=args.verbose,
            on_progress=display.show,
        )
        tell = None if args.dry_run else stack.enter_context(announcing(args.source, args.to, lambda: settings))
        outcome, address = publish_to(args.to, work)
        if tell:
            tell(outcome, address)
    seconds = round(time.monotonic() - begin, 1)
    if args.json:
        print_json({**_as_json(outcome, seconds, is_dry_run=args.dry_run), "path": address})
    else:
        print_lines(summarize(outcome, seconds, address))
    return 0


def _check_engine(args: argparse.Namespace) -> None:
    """Raise CorpusError for options that do not go together, and for a scheduler that does not answer."""
    if args.engine == "dask" and not args.scheduler:
        raise CorpusError("--engine dask needs --scheduler ADDRESS, the host:port of a running scheduler", USAGE)
    if args.engine == "dask" and args.workers:
        raise CorpusError("--workers is for --engine local: a cluster has as many workers as were started", USAGE)
    if args.engine == "local" and args.scheduler:
        raise CorpusError("--scheduler is for --engine dask: give both, or leave it out", USAGE)
    if args.scheduler:
        from pipelines.shards import check_scheduler

        check_scheduler(args.scheduler)


def _as_json(outcome: Outcome, seconds: float, *, is_dry_run: bool) -> dict[str, object]:
    """Say what the summary says, for programs; of the difference only counts: it may be as long as the source."""
    difference = outcome.difference
    return {
        "version": outcome.version,
        "path": outcome.path,
        "published": outcome.published,
        "dry_run": is_dry_run,
        "bump": outcome.bump,
        "reason": outcome.reason,
        "counts": outcome.counts,
        "rule_counts": outcome.rule_counts,
        "rejects": outcome.rejects,
        "rejects_total": outcome.counts.get("rejects", 0),
        "notes": outcome.notes,
        "added": len(difference.added),
        "removed": len(difference.removed),
        "changed": len(difference.changed),
        "shards": {"refined": outcome.shards[0], "found": outcome.shards[1] - outcome.shards[0]},
        "seconds": seconds,
    }


def summarize(outcome: Outcome, seconds: float, address: str = "") -> list[str]:
    """Write the closing summary: what happened, the counts, the rules with the most edits, version, path, seconds."""
    if outcome.published:
        first = f"Published {outcome.version}."
    elif outcome.bump is None:
        first = f"Nothing changed since {outcome.version}: nothing published."
    else:
        first = f"Dry run: nothing published; it would be {outcome.version}."
    rules = outcome.rule_counts
    counts = [
        ("documents", outcome.counts.get("documents", 0)),
        ("rejects", outcome.counts.get("rejects", 0)),
        ("edits", sum(rules.values())),
        ("annotated", outcome.counts.get("edits", 0) - sum(rules.values())),
        ("terms", outcome.counts.get("terms", 0)),
    ]
    lines = [first, *_columns([(name, f"{count:,}") for name, count in counts], 2)]
    reasons = sorted(outcome.counts.get("rejects_by_reason", {}).items())
    if reasons:
        lines.append("  rejects by reason")
        lines += _columns([(shorten(reason, 50), f"{count:,}") for reason, count in reasons], 4)
        lines += _rejects(outcome)
    ranked = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    if ranked:
        lines.append("  edits by rule" + (f" (top {TOP} of {len(ranked)})" if len(ranked) > TOP else ""))
        lines += _columns([(shorten(rule, 50), f"{count:,}") for rule, count in ranked[:TOP]], 4)
    for note in outcome.notes:
        lines += textwrap.wrap(f"note: {one_line(note)}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    lines += textwrap.wrap(
        f"version {outcome.version}: {outcome.reason}", WIDTH, initial_indent="  ", subsequent_indent="    "
    )
    new, every = outcome.shards
    lines.append(f"  shards {new:,} refined, {every - new:,} found as they were made before")
    return [*lines, f"  path {address or outcome.path}", f"  seconds {seconds:.1f}"]


def _rejects(outcome: Outcome) -> list[str]:
    """Name the first rejects, one a line, and say where all of them are."""
    total = outcome.counts.get("rejects", 0)
    shown = outcome.rejects[:TOP]
    where = "all with their cure in the table rejects" if outcome.published else "with their cure: --json"
    first = f"the first {len(shown)} of {total:,} rejects" if total > len(shown) else "the rejects"
    heads = table([[_ending(str(each["source"]), SOURCE_WIDTH), str(each["reason"])] for each in shown])
    width = WIDTH - 6 - max(map(len, heads), default=0)
    details = [shorten(str(each["detail"]), width) for each in shown]
    pad = WIDTH - 6 - width
    rows = [f"    {head.ljust(pad)}  {detail}" for head, detail in zip(heads, details, strict=True)]
    return [f"  {first} ({where})", *rows] if rows else []


def _ending(name: str, width: int) -> str:
    """Return the end of a name, which tells the file and the line; a cut is marked with an ellipsis."""
    name = one_line(name)
    return name if len(name) <= width else "…" + name[1 - width :]


def _columns(rows: list[tuple[str, str]], indent: int) -> list[str]:
    return [" " * indent + line for line in table(rows, right=frozenset({1}))]
