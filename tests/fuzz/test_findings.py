"""What fuzzing found once must not come back, and each kind of file that it starts from goes through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.document import RawText, Reject, Settings
from pipelines.ingest import Input, records
from tests.fuzz.findings import FINDINGS
from tests.fuzz.fuzz import SECONDS, run_case
from tests.fuzz.inputs import files
from tests.pace import too_slow


@pytest.mark.parametrize("what", FINDINGS)
def test_a_past_finding_stays_mended(what: str, tmp_path: Path) -> None:
    name, data = FINDINGS[what]
    run_case(name, data[: len(data) // 20], tmp_path)  # loads what is loaded once

    def work(part: bytes) -> Callable[[], object]:
        return lambda: run_case(name, part, tmp_path)

    assert too_slow(what, work, data, SECONDS * max(1.0, len(data) / 100_000)) is None


def test_the_files_that_fuzzing_starts_from_go_through(tmp_path: Path) -> None:
    names = {name.partition(".")[2] for name, _ in files()}
    assert {"txt", "md", "html", "json", "jsonl", "csv", "tsv", "parquet", "arrow", "zip", "tar", "tar.gz"} <= names
    for name, data in files()[::5]:
        run_case(name, data, tmp_path)


def test_what_stands_before_an_array_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"text": "x"} [{"text": "y"}]')
    (found,) = records(Input(path, path.name, "a"), Settings(name="t"))
    assert isinstance(found, Reject)
    path.write_bytes(b' \n[{"text": "x"}, {"text": "y"}]')
    assert [r.text for r in records(Input(path, path.name, "a"), Settings(name="t")) if isinstance(r, RawText)] == [
        "x",
        "y",
    ]
