"""What a release folder is: found, read, and checked to the last byte."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import CorpusError
from pipelines.release import (
    Release,
    format_version,
    latest,
    parse_version,
    releases,
    resolve,
    row_sha256,
    table_sha256,
    verify,
)
from tests.samples import make_document, make_reject, make_release


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two releases."""
    store = tmp_path_factory.mktemp("store")
    make_release(store, [make_document("a"), make_document("b")])
    make_release(store, [make_document("a"), make_document("b", "New words.")], [make_reject()])
    return store


@pytest.fixture
def release(store: Path, tmp_path: Path) -> Path:
    """A copy of the second release that may be damaged."""
    copy = tmp_path / "copy"
    shutil.copytree(store / "releases" / "1.0.1", copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755)
    return copy


def test_releases_are_listed_by_version(store: Path) -> None:
    assert [(info.version, info.parent, info.bump) for info in releases(store)] == [
        ("1.0.0", None, "first"),
        ("1.0.1", "1.0.0", "patch"),
    ]


def test_a_release_is_found_by_version_by_path_and_as_the_latest(store: Path) -> None:
    assert resolve(store).version == "1.0.1"
    assert resolve(store, "latest").version == "1.0.1"
    assert resolve(store, "1.0.0").version == "1.0.0"
    assert resolve(store, store / "latest").version == "1.0.1"
    assert resolve(store, str(store / "releases" / "1.0.0")).version == "1.0.0"


def test_what_is_not_there_is_said_in_one_line(store: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no release 9\.9\.9; .* has: 1\.0\.0, 1\.0\.1") as error:
        resolve(store, "9.9.9")
    assert error.value.exit_code == 2
    for place, lacks in ((store, "no manifest.json"), (store / "nowhere", "no such folder")):
        with pytest.raises(CorpusError, match=f"no release at {place}: .*{lacks}"):
            resolve(tmp_path / "no_store", place)
    with pytest.raises(CorpusError, match="corpus publish"):
        resolve(tmp_path)
    with pytest.raises(CorpusError, match="no table changes"):
        resolve(store, "1.0.0").table("changes")
    assert releases(tmp_path / "nowhere") == []
    assert latest(tmp_path / "nowhere") is None


def test_versions_sort_by_number_and_half_made_folders_are_no_releases(release: Path, tmp_path: Path) -> None:
    for name in ("1.9.0", "1.10.0", "notes", "1.11"):
        folder = tmp_path / "store" / "releases" / name
        shutil.copytree(release, folder)
        (folder / "manifest.json").write_text((folder / "manifest.json").read_text().replace('"1.0.1"', f'"{name}"'))
    (tmp_path / "store" / "releases" / "2.0.0").mkdir()
    assert [info.version for info in releases(tmp_path / "store")] == ["1.9.0", "1.10.0"]


@given(st.tuples(*[st.integers(0, 10**8)] * 3))
def test_versions_can_be_written_and_read(version: tuple[int, int, int]) -> None:
    assert parse_version(format_version(version)) == version


@pytest.mark.parametrize("text", ["1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", "١.0.0", ""])
def test_what_is_no_version_is_not_read_as_one(text: str) -> None:
    assert parse_version(text) is None


def test_a_sound_release_has_no_findings(store: Path) -> None:
    for info in releases(store):
        assert verify(info.path, deep=True) == []


def test_sha256sum_agrees(store: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=store / "latest", check=False).returncode == 0


def test_any_flipped_byte_is_found(release: Path) -> None:
    chance = random.Random(7)
    for path in sorted(path for path in release.rglob("*") if path.is_file()):
        content = path.read_bytes()
        places = {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(25))}
        for place in places:
            bit = 1 << chance.randrange(8)
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            assert verify(release), f"{path.name}, byte {place}, bit {bit}"
        path.write_bytes(content)
    assert verify(release) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
def test_every_flipped_byte_of_the_records_is_found(release: Path, name: str) -> None:
    path = release / name
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :])
        assert verify(release), f"byte {place}"


@pytest.mark.parametrize("name", ["README.md", "manifest.json", "SHA256SUMS", "edits/train-00000-of-00001.parquet"])
def test_a_missing_file_is_found(release: Path, name: str) -> None:
    (release / name).unlink()
    assert name in {finding.path for finding in verify(release)}


@pytest.mark.parametrize("name", ["extra.txt", "documents/train-00001-of-00001.parquet", ".hidden", "new/file"])
def test_an_extra_file_is_found(release: Path, name: str) -> None:
    (release / name).parent.mkdir(exist_ok=True)
    (release / name).write_bytes(b"")
    assert name in {finding.path for finding in verify(release)}


def test_extra_folders_and_links_are_found(release: Path) -> None:
    (release / "empty").mkdir()
    (release / "link").symlink_to("README.md")
    assert {finding.path for finding in verify(release)} == {"empty", "link"}


def test_a_file_replaced_by_a_link_to_the_same_bytes_is_found(release: Path, tmp_path: Path) -> None:
    (release / "README.md").rename(tmp_path / "README.md")
    (release / "README.md").symlink_to(tmp_path / "README.md")
    assert "README.md" in {finding.path for finding in verify(release)}


def test_a_changed_manifest_is_found_even_if_it_is_sound_in_itself(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["reason"] = "no reason"
    (release / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    assert "manifest.json" in {finding.path for finding in verify(release)}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1}', '{"version": "1.0.1", "files": []}', "\x00", "[" * 99]
)
def test_a_manifest_that_is_none_is_found(release: Path, text: str) -> None:
    (release / "manifest.json").write_text(text)
    assert [finding.path for finding in verify(release)] == ["manifest.json"]


def test_a_release_under_another_name_is_found(release: Path, tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    release.rename(tmp_path / "releases" / "3.0.0")
    assert "names version 1.0.1" in verify(tmp_path / "releases" / "3.0.0")[0].problem


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no release folder"):
        verify(tmp_path / "nowhere")


def test_damaged_pages_are_not_read(release: Path) -> None:
    path = release / "documents" / "train-00000-of-00001.parquet"
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="corpus verify"):
        Release(release).table("documents")


def test_the_row_hash_is_that_of_canonical_json() -> None:
    assert row_sha256({"b": None, "a": "é", "row_sha256": "x"}) == row_sha256({"a": "é", "b": None})
    with pytest.raises(TypeError):
        row_sha256({"a": object()})
    with pytest.raises(UnicodeError):
        row_sha256({"a": "\ud800"})


VALUES = st.none() | st.integers(0, 2**31 - 1) | st.text() | st.lists(st.text(), max_size=3) | st.dates()


@given(st.dictionaries(st.text("abc_", min_size=1, max_size=4), VALUES | st.floats(2**-9, 1000, width=32)))
def test_anyone_can_work_the_row_hash_out_with_the_standard_library(row: dict[str, object]) -> None:
    written = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    assert row_sha256(row) == hashlib.sha256(written.encode()).hexdigest()


@given(st.lists(st.tuples(st.text(max_size=4), st.none() | st.text(max_size=4)), max_size=4, unique=True))
def test_tables_with_different_content_have_different_hashes(rows: list[tuple[str, str | None]]) -> None:
    table = _pairs([(a, b) for a, b in rows])
    changed = _pairs([*rows, ("more", None)])
    assert table_sha256("edits", table) != table_sha256("edits", changed)
    assert table_sha256("edits", pa.concat_tables([table.slice(0, 1), table.slice(1)])) == table_sha256("edits", table)


def test_null_and_separators_are_told_apart() -> None:
    cells = [("\\N", None), ("a\tb", "c"), ("a", "b\tc"), ("a\nb", ""), ("a", None), ("a", "\\N"), ("a\\nb", "")]
    hashes = {table_sha256("edits", _pairs([cell])) for cell in cells}
    assert len(hashes) == len(cells)


def _pairs(rows: list[tuple[str, str | None]]) -> pa.Table:
    encoded = [(_sound(a), None if b is None else _sound(b)) for a, b in rows]
    return pa.table(
        {"a": pa.array([a for a, _ in encoded], pa.string()), "b": pa.array([b for _, b in encoded], pa.string())}
    )


def _sound(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
