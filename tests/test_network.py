"""No command reaches for anything but this machine; deployments on a server are watched in ``test_schedule``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from pipelines.cli.main import build_parser
from pipelines.flows.server import prefect_home
from tests.buckets import serve_bucket
from tests.hub import TOKEN, serve_hub
from tests.samples import make_document, make_release
from tests.tracing import TRACE, can_trace, outside

ROOT = Path(__file__).parent.parent
ELSEWHERE = ("bucket", "hub")
"""What a push, or a store behind a URL, needs: services on loopback in the place of the real ones."""

COMMANDS = (
    "publish seeds --to {home}/other", "releases --store {store}", "verify --store {store}",
    "verify {home}/other/releases/1.0.0 --deep --source seeds", "diff 1.0.0 1.1.0 --store {store}",
    "diff 1.0.0 latest -o {home}/diff.html --store {store}", "explain a --store {store}",
    "explain {seed}", "explain {seed} --html {home}/explain.html", "report -o {home}/report --store {store}",
    "rules --store {store}", "rules header-title --store {store}", "rules --test",
    "init {home}/new", "log --store {store}", "gc --store {store}", "prune --keep 2 --pin 1.0.0 --store {store}",
    "prune --keep 1 --store {store}",
    "yank 1.1.0 --reason wrong --store {store}", "yank 1.1.0 --undo --store {store}",
)  # fmt: skip

COMMANDS_ELSEWHERE = {
    "bucket": (
        "push 1.0.0 --store {store} --to s3://texts/pushed", "publish seeds --to s3://texts/published",
        "releases --store s3://texts/published", "verify --deep --store s3://texts/published",
        "log --store s3://texts/published", "gc --store s3://texts/published",
        "explain a --store s3://texts/pushed",
    ),
    "hub": (
        "push 1.0.0 --store {store} --to hf://datasets/somebody/texts",
        "push 1.1.0 --store {store} --to hf://datasets/somebody/texts", "verify --store hf://datasets/somebody/texts",
    ),
}  # fmt: skip


def names() -> set[str]:
    """The commands that the program has."""
    (choices,) = (each.choices for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction))
    return set(choices)


def test_every_command_is_watched() -> None:
    watched = {each.split()[0] for each in (*COMMANDS, *COMMANDS_ELSEWHERE["bucket"])}
    assert watched == names() - {"serve"}, "serve is watched in test_serve"


@pytest.mark.parametrize(
    ("address", "seen"),
    [("127.0.0.1", set()), ("192.0.2.1", {"192.0.2.1"}), ("2001:db8::1", {"2001:db8::1"})],
)
def test_a_call_to_the_outside_is_seen(tmp_path: Path, address: str, seen: set[str]) -> None:
    calls = tmp_path / "calls"
    if not can_trace(calls):
        pytest.skip("the system lets nobody watch its calls")
    program = "import socket, sys\nwith socket.socket(*eval(sys.argv[2])) as s: s.connect_ex((sys.argv[1], 9))"
    family = f"(socket.{'AF_INET6' if ':' in address else 'AF_INET'}, socket.SOCK_DGRAM)"
    subprocess.run(
        [*TRACE, str(calls), sys.executable, "-c", program, address, family], capture_output=True, check=True
    )
    assert outside(calls) == seen


def test_a_name_that_is_looked_up_is_seen(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.write_text(
        '9 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0\n'
    )
    assert outside(calls) == {"127.0.0.53"}


PROGRAM = """
import json, sys
from pipelines.cli.main import main
from pipelines.flows import leave
ended = [main(command) for command in json.loads(sys.argv[1])]
print(json.dumps(ended), flush=True)
leave(0)
"""
"""Runs commands one after the other, and prints their exit codes last."""


def watch(tmp_path: Path, commands: tuple[str, ...], environment: dict[str, str]) -> None:
    """Run commands one after the other; none may fail, or call for the outside.

    A publish has a process of its own, in which Prefect is left behind; the others would mostly load libraries there.
    """
    if not can_trace(tmp_path / "calls"):
        pytest.skip("the system lets nobody watch its calls")
    store = tmp_path / "store"
    make_release(store, [make_document("a")])
    make_release(store, [make_document("a"), make_document("b", "Other words.")])
    seed = next((ROOT / "seeds" / "raw").iterdir()).relative_to(ROOT)
    for number, (_, together) in enumerate(groupby(commands, lambda command: command.startswith("publish"))):
        calls, named = tmp_path / f"calls-{number}", list(together)
        arguments = [command.format(home=tmp_path, store=store, seed=seed).split() for command in named]
        traced = [*TRACE, str(calls), sys.executable, "-c", PROGRAM, json.dumps(arguments)]
        done = subprocess.run(traced, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, (named, done.stdout, done.stderr)
        ended = dict(zip(named, json.loads(done.stdout.splitlines()[-1]), strict=True))
        wanted = {command: 1 if command.startswith("diff") else 0 for command in named}
        assert ended == wanted, (done.stdout, done.stderr)
        assert outside(calls) == set(), named


@pytest.mark.slow
def test_no_command_calls_the_outside(tmp_path: Path, warm: Callable[[Path], None]) -> None:
    warm(prefect_home(tmp_path / "other"))
    watch(tmp_path, COMMANDS, dict(os.environ))


@pytest.mark.slow
@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_command_calls_anything_but_the_store_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: Callable[[Path], None], where: str
) -> None:
    warm(tmp_path / "prefect")
    home = {"PREFECT_HOME": str(tmp_path / "prefect")}
    with serve_bucket(monkeypatch), serve_hub() as hub:
        places = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0"}
        watch(tmp_path, COMMANDS_ELSEWHERE[where], {**os.environ, **home, **places})
