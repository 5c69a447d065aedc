"""The tutorial is run as it is written, so that it cannot rot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.release import releases, resolve

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", (ROOT / "docs" / "TUTORIAL.md").read_text(encoding="utf-8"), re.S)


@pytest.mark.slow
def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "corpus").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m pipelines "$@"\n')
    (tools / "corpus").chmod(0o755)
    environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}", "HF_HOME": str(tmp_path / "hf")}
    home = tmp_path / "home"
    home.mkdir()
    said = ""
    for language, block in BLOCKS:
        command = ["bash", "-e", "-c", block] if language == "bash" else [sys.executable, "-c", block]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        said += done.stdout
    store = home / "my_store"
    assert [info.version for info in releases(store)] == ["1.0.0", "1.1.0"]
    text = next(row["text"] for row in resolve(store).table("documents").to_pylist() if row["id"] == "county_1")
    assert text.startswith(
        "The school of county 1 was opened on Wednesday. More than 100 people came, and the village wells"
    )
    assert "glossary:wells touched 10 documents" in said
    assert "is sound" in said
    assert (home / "diff.html").is_file()
    assert (home / "report" / "index.html").is_file()
