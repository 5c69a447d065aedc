"""``corpus serve``: publish a source again and again, by the clock or when it changes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.output import one_line, store_argument

if TYPE_CHECKING:
    from pipelines.flows.timers import Timer

QUIET = 30.0
LIMIT = 6 * 3600.0

DESCRIPTION = (
    "Publish SOURCE to STORE by the clock or when it changes, one run at a time, until SIGTERM or Ctrl-C. Prefect's "
    "page shows the runs; its address is printed. An unchanged source publishes nothing; a time that passes "
    "while a run is at work is skipped."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "serve", help="publish by the clock, or when the source changes", description=DESCRIPTION
    )
    parser.add_argument(
        "source", nargs="?", type=_source, default=Path("seeds"), metavar="SOURCE", help="the source (default: seeds)"
    )
    parser.add_argument(
        "--to", type=store_argument, default=Path("data"), metavar="STORE", help="the store, a folder (default: data)"
    )
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--cron", metavar="EXPRESSION", help='by a cron expression, as in "0 3 * * *": daily at three')
    when.add_argument("--interval", type=_seconds, metavar="SECONDS", help="at once, and then every so many seconds")
    when.add_argument(
        "--watch",
        action="store_true",
        help="when the source changes (default); behind a URL it is looked at every 30 s",
    )
    parser.add_argument(
        "--timezone",
        default="UTC",
        metavar="ZONE",
        help="of --cron and of the lines, as in Europe/Berlin (default: UTC)",
    )
    parser.add_argument(
        "--quiet-seconds", type=_seconds, default=QUIET, metavar="N",
        help=f"with --watch: how long nothing may have changed before a run (default: {QUIET:g})",
    )  # fmt: skip
    parser.add_argument(
        "--timeout", type=_seconds, default=LIMIT, metavar="SECONDS",
        help=f"stop a run that takes longer (default: {LIMIT:g})",
    )  # fmt: skip
    parser.set_defaults(run=run)


def _source(text: str) -> Path | str:
    from pipelines.ingest import source_argument

    return source_argument(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds: give 0.1 or more")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it; CorpusError where it cannot begin."""
    from datetime import datetime

    from pipelines.flows.server import local_store
    from pipelines.flows.service import Service
    from pipelines.flows.timers import parse_zone

    zone, store = parse_zone(args.timezone), local_store(args.to)

    def say(line: str) -> None:
        print(f"{datetime.now(zone):%Y-%m-%d %H:%M:%S %Z}  {one_line(line)}", flush=True)

    Service(args.source, store, _timer(args, say), say, args.timeout).run()
    return 0


def _timer(args: argparse.Namespace, say: Callable[[str], None]) -> Timer:
    from pipelines.flows.timers import Cron, Interval, Watch, parse_zone

    if args.cron is not None:
        return Cron(args.cron, parse_zone(args.timezone))
    if args.interval is not None:
        return Interval(args.interval)
    return Watch(args.source, args.quiet_seconds, say)
