"""The card, and the release loaded by everything that reads it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from pipelines.card import render_card
from pipelines.document import CleanedDocument, Edit
from pipelines.release import resolve
from tests.samples import SETTINGS, build_tables, documents, make_document, make_reject, make_release

HISTORY = [("1.0.0", "first", "first release")]
EMPTY = [("1.0.0", "rejects"), ("1.0.1", "changes")]

EMPTY_TABLES = build_tables([], [])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose first release has no rejects and whose second has no change in documents."""
    store = tmp_path_factory.mktemp("store")
    sample = [make_document("a"), make_document("b", "Others.")]
    make_release(store, sample)
    make_release(store, sample, [make_reject()])
    return store


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The datasets library, offline, with a cache of its own."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    datasets: ModuleType = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return datasets


def front_matter(card: str) -> dict[str, Any]:
    """Read the front matter of a card."""
    content: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return content


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1"])
def test_datasets_loads_every_table_by_name(store: Path, offline: ModuleType, version: str) -> None:
    release = resolve(store, version)
    names = [name for name in schemas.TABLES if (release.path / name).is_dir()]
    assert offline.get_dataset_config_names(str(release.path)) == names
    for name in names:
        if not release.table(name).num_rows:
            continue
        loaded = offline.load_dataset(str(release.path), name)["train"]
        assert loaded.num_rows == release.table(name).num_rows
        assert str(loaded.info.version) == version
        assert loaded.features.arrow_schema.equals(schemas.arrow_schema(name))
        assert loaded.to_list() == release.table(name).to_pylist()


@pytest.mark.parametrize(("version", "name"), EMPTY)
def test_an_empty_table_loads_as_an_empty_table(store: Path, offline: ModuleType, version: str, name: str) -> None:
    loaded = offline.load_dataset(str(store / "releases" / version), name, streaming=True)["train"]
    assert list(loaded) == []
    assert loaded.features.arrow_schema.equals(schemas.arrow_schema(name))
    assert str(loaded.info.version) == version


@pytest.mark.xfail(
    raises=ValueError, reason="datasets 5.2 loads no empty split but by streaming: its pull request 8401"
)
@pytest.mark.parametrize(("version", "name"), EMPTY)
def test_an_empty_table_loads_without_streaming(store: Path, offline: ModuleType, version: str, name: str) -> None:
    assert offline.load_dataset(str(store / "releases" / version), name)["train"].num_rows == 0


def test_documents_are_what_loads_by_default(store: Path, offline: ModuleType) -> None:
    loaded = offline.load_dataset(str(store / "releases" / "1.0.0"))["train"]
    assert loaded["id"][:] == ["a", "b"]
    assert str(loaded.info.version) == "1.0.0"


def test_filters_work_on_load(store: Path, offline: ModuleType) -> None:
    path = str(store / "releases" / "1.0.0")
    assert offline.load_dataset(path, filters=[("id", "==", "b")])["train"].num_rows == 1


@pytest.mark.parametrize("name", ["documents", "edits", "terms", "rejects", "changes"])
def test_every_reader_sees_the_same_rows(store: Path, name: str) -> None:
    duckdb, pandas, polars = (pytest.importorskip(library) for library in ("duckdb", "pandas", "polars"))
    release = resolve(store)
    rows = release.table(name).num_rows
    folder = release.path / name
    assert pq.read_table(folder).num_rows == rows
    assert len(pandas.read_parquet(folder)) == rows
    assert polars.read_parquet(folder / "*.parquet").height == rows
    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/*.parquet'").fetchall() == [(rows,)]


def test_the_code_in_the_card_runs(store: Path, tmp_path: Path) -> None:
    release = resolve(store)
    blocks = re.findall(r"```python\n(.*?)```", (release.path / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(tmp_path), "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "\n".join(blocks)]
    subprocess.run(command, cwd=store, env=environment, check=True, capture_output=True)


def test_the_front_matter_is_what_the_hub_reads() -> None:
    card = render_card(build_tables([make_document()], []), SETTINGS, HISTORY)
    content = front_matter(card)
    assert content["license"] == "other"
    assert content["language"] == ["en"]
    assert content["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in content["configs"]] == ["documents", "edits", "terms", "rejects"]
    assert {config["version"] for config in content["configs"]} == {"1.0.0"}
    assert content["configs"][0]["data_files"] == [{"split": "train", "path": "documents/train-*.parquet"}]
    assert all("splits" not in info for info in content["dataset_info"])


def test_a_known_licence_is_named_and_another_one_is_other() -> None:
    tables = build_tables([make_document()], [])
    known = front_matter(render_card(tables, replace(SETTINGS, licence="CC-BY-4.0"), HISTORY))
    own = front_matter(render_card(tables, replace(SETTINGS, licence="Only for us: ask"), HISTORY))
    assert known["license"] == "cc-by-4.0"
    assert (own["license"], own["license_name"]) == ("other", "only-for-us--ask")


def test_the_sections_are_those_of_a_datasheet_and_nothing_is_left_open() -> None:
    card = render_card(build_tables([make_document()], [make_reject()]), SETTINGS, HISTORY)
    headings = re.findall(r"^## (.+)$", card, re.MULTILINE)
    assert headings == [
        "Loading",
        "Motivation",
        "Composition",
        "Collection process",
        "Preprocessing, cleaning, labelling",
        "Uses",
        "Distribution",
        "Maintenance",
    ]
    assert "The texts belong to their publishers" in card
    assert "More Information Needed" not in card
    assert "streaming=True" in card
    assert "{{" not in card


def test_numbers_come_from_the_tables() -> None:
    sample = [make_document("a", "One two."), make_document("b", "Three.", edits=3)]
    card = render_card(build_tables(sample, [make_reject()]), SETTINGS, HISTORY)
    assert "2 documents, 3 words" in card
    assert "| `spacing` | 3 | 0 |" in card
    assert "| terminology | 0 | 2 |" in card
    assert "| `empty` | 1 |" in card
    assert "| `outlet` | 2 | 100.0% |" in card
    assert "two goals (2)." in card


def test_an_empty_dataset_has_a_card_too() -> None:
    assert "0 documents" in render_card(build_tables([], []), SETTINGS, HISTORY)


HOSTILE = '<script>alert(1)</script> [x](y) | `a` {{ 7*7 }} {% raw %} \n---\n# Heading\n\u2028"\\ *b* & $c$'


def test_hostile_titles_are_shown_as_they_are() -> None:
    hostile = replace(SETTINGS, title=HOSTILE, description=HOSTILE, contact=HOSTILE, licence=HOSTILE, name=HOSTILE)
    tables = build_tables([make_document()], [])
    card = render_card(tables, hostile, HISTORY)
    plain = render_card(tables, SETTINGS, HISTORY)
    body = card.split("\n---\n", 1)[1]
    assert "<script>" not in body
    assert re.findall(r"^#+ .*", body, re.MULTILINE)[1:] == re.findall(r"^#+ .*", plain, re.MULTILINE)[1:]
    assert "{{ 7\\*7 }}" in body
    assert front_matter(card)["configs"] == front_matter(plain)["configs"]


INJECTIONS = [
    HOSTILE,
    "=cmd()|'/C calc'!A0",
    "--- \nlicense: mit\nconfigs: []\n---",
    '"}\n  - config_name: evil # !!python/object/apply:os.system ["x"]',
    "![x](javascript:alert(1)) <img src=x onerror=alert(1)> [a]: http://evil.example",
    "| a | b |\n|---|---|\n| ``` | ~~~ |",
    "<!-- hidden --> &lt;b&gt; <https://evil.example>",
    "1. one\n- two\n> three\n    four\n\tfive",
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_documents_say_is_shown_as_text(text: str, tmp_path: Path) -> None:
    markdown = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"html": True, "linkify": False})
    document = make_document("a")
    fields = replace(document.fields, title=text, outlet=text, captions=(text,), dateline_place=text)
    term = document.terms[0]._replace(canonical=text, surface="The")
    hostile = replace(document, fields=fields, terms=(term,), raw=replace(document.raw, id=text, source=text))
    named = replace(SETTINGS, title=text, description=text, contact=text, licence=text, name=text)
    folder = make_release(tmp_path / "store", [hostile], [make_reject(text)], settings=named).path
    plain = make_release(tmp_path / "plain", [document], [make_reject()]).path
    for name in ("README.md", "CHANGES.md"):
        tokens, others = (
            list(markdown.parse((p / name).read_text().removeprefix("---\n").split("\n---\n", 1)[-1]))
            for p in (folder, plain)
        )
        assert [t.tag for t in tokens if t.type == "heading_open"] == [
            t.tag for t in others if t.type == "heading_open"
        ]
        inner = [child.type for t in tokens for child in t.children or []]
        expected = [child.type for t in others for child in t.children or []]
        assert "html_inline" not in inner
        assert inner.count("image") == expected.count("image")
        assert not any(t.type == "html_block" for t in tokens)
        assert inner.count("link_open") == expected.count("link_open")
    content = front_matter((folder / "README.md").read_text())
    assert content["license"] == "other"
    assert content["pretty_name"] == " ".join(text.split())
    assert [config["config_name"] for config in content["configs"]] == ["documents", "edits", "terms", "rejects"]
    body = (folder / "README.md").read_text().split("\n---\n", 1)[1]
    heading = next(t for n, t in enumerate(markdown.parse(body)) if n == 1)
    assert "".join(child.content for child in heading.children or []) == " ".join(text.split())
    assert resolve(tmp_path / "store").table("documents")["title"].to_pylist() == [text]


def test_masked_personal_data_is_counted() -> None:
    edits = tuple(
        Edit(10 * n, 10 * n + 5, rule, "personal_data", "redact", "*****", after="[X]")
        for n, rule in enumerate(["redact-email", "redact-telephone", "redact-email", "redact-card"])
    )
    tables = build_tables([replace(make_document(), edits=edits)], [])
    card = render_card(tables, SETTINGS, HISTORY)
    assert "places: 4: e-mail addresses 2, bank card numbers 1, telephone numbers 1." in card
    bare = render_card(build_tables([make_document()], []), SETTINGS, HISTORY)
    assert "numbers), places: 0." in bare
    open_ = render_card(tables, replace(SETTINGS, redact=False), HISTORY)
    assert "**Personal data is not masked**" in open_
    assert "as it came: nothing is masked" in open_


def test_the_card_tells_what_became_of_copies() -> None:
    sample = [make_document("a"), make_document("b"), make_document("c", "Others.")]
    assert "of another one: 2. They share" in render_card(build_tables(sample, []), SETTINGS, HISTORY)
    first = replace(SETTINGS, duplicates="keep_first")
    card = render_card(build_tables(sample, [], first), first, HISTORY)
    assert '`duplicates = "keep_first"`' in card
    assert "| `duplicate` | 1 |" in card


def test_where_no_language_is_asked_for_the_card_names_those_found() -> None:
    sample = [make_document("a"), replace(make_document("b", "Bonjour."), language="fr")]
    card = render_card(build_tables(sample, []), replace(SETTINGS, languages=()), HISTORY)
    assert front_matter(card)["language"] == ["en", "fr"]


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_no_title_breaks_the_front_matter(title: str) -> None:
    sound = title.encode("utf-8", "ignore").decode()
    card = render_card(EMPTY_TABLES, replace(SETTINGS, title=sound, description=sound), HISTORY)
    assert {"license", "language", "configs", "dataset_info"} <= front_matter(card).keys()
    assert len(re.findall(r"^## ", card, re.MULTILINE)) == 8


@given(documents)
@settings(max_examples=8)
def test_the_card_depends_on_its_arguments_alone(sample: list[CleanedDocument]) -> None:
    first = render_card(build_tables(sample, []), SETTINGS, HISTORY)
    assert render_card(build_tables(sample[::-1], []), SETTINGS, HISTORY) == first
