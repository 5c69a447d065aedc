"""A release loads, row for row, in the libraries that people use, also in parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.release import resolve
from tests.samples import make_document, make_release

COLUMNS = ["id", "source", "title", "published_date", "reporters", "text", "word_count", "row_sha256"]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of five documents."""
    store = tmp_path_factory.mktemp("store")
    return make_release(store, [make_document(f"doc-{n}", f"Words “{n}” of 两个.\n\nMore.") for n in range(5)]).path


@pytest.fixture(scope="module")
def rows(release: Path) -> list[dict[str, Any]]:
    """What every library must give."""
    found: list[dict[str, Any]] = resolve(release.parents[1]).table("documents").select(COLUMNS).to_pylist()
    return found


def with_datasets(code: str, release: Path, cache: Path) -> Any:  # noqa: ANN401 - whatever the code prints as JSON
    """Run code on ``path`` with the library datasets, offline, in a process of its own: streams may hang at its end."""
    lines = ["import json, sys", "from datasets import load_dataset", "path = sys.argv[1]", code]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cache)}
    command = [sys.executable, "-c", "\n".join(lines), str(release)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_datasets_loads_all_and_parts_and_streams(release: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    code = f"""
names = {COLUMNS!r}
print(json.dumps({{
    "all": load_dataset(path)["train"].select_columns(names).to_list(),
    "columns": load_dataset(path, columns=names)["train"].to_list(),
    "filters": load_dataset(path, filters=[("id", "==", "doc-3")])["train"].select_columns(names).to_list(),
    "streaming": list(load_dataset(path, streaming=True)["train"].select_columns(names)),
    "edits": len(load_dataset(path, "edits")["train"]),
}}, default=str))"""
    expected = json.loads(json.dumps(rows, default=str))
    loaded = with_datasets(code, release, tmp_path)
    assert loaded.pop("edits") == 10
    assert loaded.pop("filters") == expected[3:4]
    assert loaded == {"all": expected, "columns": expected, "streaming": expected}


def test_pyarrow(release: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow.dataset
    import pyarrow.parquet

    assert pyarrow.parquet.read_table(release / "documents", columns=COLUMNS).to_pylist() == rows
    found = pyarrow.dataset.dataset(release / "documents").to_table(COLUMNS, pyarrow.dataset.field("id") == "doc-3")
    assert found.to_pylist() == rows[3:4]


def test_polars(release: Path, rows: list[dict[str, Any]]) -> None:
    polars = pytest.importorskip("polars")
    scanned = polars.scan_parquet(release / "documents" / "*.parquet").select(COLUMNS)
    assert scanned.collect().to_dicts() == rows
    assert scanned.filter(polars.col("id") == "doc-3").collect().to_dicts() == rows[3:4]


def test_duckdb(release: Path, rows: list[dict[str, Any]]) -> None:
    duckdb = pytest.importorskip("duckdb")
    query = f"SELECT {', '.join(COLUMNS)} FROM '{release}/documents/*.parquet'"
    with duckdb.connect() as connection:
        everything = connection.execute(query).fetchall()
        one = connection.execute(f"{query} WHERE id = ?", ["doc-3"]).fetchall()
    assert everything == [tuple(row.values()) for row in rows]
    assert one == everything[3:4]


def test_pandas(release: Path, rows: list[dict[str, Any]]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(release / "documents", columns=COLUMNS)
    loaded = [{**row, "reporters": list(row["reporters"])} for row in frame.to_dict("records")]
    assert loaded == rows
    filtered = pandas.read_parquet(release / "documents", columns=["id"], filters=[("id", "==", "doc-3")])
    assert filtered["id"].tolist() == ["doc-3"]
