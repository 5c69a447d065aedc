"""The documentation says what the program does: pages made from it are current, the blocks of the others are run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from docs.pages import FOLDER, PAGES, render
from pipelines.document import Settings
from pipelines.flows.server import PRIVATE, Server
from pipelines.ingest.settings import MEANINGS
from pipelines.release import releases, resolve
from tests.buckets import serve_bucket
from tests.hub import TOKEN, serve_hub
from tests.pages import NOT_RUN, ROOT, Reader, check_settings, copy_project, make_tools, read_blocks
from tests.ports import free_port
from tests.reproduce import run_examples

WRITTEN = ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in FOLDER.rglob("*.md") if p.name not in PAGES)]
BLOCKS = {page: read_blocks(page) for page in WRITTEN}
LANGUAGES = {"bash", "console", "python", "toml", "json", "jsonl", "html", "csv"}
"""What a reader can do something with: run it, hold it against what comes, or put it into a file."""

AFTER = {"docs/examples/README.md": "README.md"}
"""Pages that are read after another one, in the same folder."""

REASONS = {
    "docs/OPERATIONS.md: git clone <this repository> corpus && cd corpus": "needs a registry; .ci/run does it",
    "docs/OPERATIONS.md: [Unit]": "needs systemd",
    "docs/OPERATIONS.md: podman build -t corpus -f docs/Containerfile .": "needs podman and a registry",
    "docs/OPERATIONS.md: prefect server start --host 127.0.0.1            # behind your own proxy, which asks people "
    "who they are": "servers that stay; test_schedule.py runs them",
    "docs/OPERATIONS.md: rsync -a my_store/releases my_store/log backup/       # log/ where there is one": "needs "
    "rsync; test_schedule_backup.py does the same",
    "docs/OPERATIONS.md: rsync -a backup/ my_store/ && for each in my_store/releases/*; do corpus verify \"$each\" "
    "--deep || break; done": "needs rsync; test_schedule_backup.py does the same",
    "docs/SCALE.md: pip install 'corpus[dask]'                                         # the same version on all "
    "machines": "needs several machines; howto/DASK.md does it on one",
}  # fmt: skip
"""Blocks that no test runs, and why; each also says so where it stands, behind its language."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_from_the_program_is_current(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == render(name), "run: make docs"


def test_every_setting_has_its_meaning() -> None:
    assert [*MEANINGS] == [each.name for each in fields(Settings)]


def test_the_examples_say_what_stands_beside_them(tmp_path: Path) -> None:
    said = run_examples(tmp_path)
    assert len(said) >= 3
    assert {path: path.read_text(encoding="utf-8") for path in said} == said, "run: python -m tests.reproduce"


def test_every_block_is_run_or_says_why_not() -> None:
    blocks = [block for page in WRITTEN for block in BLOCKS[page]]
    skipped = {block.name for block in blocks if block.note == NOT_RUN}
    lost = [block.place for block in blocks if block.note != NOT_RUN and block.language not in LANGUAGES]
    assert lost == [], f"name a language of {', '.join(sorted(LANGUAGES))}, or “{NOT_RUN}” behind it and why in REASONS"
    assert skipped == set(REASONS)


@pytest.mark.parametrize("page", [p for p in WRITTEN if any(b.language == "toml" for b in BLOCKS[p])])
def test_settings_that_a_page_shows_are_taken(page: str) -> None:
    for block in BLOCKS[page]:
        if block.language == "toml":
            check_settings(block, block.text)


Prepare = Callable[[str], Reader]


@pytest.fixture
def prepare(
    tmp_path: Path, embedded: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Prepare]:
    """Make a reader ready for a page: a folder, the program, and the servers that the page speaks of, on loopback."""
    readers = []

    def make(page: str) -> Reader:
        for name, value in {**PRIVATE, "PREFECT_API_URL": embedded.url, "HF_HOME": str(tmp_path / "hf")}.items():
            monkeypatch.setenv(name, value)
        home = tmp_path / "home"
        home.mkdir()
        replaced = {}
        if page in {"README.md", "docs/howto/RULE.md"}:
            copy_project(home)
            tools = make_tools(home / ".venv" / "bin", home)
        else:
            tools = make_tools(tmp_path / "tools", ROOT)
        if page == "docs/howto/S3.md":
            request.getfixturevalue("bucket")
        if page == "docs/howto/HUB.md":
            request.getfixturevalue("hub")
        if page == "docs/howto/DASK.md":
            pytest.importorskip("distributed")
            replaced["8786"] = str(free_port())
        few_tests = {"PYTEST_ADDOPTS": "tests/test_dates.py", "WORKERS": "0"}
        environment = {**os.environ, **few_tests, "PATH": f"{tools}:{os.environ['PATH']}"}
        readers.append(Reader(home, environment, replaced))
        return readers[-1]

    yield make
    for each in readers:
        each.end()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bucket ``texts`` on loopback, in the environment."""
    with serve_bucket(monkeypatch):
        yield


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Hub on loopback, in the environment."""
    pytest.importorskip("huggingface_hub")
    with serve_hub() as served:
        for name, value in {"HF_TOKEN": TOKEN, "HF_ENDPOINT": served.url, "HF_HUB_DISABLE_XET": "1"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in WRITTEN if p not in AFTER and any(b.is_run for b in BLOCKS[p])])
def test_a_page_works_as_it_is_written(page: str, prepare: Prepare) -> None:
    reader = prepare(page)
    for each in (page, *(later for later, first in AFTER.items() if first == page)):
        reader.work_through(each)
    if page in AFTERWARDS:
        AFTERWARDS[page](reader)


def _after_the_tutorial(reader: Reader) -> None:
    store = reader.home / "my_store"
    assert [info.version for info in releases(store)] == ["1.0.0", "1.1.0"]
    text = next(row["text"] for row in resolve(store).table("documents").to_pylist() if row["id"] == "county_1")
    assert text.startswith(
        "The school of county 1 was opened on Wednesday. More than 100 people came, and the village wells"
    )
    assert "glossary:wells touched 10 documents" in reader.said
    assert "is sound" in reader.said
    assert (reader.home / "diff.html").is_file()
    assert (reader.home / "report" / "index.html").is_file()


AFTERWARDS: dict[str, Callable[[Reader], None]] = {"docs/TUTORIAL.md": _after_the_tutorial}
"""What must hold once a page has been worked through, beyond what it says itself."""
