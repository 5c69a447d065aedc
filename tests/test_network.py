"""No command reaches for anything but this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import make_document, make_release
from tests.tracing import TRACE, can_trace, outside

ROOT = Path(__file__).parent.parent
COMMANDS = (
    ("publish", "seeds", "--to", "{home}/other"), ("releases",), ("verify", "--deep"), ("diff", "1.0.0", "1.1.0"),
    ("diff", "1.0.0", "1.1.0", "-o", "{home}/diff.html"), ("explain", "a"), ("explain", "seeds/raw/{seed}"),
    ("report", "-o", "{home}/report"), ("rules", "--test"), ("init", "{home}/new"), ("log",), ("gc",),
    ("prune", "--keep", "1", "--dry-run"), ("yank", "1.0.0", "--reason", "wrong"),
)  # fmt: skip


@pytest.mark.slow
def test_no_command_calls_the_outside(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    if not can_trace(calls):
        pytest.skip("the system lets nobody watch its calls")
    store = tmp_path / "store"
    make_release(store, [make_document("a")])
    make_release(store, [make_document("a"), make_document("b", "Other words.")])
    seed = next((ROOT / "seeds" / "raw").iterdir()).name
    for number, command in enumerate(COMMANDS):
        arguments = [each.format(home=tmp_path, seed=seed) for each in command]
        if command[0] not in {"publish", "init"} and "seeds/raw" not in "".join(command):
            arguments += ["--store", str(store)]
        traced = [*TRACE, f"{calls}-{number}", sys.executable, "-m", "pipelines", *arguments]
        done = subprocess.run(traced, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, (command, done.stderr)
        assert done.returncode == 0 or command[0] == "diff", (command, done.stdout, done.stderr)
        assert outside(Path(f"{calls}-{number}")) == set(), command
