"""``main``: read the command line, run one command, turn every problem into one clear line and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from pipelines.cli import (
    diff,
    explain,
    gc,
    init,
    log,
    prune,
    publish,
    push,
    releases,
    report,
    rules,
    serve,
    verify,
    yank,
)
from pipelines.cli.output import nearest, one_line, print_error, print_problem
from pipelines.errors import DATA, INTERNAL, USAGE, CorpusError

INTERRUPTED, PIPE_CLOSED = 130, 141
"""Exit codes as the shell knows them: 128 + SIGINT, 128 + SIGPIPE."""

COMMANDS = (publish, serve, releases, verify, diff, explain, report, rules, init, push, yank, prune, gc, log)

_OUR_PLACES = {
    errno.EACCES: "give yourself the right to it, or choose another place",
    errno.EPERM: "give yourself the right to it, or choose another place",
    errno.EROFS: "choose a place that can be written to",
    errno.ENOSPC: "make room on the disk and run it again",
    errno.EDQUOT: "make room on the disk and run it again",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line; it takes no abbreviated options, since scripts outlive them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on as they are
        """Build as argparse does."""
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def parse_known_args(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - handed on as they are
        """Parse as argparse does, but refuse an unknown option where the command that it was given to is known."""
        namespace, unknown = super().parse_known_args(*args, **kwargs)
        if unknown:
            options = [each.partition("=")[0] for each in unknown if each.startswith("-")]
            near = nearest(options[0], self._option_string_actions) if options else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{near}")
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        """End with exit code 2; raises CorpusError so that ``main`` prints it like every other problem."""
        command = self.prog.partition(" ")[2]
        if wrong := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            near = nearest(wrong[1], re.split(r"[\s',]+", wrong[2]))
            message = f"no command {wrong[1]}{near}" if message.startswith("argument COMMAND:") else message + near
        joint = "" if message.endswith("?") else ";"
        raise CorpusError(f"{command + ': ' if command else ''}{message}{joint} see: {self.prog} --help", USAGE)


class _Version(argparse.Action):
    """Print the version of the program (not of a release); it is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"corpus {version('corpus')}")
        except PackageNotFoundError:
            print("corpus (not installed: run from its folder)")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of all commands; each command adds itself, and ``--debug`` is added to each."""
    parser = Parser(
        prog="corpus",
        description="From a folder of raw, machine-translated texts to a versioned, loadable dataset.",
        epilog="Exit codes: 0 done, 1 a problem with the data, 2 wrong usage, 3 an internal failure.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version of the program")
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        command.add_parser(subparsers)
    for each in subparsers.choices.values():
        if "--debug" not in each._option_string_actions:
            each.add_argument("--debug", action="store_true", help="show the traceback of a problem")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but the code and the printed lines leaves this function."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show must not stop the run
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print_error("interrupted; nothing is half-written, run it again")
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return PIPE_CLOSED
    except Exception as problem:  # the border of the program: every problem becomes one line
        return _report(problem, debug="--debug" in arguments, as_json="--json" in arguments)
    return code


def _dispatch(arguments: list[str]) -> int:
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)
    if args.command is None:
        parser.print_help(sys.stderr)
        return USAGE
    return int(args.run(args))


def _report(problem: Exception, *, debug: bool, as_json: bool) -> int:
    """Print a problem as one line (with ``--debug`` after its traceback, with ``--json`` also as JSON) and return the
    exit code it calls for.
    """
    if debug:
        import traceback

        from pipelines.ingest import hide_secrets

        print(hide_secrets("".join(traceback.format_exception(problem))), end="", file=sys.stderr)
    told = _as_told(problem, debug=debug)
    print_error(str(told))
    if as_json:
        print_problem(told)
    _let_go(problem)
    return told.exit_code


def _let_go(problem: BaseException | None) -> None:
    """Free what the frames of a problem hold: Prefect keeps it to the end, where an open database would complain."""
    import traceback

    while problem:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__


def _as_told(problem: Exception, *, debug: bool) -> CorpusError:
    """Say in a line what is wrong and what to do."""
    if isinstance(problem, CorpusError):
        return problem
    if isinstance(problem, OSError) and problem.errno in _OUR_PLACES:
        return CorpusError(f"{problem.filename or 'disk'}: {problem.strerror}; {_OUR_PLACES[problem.errno]}", DATA)
    hint = "" if debug else "; run it again with --debug for the traceback, and report it"
    return CorpusError(f"internal failure: {type(problem).__name__}: {one_line(str(problem))}{hint}", INTERNAL)


def _silence_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain about the closed pipe at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
