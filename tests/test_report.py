"""The report: its data say what the release says, nothing in a text becomes markup, and a browser finds its way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli import main
from pipelines.document import Edit, Term, undo
from pipelines.errors import CorpusError
from pipelines.refine import load_source, reasons_of_rules
from pipelines.release import Release, Tables, resolve
from pipelines.report import data, facts, write_report
from tests import browser
from tests.generated import write_generated
from tests.samples import build_tables, make_document, make_reject, make_release, refine, snapshot

SEEDS = Path(__file__).parents[1] / "seeds"
HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(2)> \u2028 `${3}` '\"&amp; __proto__ \U0001f600"


@pytest.fixture(scope="module")
def seeds() -> Tables:
    source = load_source(SEEDS)
    documents, rejects = refine(source.inputs, source.settings, source.knowledge)
    return build_tables(documents, rejects, source.settings)


@pytest.fixture(scope="module")
def store(seeds: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds")
    write_generated(seeds, folder / "releases" / "1.0.0", 23)
    return folder


@pytest.fixture(scope="module")
def report(store: Path) -> Path:
    return write_report(resolve(store), store / "report", reasons_of_rules()).page.parent


def read(report: Path, name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    text = (report / "data" / f"{name}.js").read_text(encoding="utf-8")
    start = f'Report.put("{name}",'
    assert text.startswith(start)
    assert text.endswith(");\n")
    return json.loads(text.removeprefix(start).removesuffix(");\n"))


def read_texts(report: Path) -> list[dict[str, Any]]:
    parts = [read(report, f"texts/{path.stem}") for path in sorted((report / "data" / "texts").iterdir())]
    return [dict(zip(part, row, strict=True)) for part in parts for row in zip(*part.values(), strict=True)]


def read_edits(report: Path) -> dict[str, list[Edit]]:
    kinds = read(report, "overview")["kinds"]
    found: dict[str, list[Edit]] = {}
    for path in sorted((report / "data" / "edits").iterdir()):
        part = read(report, f"edits/{path.stem}")
        said = {
            name: [None if n < 0 else part[name][0][n] for n in part[name][1]]
            for name in ("after", "suggestion", "source_term")
        }
        for place, key in enumerate(part["id"]):
            rows = range(*part["from"][place : place + 2])
            found[key] = [_edit(part, said, kinds[part["kind"][row]], row) for row in rows]
    return found


def _edit(part: dict[str, Any], said: dict[str, list[str | None]], kind: list[str], row: int) -> Edit:
    start, (rule, artefact_class, action, confidence, field) = part["start"][row], kind
    after, suggestion, term = (said[name][row] for name in ("after", "suggestion", "source_term"))
    end = start + part["size"][row]
    before = part["before"][row]
    return Edit(start, end, rule, artefact_class, action, before, after, field or None, suggestion, term, confidence)


# --- the data say what the release says -----------------------------------------------------------------------------


def test_every_edit_of_the_release_is_in_the_report(store: Path, report: Path) -> None:
    edits = read_edits(report)
    rows = resolve(store).table("edits").to_pylist()
    wanted: dict[str, list[Edit]] = {}
    for row in rows:
        wanted.setdefault(row["document_id"], []).append(Edit(**{n: row[n] for n in Edit._fields}))
    assert edits == wanted


def test_the_raw_text_can_be_had_back_from_the_report(store: Path, report: Path) -> None:
    documents = {row["id"]: row for row in resolve(store).table("documents").to_pylist()}
    tables = resolve(store).tables()
    for row in read_texts(report):
        edits = [e for e in tables.edits.to_pylist() if e["document_id"] == row["id"]]
        own = [Edit(**{n: e[n] for n in Edit._fields}) for e in edits]
        assert row["text"] == documents[row["id"]]["text"]
        assert undo(row["text"], read_edits(report)[row["id"]]) == undo(row["text"], own)


def test_the_list_leads_to_the_files_of_each_document(report: Path) -> None:
    overview, listed = read(report, "overview"), read(report, "lists/0000")
    assert len(listed["id"]) == overview["documents"] == 23
    assert [row["id"] for row in read_texts(report)] == listed["id"]
    for key, file in zip(listed["id"], listed["file"], strict=True):
        assert key in read(report, f"edits/{file:04d}")["id"]
    assert overview["files"]["texts"][0] == 0
    assert len(overview["files"]["texts"]) == len(list((report / "data" / "texts").iterdir()))


def test_rules_and_terms_add_up(store: Path, report: Path) -> None:
    rules, terms, overview = read(report, "rules"), read(report, "terms"), read(report, "overview")
    assert sum(row[3] + row[4] for row in rules["rows"]) == overview["edits"]
    assert sum(row[4] for row in terms["rows"]) == overview["terms"] == resolve(store).table("terms").num_rows
    assert all(sum(row[7]) == row[4] for row in terms["rows"])
    assert sum(terms["words"]) == overview["words"]
    reasons = reasons_of_rules()
    assert all(row[2] == reasons[row[0]] for row in rules["rows"])


def test_lines_of_the_concordance_are_cut_from_the_texts(report: Path) -> None:
    texts, terms = read_texts(report), read(report, "terms")
    lines = [line for file in range(len(terms["files"])) for line in read(report, f"terms/{file:04d}")]
    assert len(lines) == len(terms["rows"])
    for row, own in zip(terms["rows"], lines, strict=True):
        assert len(own) == min(row[4], facts.LINES)
        assert [line[3] for line in own] == sorted(line[3] for line in own)
        for left, middle, right, place, day in own:
            assert left + middle + right in texts[place]["text"]
            assert day == texts[place]["published_date"]
            assert middle in {surface for surface, _ in row[6]} or len(row[6]) == 8


def test_examples_are_those_of_the_rule(store: Path, report: Path) -> None:
    rules = read(report, "rules")
    examples = [each for file in range(len(rules["files"])) for each in read(report, f"rules/{file:04d}")]
    before: dict[str, set[str]] = {}
    for row in resolve(store).table("edits").to_pylist():
        before.setdefault(row["rule"], set()).add(row["before"][: facts.SHOWN])
    for row, each in zip(rules["rows"], examples, strict=True):
        assert each["doubtful"]
        assert {example[0] for example in each["frequent"] + each["doubtful"]} <= before[row[0]]
        assert [example[4] for example in each["frequent"]] == sorted((e[4] for e in each["frequent"]), reverse=True)


def test_a_report_is_the_same_each_time(store: Path, report: Path, tmp_path: Path) -> None:
    write_report(resolve(store), tmp_path / "again", reasons_of_rules())
    assert snapshot(tmp_path / "again") == snapshot(report)


def test_a_release_with_hardly_anything_has_a_report(tmp_path: Path) -> None:
    document = make_document("a", text="", edits=0)
    bare = replace(document, terms=(), fields=replace(document.fields, published_date=None, title=""))
    make_release(tmp_path, [bare], [make_reject()])
    page = write_report(resolve(tmp_path), tmp_path / "report", {}).page
    overview = read(page.parent, "overview")
    assert (overview["documents"], overview["undated"], overview["rejects"]) == (1, 1, 1)
    assert ["title", 1, 1] in overview["missing"]
    assert ["text", 1, 1] in overview["missing"]
    assert read(page.parent, "rejects")[0][2] == "empty"
    assert read(page.parent, "terms")["labels"] == []


def test_the_versions_before_are_shown(tmp_path: Path) -> None:
    make_release(tmp_path, [make_document("a")])
    make_release(tmp_path, [make_document("a"), make_document("b")])
    for version, wanted in (("1.0.0", [["1.0.0", 1]]), ("1.1.0", [["1.0.0", 1], ["1.1.0", 2]])):
        report = write_report(resolve(tmp_path, version), tmp_path / f"report-{version}", {}).page.parent
        assert read(report, "overview")["versions"] == wanted
        drawn = (tmp_path / "releases" / version / "charts").iterdir()
        assert {p.name: p.read_bytes() for p in drawn} == {
            p.name: p.read_bytes() for p in (report / "charts").iterdir()
        }


# --- how rows are cut into files ------------------------------------------------------------------------------------

rows = st.lists(st.tuples(st.integers(0, 6), st.text(max_size=40)), max_size=40)


@given(rows, st.integers(1, 12), st.integers(24, 400))
def test_cut_rows_are_all_rows_and_no_document_is_in_two_pieces(
    rows: list[tuple[int, str]], size: int, most: int
) -> None:
    keys = [f"d{number}" for number, _ in sorted(rows)]
    table = pa.table(
        {"document_id": pa.array(keys, pa.string()), "before": pa.array([t for _, t in rows], pa.string())}
    )
    pieces = list(data.cut(table.to_batches(max_chunksize=size), most, "document_id"))
    assert [key for piece in pieces for key in piece["document_id"].to_pylist()] == keys
    assert [t for piece in pieces for t in piece["before"].to_pylist()] == table["before"].to_pylist()
    seen = [key for piece in pieces for key in sorted(set(piece["document_id"].to_pylist()))]
    assert len(seen) == len(set(seen))
    for piece in pieces:
        weight = sum(24 + len(text.encode()) for text in piece["before"].to_pylist())
        assert weight <= most or len(set(piece["document_id"].to_pylist())) == 1


@given(st.integers(0, 30), st.integers(1, 9), st.integers(1, 9))
def test_cut_by_number(count: int, size: int, rows: int) -> None:
    table = pa.table({"n": list(range(count))})
    pieces = [piece["n"].to_pylist() for piece in data.cut_rows(table.to_batches(max_chunksize=size), rows)]
    assert pieces == [list(range(count))[start : start + rows] for start in range(0, count, rows)]


@given(st.lists(st.text(max_size=30), max_size=20))
def test_packed_values_are_all_values(values: list[str]) -> None:
    assert [each for part in data.pack(values, 50) for each in part] == values


# --- nothing but the data, and only as text -------------------------------------------------------------------------


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:|//", page.replace("<!DOCTYPE", ""))
    for name in re.findall(r'(?:src|href)="([^"#]+)"', page):
        assert (report / name).is_file()


def test_the_scripts_make_no_markup_of_texts(report: Path) -> None:
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    unsafe = markup + r"|fetch\(|XMLHttp|https?://(?!www\.w3\.org/2000/svg)"
    for path in report.glob("*.js"):
        assert not re.search(unsafe, path.read_text(encoding="utf-8")), path.name


def test_hostile_text_stays_in_its_string(tmp_path: Path) -> None:
    make_release(tmp_path, [hostile()])
    report = write_report(resolve(tmp_path), tmp_path / "report", {}).page.parent
    assert read_texts(report)[0]["title"] == HOSTILE
    assert read(report, "lists/0000")["title"] == [HOSTILE]
    for path in (report / "charts").iterdir():
        assert "<script" not in path.read_text(encoding="utf-8")


def hostile() -> Any:  # noqa: ANN401 - a document
    document = make_document("x", text=f"{HOSTILE}\n\n{HOSTILE} end.", edits=2)
    fields = replace(document.fields, title=HOSTILE, captions=(HOSTILE,), outlet=HOSTILE)
    edit = document.edits[1]._replace(start=4, end=8, before=HOSTILE[4:8], suggestion=HOSTILE)
    term = Term("hostile", HOSTILE, HOSTILE, HOSTILE[:9], 0, 9, "politics")
    return replace(document, fields=fields, edits=(edit,), terms=(term,), raw=replace(document.raw, id=HOSTILE))


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_a_report_and_replaces_it(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["report", "--store", str(store)]) == 0
    assert "open report-1.0.0/index.html" in capsys.readouterr().out
    (tmp_path / "report-1.0.0" / "data" / "old.js").touch()
    assert main.main(["report", str(store / "releases" / "1.0.0"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["files"] == len([path for path in (tmp_path / "report-1.0.0").rglob("*") if path.is_file()])
    assert [path.name for path in tmp_path.iterdir()] == ["report-1.0.0"]


@pytest.mark.parametrize("make", [Path.touch, lambda path: (path.mkdir(), (path / "mine").touch())])
def test_what_is_no_report_is_not_replaced(
    store: Path, tmp_path: Path, make: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "there")
    assert main.main(["report", "--store", str(store), "-o", str(tmp_path / "there")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_damaged_release_is_told(seeds: Tables, tmp_path: Path) -> None:
    write_generated(seeds, tmp_path / "damaged", 5)
    path = next((tmp_path / "damaged" / "documents").iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="corpus verify"):
        write_report(Release(tmp_path / "damaged"), tmp_path / "report", {})
    assert [path.name for path in tmp_path.iterdir()] == ["damaged"]


# --- in a browser ---------------------------------------------------------------------------------------------------

AXE = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
"""The path of axe.min.js, which the project does not hold: where it is set, each kind of page is checked with it."""

LARGE = int(os.environ.get("CORPUS_REPORT_DOCUMENTS", "50000"))

needs_browser = pytest.mark.skipif(not browser.PROGRAM, reason="no Chromium here")


@pytest.fixture(scope="module")
def page() -> Iterator[browser.Browser]:
    with browser.open_browser() as opened:
        yield opened


@pytest.fixture(scope="module", params=["disk", "server"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A large release: two documents over and over, the second of them hostile."""
    folder = tmp_path_factory.mktemp("large")
    raw = "Title of  the text\nIt was held.\nPhoto by Li Yang\nIt ended."
    edits = (
        Edit(0, 18, "header-title", "header", "move", raw[:18], None, "title"),
        Edit(18, 19, "paragraph-break", "segmentation", "delete", "\n", ""),
        Edit(19, 21, "term-variant", "terminology", "annotate", "It", None, None, "That", "它", "low"),
        Edit(31, 48, "caption", "caption", "move", raw[31:48], None, "captions"),
    )
    plain = make_document("a", text=undo_text(raw, edits), edits=0)
    known = replace(plain, edits=edits, fields=replace(plain.fields, title="Title of a"))
    tables = build_tables([known, hostile()], [])
    write_generated(tables, folder / "releases" / "1.0.0", LARGE)
    write_report(resolve(folder), folder / "report", reasons_of_rules())
    return folder / "report"


def undo_text(raw: str, edits: tuple[Edit, ...]) -> str:
    from pipelines.document import replay

    return replay(raw, edits)


def visit(page: browser.Browser, report: Path, way: str) -> Iterator[str]:
    page.requests.clear()
    page.problems.clear()
    if way == "disk":
        yield f"{report.as_uri()}/index.html"
        own = report.as_uri()
    else:
        with browser.serve(report) as address:
            yield address
        own = address
    assert page.problems == []
    assert [each for each in page.requests if not each.startswith((own, "about:"))] == []


def show(page: browser.Browser, address: str, view: str = "") -> None:
    page.open(f"{address}#/{view}")
    page.wait("typeof Report !== 'undefined' && Report.shown !== undefined")


def check_access(page: browser.Browser) -> None:
    page.run(AXE + "; 0")
    found = page.run(
        "axe.run({preload: false}).then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)]))"
    )
    assert [each for each in found if each[0] in {"serious", "critical"}] == []


@needs_browser
@pytest.mark.slow
def test_the_report_of_the_seeds_in_a_browser(page: browser.Browser, report: Path, way: str) -> None:
    for address in visit(page, report, way):
        for scheme in ("light", "dark"):
            page.prefer(scheme)
            for view in ("", "documents", "document/2", "rules", "rules/term-variant", "terms", "rejects"):
                show(page, address, view)
                assert page.run("document.querySelectorAll('h1').length") == 1
                assert page.run("document.title").endswith("1.0.0")
                check_access(page)
        assert page.run("document.querySelector('.lead').textContent") == "Every input became a document."
        page.prefer("light")
        texts, edits = read_texts(report), read_edits(report)
        for place, row in enumerate(texts):
            show(page, address, f"document/{place}")
            seen = page.run("[...document.querySelectorAll('.row:not(.head) .raw')].map(e => e.textContent).join('')")
            raw = undo(row["text"], edits[row["id"]])
            assert re.sub(r"\s+|Raw:", "", seen) == re.sub(r"\s+", "", raw)
            for number, edit in enumerate(edits[row["id"]], 1):
                if edit.before.strip():
                    assert page.run(f"document.querySelector('[data-n=\"{number}\"]') !== null"), edit


@needs_browser
@pytest.mark.slow
def test_a_large_report_in_a_browser(page: browser.Browser, large: Path, way: str) -> None:
    for address in visit(page, large, way):
        show(page, address)
        assert page.run("document.querySelector('.facts strong').textContent") == f"{LARGE:,}"
        show(page, address, "documents")
        page.press("/")
        wanted = f"of a {LARGE - 679:,}"  # the other document has the even numbers
        page.write(wanted)
        page.wait("document.getElementById('found').textContent.startsWith('1 of')")
        assert page.run("document.activeElement.name") == "q"
        page.press("Escape")
        page.press("j")
        assert page.run("document.activeElement.textContent") == f"Title {wanted}"
        page.press("Enter")
        page.wait("Report.shown === 'document'")
        page.press("j")
        assert page.run("document.querySelector('.panel').textContent.includes('header-title')")
        page.press("j")
        assert "term-variant" in page.run("document.querySelector('.panel').textContent")
        moved = "[...document.querySelectorAll('.moved b')].map(e => e.textContent)"
        assert page.run(moved) == ["title", "captions"]
        page.press("u")
        page.wait("Report.shown === 'documents'")
        show(page, address, "documents?year=1995&outlet=Xinhua")
        assert page.run("document.querySelectorAll('.documents li').length") > 0
        assert page.run(
            "[...document.querySelectorAll('.documents p')].every(p => /^1995.*Xinhua/.test(p.textContent))"
        )
        show(page, address, "documents?outlet=Xinhua&rate=60-&order=rate")
        last = "p => parseFloat(p.textContent.split(' · ').at(-1))"
        rates = page.run(f"[...document.querySelectorAll('.documents p')].map({last})")
        assert len(rates) == 50
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] >= 60
        page.press("]")
        page.wait("document.querySelector('.pages span').textContent !== '' && location.hash.includes('page=2')")
        page.run("document.querySelector('.documents a').focus()")
        page.press("j")
        page.press("Enter")
        page.wait("Report.shown === 'document'")
        check_hostile(page, address)
        assert page.memory() < 300_000_000


def check_hostile(page: browser.Browser, address: str) -> None:
    show(page, address, "document/0")
    assert HOSTILE.replace("\u2028", " ").split()[0] in page.run("document.querySelector('h1').textContent")
    assert page.run("document.querySelectorAll('main script, main img').length") == 0
    for view in ("documents", "terms/hostile"):
        show(page, address, view)
        assert "<script>alert(1)</script>" in page.run("document.querySelector('main').textContent")
        assert page.run("document.querySelectorAll('main script, main img').length") == 0
