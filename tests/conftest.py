"""What several test files share."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipelines.flows.server import Server, make_home

settings.register_profile("corpus", deadline=None)  # what a test takes depends on what else the machine is doing
settings.load_profile("corpus")

# Pandera looks for pyspark again at each column of each table, unless it is known not to be there.
sys.modules.setdefault("pandera.engines.pyspark_engine", None)  # type: ignore[arg-type]

UNUSED = "unused.db"
"""A copy of the running server's database as it was before the first run."""


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for all tests of a process: Prefect reads its address once, when it is first imported."""
    with Server(make_home(tmp_path_factory.mktemp("store"))) as running:
        running.wait()
        source, target = (sqlite3.connect(running.home / name) for name in ("prefect.db", UNUSED))
        with contextlib.closing(source), contextlib.closing(target):
            source.backup(target)
        yield running


@pytest.fixture
def warm(embedded: Server) -> Callable[[Path], None]:
    """Give a home of Prefect a database that needs no migration any more, which takes ten seconds."""

    def copy(home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(embedded.home / UNUSED, home / "prefect.db")

    return copy
