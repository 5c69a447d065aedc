"""Croissant: valid for its own library, true to the files, the same in every build, and enough to load every table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import schemas
from pipelines.publish.croissant import CROISSANT
from pipelines.release import resolve
from tests.samples import SETTINGS, make_document, make_reject, make_release

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # how the library itself uses pandas


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second release, so that it has the table ``changes``."""
    store = tmp_path_factory.mktemp("store")
    make_release(store, [make_document("a")])
    make_release(store, [make_document("a"), make_document("b", "Words “in” 两个.")], [make_reject()])
    return resolve(store).path


def read(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / CROISSANT).read_text(encoding="utf-8"))
    return content


def test_its_own_library_finds_nothing_wrong(release: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    metadata = mlcroissant.Dataset(release / CROISSANT).metadata
    assert metadata.issues.errors == set()
    # What it recommends beside: a citation, a licence and a date, none of which the release can know.
    named = {warning.partition('Property "')[2].partition('"')[0] for warning in metadata.issues.warnings}
    assert {name.rpartition("/")[2] for name in named} == {"citeAs", "license", "datePublished"}
    assert metadata.version == "1.1.0"


@pytest.mark.parametrize("table", schemas.TABLES)
def test_every_table_loads_through_it(release: Path, table: str) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    loaded = list(mlcroissant.Dataset(release / CROISSANT).records(table))
    assert [_plain(row, table) for row in loaded] == resolve(release.parents[1]).table(table).to_pylist()


def _plain(row: Mapping[str, Any], table: str) -> dict[str, Any]:
    """Undo what the library does to values: texts become bytes, days become moments, numbers become numpy's."""
    return {key.removeprefix(f"{table}/"): _value(value) for key, value in row.items()}


def _value(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_value(each) for each in value]
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "date"):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def test_it_names_every_table_file_with_size_and_hash(release: Path) -> None:
    listed = {entry["contentUrl"]: entry for entry in read(release)["distribution"] if "contentUrl" in entry}
    files = {path.relative_to(release).as_posix(): path.read_bytes() for path in release.glob("*/*.parquet")}
    assert listed.keys() == files.keys()
    for name, content in files.items():
        assert listed[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert listed[name]["contentSize"] == f"{len(content)} B"


def test_it_has_every_column_and_its_meaning(release: Path) -> None:
    for record_set in read(release)["recordSet"]:
        fields = [(field["name"], field["description"]) for field in record_set["field"]]
        assert fields == [(name, meaning) for name, _, meaning in schemas.describe(record_set["name"])]


def test_the_time_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = []
    for epoch in ("0", "1"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        contents.append((make_release(tmp_path / epoch, [make_document()]).path / CROISSANT).read_bytes())
    assert contents[0] == contents[1]


def test_a_licence_is_named_only_where_it_is_known(tmp_path: Path, release: Path) -> None:
    assert "license" not in read(release)
    settings = replace(SETTINGS, licence="cc-by-4.0", description="All about wells.")
    content = read(make_release(tmp_path, [make_document()], settings=settings).path)
    assert (content["license"], content["description"], content["inLanguage"]) == (
        "cc-by-4.0",
        "All about wells.",
        ["en"],
    )
