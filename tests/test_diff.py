"""``corpus diff``: its forms, its exit codes, and what it says of plain files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli.main import main
from pipelines.compare import render_markdown
from pipelines.release import resolve
from tests.samples import make_document, make_reject, make_release, sha256

ROOT = Path(__file__).parent.parent
HOSTILE = "<script>alert(1)</script> [x](javascript:0) `|` \x1b[31m\u202e"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases: the second changes, adds and renames; the third only takes an edit away."""
    place = tmp_path_factory.mktemp("diff") / "store"
    first = [make_document(key, f"This is the text of {key}, and it is long enough.") for key in "abcd"]
    renamed = replace(first[3], raw=replace(first[3].raw, id=f"d {HOSTILE}"))
    changed = make_document("a", "This is another text of a, and it is long enough.", raw=first[0].raw.text, edits=3)
    second = [changed, first[1], first[2], renamed, make_document("e", f"New words {HOSTILE} here.")]
    make_release(place, first)
    make_release(place, second, [make_reject()])
    make_release(place, [replace(changed, edits=changed.edits[:1]), *second[1:]], [make_reject()])
    return place


def diff(store: Path, *arguments: str) -> int:
    return main(["diff", "--store", str(store), *arguments])


def test_the_same_version_is_equal(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(store, "1.0.0", "1.0.0") == 0
    assert "equal" in capsys.readouterr().out


def test_the_terminal_shows_all_tiers_within_80_columns(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(store, "1.0.0", "1.1.0") == 1
    out = capsys.readouterr().out
    for part in ("1.0.0 → 1.1.0", "minor", "Counts", "Fields", "Causes", "Documents", "[-", "-]{+another+}"):
        assert part in out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []


def test_what_calls_for_less_than_fail_on_is_no_failure(store: Path) -> None:
    codes = {step: diff(store, "1.0.0", "1.1.0", "--fail-on", step) for step in ("patch", "minor", "major")}
    assert codes == {"patch": 1, "minor": 1, "major": 0}
    assert diff(store, "1.1.0", "1.1.1", "--fail-on", "minor") == 0
    assert diff(store, "1.1.0", "1.1.1", "--fail-on", "patch") == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["1.0.0", "9.9.9"], "no release 9.9.9"),
        (["1.0.0"], "NEW"),
        (["1.0.0", "1.1.0", "--fail-on", "huge"], "--fail-on"),
        (["1.0.0", "1.1.0", "--memory", "lots"], "lots is no limit of memory"),
        (["1.0.0", "1.1.0", "-o", "nowhere/a.html"], "no folder nowhere"),
        (["a.parquet", "b.parquet"], "--key"),
    ],
)
def test_wrong_usage_is_one_line(
    store: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff(store, *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert problem in line


def test_json_is_as_documented(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema: Any = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "docs" / "diff.schema.json").read_text(encoding="utf-8"))
    for versions in (("1.0.0", "1.1.0"), ("1.1.0", "1.1.1"), ("1.1.0", "1.0.0"), ("1.0.0", "1.0.0")):
        diff(store, *versions, "--format", "json")
        report = json.loads(capsys.readouterr().out)
        jsonschema.validate(report, schema)
    diff(store, "1.0.0", "1.1.0", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"added": 2, "removed": 1, "changed": 1, "renamed": 1, "same": 2}
    assert report["renamed"] == [{"old": "d", "new": f"d {HOSTILE}"}]
    assert [(d["op"], d["document_id"]) for d in report["documents"]][:1] == [("modify", "a")]


def test_the_report_is_the_same_each_time(store: Path, tmp_path: Path) -> None:
    for form in ("json", "html", "md", "txt"):
        for name in ("a", "b"):
            assert diff(store, "1.0.0", "1.1.0", "-o", str(tmp_path / f"{name}.{form}")) == 1
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


def test_markdown_is_the_list_of_changes_and_holds_no_markup(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diff(store, "1.0.0", "1.1.0", "--format", "markdown")
    printed = capsys.readouterr().out
    changes = (resolve(store, "1.1.0").path / "CHANGES.md").read_text(encoding="utf-8")
    assert changes.startswith("# 1.1.0\n\nMinor release after 1.0.0: ")
    for text in (printed, changes):
        assert "## Causes" in text
        assert "## Renamed (1)" in text
        assert "<script>" not in re.sub(r"`[^`]*`", "", text)
        assert "\x1b" not in text
    assert printed.partition("## Counts")[2] == changes.partition("## Counts")[2]
    assert "Both say the same" in render_markdown({"old": {"name": "1"}, "new": {"name": "2"}, "is_equal": True})


def test_the_first_release_says_so(store: Path) -> None:
    text = (resolve(store, "1.0.0").path / "CHANGES.md").read_text(encoding="utf-8")
    assert text == "# 1.0.0\n\nFirst release: 4 documents.\n"


def test_plain_files_are_compared_by_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.parquet", tmp_path / "new"
    new.mkdir()
    pq.write_table(pa.table({"url": ["a", "b", "c"], "n": [1, 2, 3], "text": ["x y", "y", "z"]}), old)
    pq.write_table(
        pa.table({"url": ["b", "a"], "n": [2, 1], "text": ["y", "x w"], "mood": ["", ""]}), new / "1.parquet"
    )
    pq.write_table(pa.table({"url": ["d"], "n": [3], "text": ["z"], "mood": [""]}), new / "2.parquet")
    assert main(["diff", str(old), str(new), "--key", "url", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"added": 1, "removed": 1, "changed": 1, "renamed": 0, "same": 1}
    assert report["schema"] == [
        {"table": "documents", "column": "mood", "kind": "added", "old": "", "new": "string"}
    ]  # fmt: skip
    changed = next(d for d in report["documents"] if d["op"] == "modify")
    assert (changed["document_id"], changed["fields"]) == ("a", ["mood", "text"])
    assert changed["text"][-2:] == [["-", "y", "schema"], ["+", "w", "schema"]]
    assert main(["diff", str(old), str(old), "--key", "url"]) == 0
    assert main(["diff", str(old), str(old), "--key", "n"]) == 0
    capsys.readouterr()
    assert main(["diff", str(old), str(new), "--key", "id"]) == 2
    assert "choose the key among url, n, text" in capsys.readouterr().err
    assert main(["diff", str(old), str(tmp_path / "none"), "--key", "url"]) == 2


def test_plain_files_may_hold_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = {"text": [1, 2], "word_count": ["x", "y"], "published_date": ["z", None], 'it\'s "n"': [0.5, float("nan")]}
    for name, last in (("old", b"\x00"), ("new", b"\xff")):
        table = pa.table({"k": [7, 8], **values, "b": [b"", last], "s": [{"a": [1]}, None]})
        pq.write_table(
            table.set_column(1, "text", pa.array([1, 2 if name == "old" else 3])), tmp_path / f"{name}.parquet"
        )
    old, new = (str(tmp_path / f"{name}.parquet") for name in ("old", "new"))
    assert main(["diff", old, old, "--key", "k"]) == 0
    for form in ("text", "json", "markdown", "html"):
        assert main(["diff", old, new, "--key", "k", "--format", form, "-o", str(tmp_path / form)]) == 1
    report = json.loads((tmp_path / "json").read_text(), parse_constant=pytest.fail)
    assert [(d["document_id"], d["fields"]) for d in report["documents"]] == [("8", ["b", "text"])]
    assert main(["diff", old, new, "--key", 'it\'s "n"']) == 2
    assert "cannot be a key" in capsys.readouterr().err


def test_documents_of_releases_can_be_compared_as_plain_files(store: Path) -> None:
    old, new = (str(resolve(store, version).path) for version in ("1.0.0", "1.1.0"))
    assert diff(store, old, new) == 1
    assert diff(store, old, new, "--key", "id", "--memory", "200MB") == 1
    assert diff(store, old, old, "--key", "source") == 0


def test_a_mirror_follows_by_changes_alone(store: Path) -> None:
    from pipelines.compare import apply_changes

    mirror = resolve(store, "1.0.0").table("documents")
    for version in ("1.1.0", "1.1.1"):
        mirror = apply_changes(mirror, resolve(store, version).table("changes"))
        assert mirror.equals(resolve(store, version).table("documents"))
    assert sha256("") not in mirror["text_sha256"].to_pylist()


def test_a_file_that_cannot_be_read_is_one_line(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (whole,) = (resolve(store, "1.0.0").path / "documents").iterdir()
    content = whole.read_bytes()
    for name, damaged in (
        ("cut", content[:2_000]),
        ("empty", b""),
        ("hole", content[:4] + b"\0" * 3_000 + content[3_004:]),
    ):
        (tmp_path / f"{name}.parquet").write_bytes(damaged)
        assert main(["diff", str(tmp_path / f"{name}.parquet"), str(whole), "--key", "id"]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert name in line
