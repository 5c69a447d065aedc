"""Single documents out of a release: the rows that are theirs, whichever row groups hold them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from pipelines.release import TableFiles
from pipelines.release.lookup import RowsByDocument, find_document

counts = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 5), max_size=8)


@given(counts, st.integers(1, 4), st.booleans())
def test_the_rows_of_a_document_are_found_in_whichever_row_groups_they_lie(
    counts: dict[str, int], rows: int, has_statistics: bool
) -> None:
    ids = [name for name in sorted(counts) for _ in range(counts[name])]
    table = pa.table({"document_id": pa.array(ids, pa.string()), "seq": pa.array(range(len(ids)), pa.int32())})
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "edits"
        home.mkdir()
        middle = len(ids) // 2
        for number, part in enumerate((table.slice(0, middle), table.slice(middle))):
            path = home / f"train-{number:05d}-of-00002.parquet"
            pq.write_table(part, path, row_group_size=rows, write_statistics=has_statistics)
        found = RowsByDocument(TableFiles(Path(folder)), "edits", "seq")
        for name in [*counts, "", "zzzz"]:
            wanted = [{"seq": place} for place, each in enumerate(ids) if each == name]
            assert found.of(name) == wanted


def test_a_document_is_found_in_any_file_and_row_group(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    for number, names in enumerate((["b", "a", "d"], ["c"])):
        table = pa.table({"id": names, "text": [name * 2 for name in names]})
        pq.write_table(table, tmp_path / "documents" / f"train-{number:05d}-of-00002.parquet", row_group_size=2)
    tables = TableFiles(tmp_path)
    assert [find_document(tables, name) for name in "abcd"] == [{"id": n, "text": n * 2} for n in "abcd"]
    assert find_document(tables, "e") is None
