"""Reads the code blocks of a Markdown page and runs them in order, as a reader would type them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest import read_settings

ROOT = Path(__file__).resolve().parents[1]
NOT_RUN = "not-run"
"""Stands behind the language of a block that no test runs."""

LIMIT = 300.0
"""Seconds that one block may take."""

_FENCE = re.compile(r"^(?P<mark>```+)(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=mark)$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page (path from the root), its first line there, language, what follows it, and text.

    What follows the language is ``NOT_RUN``, or the path of the file that the block is (``+`` before it: at its end).
    """

    page: str
    line: int
    language: str
    note: str
    text: str

    @property
    def is_run(self) -> bool:
        """Whether it does something, rather than stand in a file."""
        return self.language in {"bash", "console", "python"} and self.note != NOT_RUN

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        return f"{self.page}:{self.line}"

    @property
    def name(self) -> str:
        """The page and the block's first line of text, which name it however the page moves."""
        return f"{self.page}: {self.text.strip().splitlines()[0]}"


def read_blocks(page: str) -> list[Block]:
    """Read the blocks of a page, named by its path from the root."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, _, note = match["info"].strip().partition(" ")
        found.append(Block(page, text.count("\n", 0, match.start()) + 1, language, note.strip(), match["text"]))
    return found


@dataclass
class Reader:
    """Someone who works through a page in a folder of their own; in an environment that has ``corpus`` on its path.

    ``replaced`` are words of the page that stand for others here, as a port that must be free.
    """

    home: Path
    environment: Mapping[str, str]
    replaced: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    started: list[int] = field(default_factory=list)

    def work_through(self, page: str) -> None:
        """Run every block of a page in order; AssertionError names the one that fails."""
        for block in read_blocks(page):
            if block.note != NOT_RUN:
                self._do(block)

    def end(self) -> None:
        """End what the blocks started and left running."""
        for group in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _do(self, block: Block) -> None:
        text = block.text
        for word, other in self.replaced.items():
            text = text.replace(word, other)
        if block.note:
            self._write(block.note, text)
        if block.language == "bash":
            self._run(block, ["bash", "-e", "-c", text])
        elif block.language == "python" and not block.note:
            self._run(block, [sys.executable, "-c", text])
        elif block.language == "console":
            self._hold(block, text)
        elif block.language == "toml":
            check_settings(block, text)
        elif block.language in {"json", "jsonl"}:
            for each in text.splitlines() if block.language == "jsonl" else [text]:
                json.loads(each)

    def _write(self, name: str, text: str) -> None:
        path = self.home / name.lstrip("+")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if name.startswith("+") else "w", encoding="utf-8") as file:
            file.write(text)

    def _run(self, block: Block, command: list[str], *, may_fail: bool = False) -> str:
        """Run a command; what it leaves running is ended with the page."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            done = subprocess.Popen(
                command, cwd=self.home, env={**self.environment}, stdout=output, stderr=output, start_new_session=True
            )
            self.started.append(done.pid)
            code = done.wait(LIMIT)
            if not _goes_on(done.pid):
                self.started.remove(done.pid)
            output.seek(0)
            said = output.read()
        self.said += said
        assert may_fail or code == 0, f"{block.place} ends with exit code {code}:\n{block.text}\n{said}"
        return said

    def _hold(self, block: Block, text: str) -> None:
        """Run the commands after ``$`` and hold what they print against the page; … stands for anything there."""
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.M):
            said = self._run(block, ["bash", "-c", command], may_fail=True)
            wanted = "".join(".*" if each == "…" else re.escape(each) for each in re.split("(…)", shown.rstrip()))
            assert re.fullmatch(wanted, said.rstrip(), re.S), f"{block.place}: {command}\n{said}"


def _goes_on(group: int) -> bool:
    """Tell whether anything of a process group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def check_settings(block: Block, text: str) -> None:
    """Read a block of TOML: what is not another file of its own is read as the settings of a source."""
    if block.note and not block.note.endswith("dataset.toml"):
        tomllib.loads(text)
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "dataset.toml").write_text(text, encoding="utf-8")
        read_settings(Path(folder))


def make_tools(folder: Path, code: Path) -> Path:
    """Put ``corpus`` and ``python`` into a folder, as an environment has them, whatever runs the tests.

    ``code`` is the checkout whose program they run.
    """
    folder.mkdir(parents=True)
    for name, rest in (("corpus", ' -m pipelines "$@"'), ("python", ' "$@"')):
        (folder / name).write_text(f'#!/bin/sh\nPYTHONPATH="{code}" exec "{sys.executable}"{rest}\n')
        (folder / name).chmod(0o755)
    (folder / "dask").symlink_to(Path(sys.executable).with_name("dask"))
    return folder


def copy_project(home: Path) -> None:
    """Make ``home`` a checkout of its own without releases, whose environment only waits for its tools."""
    without = shutil.ignore_patterns("__pycache__")
    for name in ("docs", "pipelines", "schemas", "seeds", "tests"):
        shutil.copytree(ROOT / name, home / name, ignore=without)
    for name in ("Makefile", "README.md", "pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, home / name)
    (home / ".venv").mkdir()
    for name in (".locked", ".ready"):  # in this order, since make goes by their times
        (home / ".venv" / name).touch()
