"""Reading a source: every file is named once, and what cannot be read says why and what to do."""

from pathlib import Path

import pytest

from pipelines.document import RawText, Reject, Settings
from pipelines.errors import CorpusError
from pipelines.ingest import list_inputs, read_corrections, read_settings, records

SETTINGS = Settings(name="t")
LEAD = (
    "The provincial conference on civil affairs was held in Changsha on Tuesday, and more than 200 people attended it."
)


def read_one(folder: Path, name: str, data: bytes, settings: Settings = SETTINGS) -> RawText | Reject:
    (folder / name).write_bytes(data)
    (entry,) = [i for i in list_inputs(folder) if i.source == name]
    (got,) = records(entry, settings)
    return got


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t \r\n", "empty"),
        ("wide.txt", "\ufeff\u3000\u00a0\n".encode(), "empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        ("broken.txt", b"abc \xff\xfe def", "encoding"),
        ("page.pdf", b"%PDF-1.4", "format"),
    ],
)
def test_what_cannot_be_read_is_a_reject(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    got = read_one(tmp_path, name, data)
    assert isinstance(got, Reject)
    assert (got.source, got.stage, got.reason, got.bytes) == (name, "ingest", reason, len(data))
    assert ";" in got.detail


def test_a_file_beyond_the_limit_is_a_reject(tmp_path: Path) -> None:
    got = read_one(tmp_path, "a.txt", b"x" * 20, Settings(name="t", max_bytes=10))
    assert isinstance(got, Reject)
    assert got.reason == "too_large"


@pytest.mark.parametrize("data", [f"\ufeff{LEAD}".encode(), LEAD.replace(" ", "\r\n").encode(), LEAD.encode()])
def test_the_raw_text_is_the_file_to_the_last_character(tmp_path: Path, data: bytes) -> None:
    got = read_one(tmp_path, "新 闻 a.txt", data)
    assert isinstance(got, RawText)
    assert got.text.encode() == data
    assert got.id == "新 闻 a"


def test_a_link_out_of_the_source_is_a_reject(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "out.txt").write_text(LEAD)
    (tmp_path / "s" / "in.txt").symlink_to(tmp_path / "out.txt")
    (entry,) = list_inputs(tmp_path / "s")
    (got,) = records(entry, SETTINGS)
    assert isinstance(got, Reject)
    assert got.reason == "not_a_file"


def test_inputs_are_listed_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "raw" / "b").mkdir(parents=True)
    for name in ("raw/z.txt", "raw/b/a.txt", "raw/.hidden", "dataset.toml"):
        (tmp_path / name).write_text(LEAD)
    assert [(i.source, i.id) for i in list_inputs(tmp_path)] == [("b/a.txt", "b/a"), ("z.txt", "z")]


def test_a_bare_folder_has_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings(name=tmp_path.name, title=tmp_path.name)


def test_a_source_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        read_settings(tmp_path / "nothing")


@pytest.mark.parametrize(
    "text",
    ["name = ", "colour = 'red'", "min_documents = 'two'", "max_reject_share = 3", "languages = 'en'", "name = 1"],
)
def test_a_broken_dataset_toml_names_what_is_wrong(tmp_path: Path, text: str) -> None:
    (tmp_path / "dataset.toml").write_text(text)
    with pytest.raises(CorpusError, match=r"dataset\.toml"):
        read_settings(tmp_path)


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text('name = "n"\nlanguages = ["en", "zh"]\nmax_reject_share = 1\n')
    assert read_settings(tmp_path) == Settings(name="n", title="n", languages=("en", "zh"), max_reject_share=1.0)


@pytest.mark.parametrize(
    "text",
    [
        "id,before,after\n",
        "id,before,after,reason\nx,,b,why\n",
        "id,before,after,reason\nx,a,b\n",
        "id,before,after,reason\nx,a,b,c,d\n",
    ],
)
def test_a_bad_correction_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "corrections.csv").write_text(text)
    with pytest.raises(CorpusError, match=r"corrections\.csv"):
        read_corrections(tmp_path)
