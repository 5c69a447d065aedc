"""The kill drill, short: ``make drill`` runs the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_kill_race_or_full_disk_breaks_a_promise() -> None:
    command = [sys.executable, "-m", "tests.drill.drill", "--publishes", "30", "--refusals", "5"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "no promise was broken" in ended.stdout
