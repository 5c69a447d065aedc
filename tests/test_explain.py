"""``corpus explain`` on files: picks the record that is meant, and says why one would be rejected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.errors import DATA, USAGE

TEXT = "The provincial conference on civil affairs was held in Changsha on Tuesday, and people came from {}."
FRENCH = "Le gouvernement a annoncé mardi de nouvelles mesures pour les forêts et les rivières du pays, dit-on à Paris."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    records = [{"id": f"id-{n}", "text": TEXT.format(f"county {n}")} for n in range(1, 18)]
    lines = [json.dumps(record) for record in records] + ['{"id": "cut', json.dumps({"text": FRENCH})]
    (tmp_path / "raw" / "in").mkdir(parents=True)
    (tmp_path / "raw" / "in" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "dataset.toml").write_text('name = "s"\nlanguages = ["en"]\n')
    return tmp_path


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(["explain", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("wanted", "county"),
    [(":7", "county 7."), (":17", "county 17."), ("#id-1", "county 1."), ("#in/a#3", None), ("", "county 1.")],
)
def test_one_record_of_a_file_is_explained(
    source: Path, wanted: str, county: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = explain(capsys, f"{source / 'raw' / 'in' / 'a.jsonl'}{wanted}")
    if county is None:  # a record with an id of its own is not known by its place
        assert (code, err.count("\n")) == (USAGE, 1)
        assert "FILE:17" in err
    else:
        assert (code, err) == (0, "")
        assert county in " ".join(out.split())


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (":18", "rejected at ingest, malformed: not valid JSON"),
        (":19", "rejected at validate, language: the text is in “fr”, the source takes en"),
        ("#in/a#19", "rejected at validate, language"),
    ],
)
def test_a_record_that_would_be_rejected_is_told(
    source: Path, wanted: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = explain(capsys, f"{source / 'raw' / 'in' / 'a.jsonl'}{wanted}")
    assert (code, out, err.count("\n")) == (DATA, "", 1)
    assert says in err


def test_a_file_whose_name_no_table_can_hold_is_told(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = source / "raw" / "caf\udce9.txt"
    path.write_text(TEXT.format("all counties"))
    code, out, err = explain(capsys, str(path))
    assert (code, out) == (DATA, "")
    assert "rejected at validate, schema" in err


def test_a_sign_in_the_name_of_a_file_is_no_record(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = source / "raw" / "a#b:7"
    path.write_text(TEXT.format("all counties"))
    assert explain(capsys, str(path))[0] == 0


def test_a_file_that_is_not_there_is_told(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = explain(capsys, str(source / "raw" / "b.txt"), "--store", str(source / "store"))
    assert (code, err.count("\n")) == (USAGE, 1)
    assert "b.txt: no such file" in err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("glossary.jsonl", "{}\n", USAGE),
        ("glossary.jsonl", b"\xff", USAGE),
        ("corrections.csv", "id,before\n", USAGE),
        ("corrections.csv", "id,before,after,reason\nid-1,x\n", USAGE),
        ("corrections.csv", "id,before,after,reason\nid-1,nowhere in it,x,why\n", DATA),
        ("corrections.csv", "id,before,after,reason\nid-1,o,x,why\n", DATA),
        ("dataset.toml", "name = \n", USAGE),
        ("dataset.toml", "nme = 'x'\n", USAGE),
    ],
)
def test_malformed_files_are_wrong_usage_and_failed_guards_are_data(
    source: Path, name: str, content: str | bytes, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (source / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    got, _, err = explain(capsys, f"{source / 'raw' / 'in' / 'a.jsonl'}#id-1")
    assert (got, err.count("\n")) == (code, 1)
    assert name in err


def test_a_mask_is_shown_as_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    text = TEXT.format("one county. Write to wang.li@example.org or call +86 731 8888 1234")
    path.write_text(f"{text}\n\nEditor: Wang Li (wang.li@example.org)\n")
    code, out, _ = explain(capsys, str(path))
    said = " ".join(out.split())
    assert code == 0
    assert "Write to [-masked-]{+[EMAIL]+}" in said
    assert "or call [-masked-]{+[PHONE]+}" in said
    assert "“Editor: Wang Li ([EMAIL])” removed" in said
    assert "*" not in said
    assert "example.org" not in said


def test_no_line_is_wider_than_prose_can_be_read_or_ends_in_blanks(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    (source / "raw" / "long.txt").write_text("The harvest of the county is in.. " * 40)
    assert main.main(["explain", str(source / "raw" / "long.txt")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 80 < max(map(len, lines)) <= 100
    assert [line for line in lines if line != line.rstrip()] == []
