"""What several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from pipelines.flows.server import Server, make_home

settings.register_profile("corpus", deadline=None)  # what a test takes depends on what else the machine is doing
settings.load_profile("corpus")


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for all tests of a process: Prefect reads its address once, when it is first imported."""
    with Server(make_home(tmp_path_factory.mktemp("store"))) as running:
        running.wait()
        yield running
