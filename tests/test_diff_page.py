"""The page of a diff in a real browser, from disk and without network: nothing fails, nothing hostile runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.compare import render_page
from tests.browser import PROGRAM, Browser, open_browser

pytestmark = pytest.mark.skipif(not PROGRAM, reason="no Chromium here")

HOSTILE = "</script><script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\"><!--"
SIDE = {"version": None, "published_at": None, "logical_sha256": None}
COUNT = 10_000


def describe(number: int) -> dict[str, Any]:
    """Describe one changed document, every hundredth of them hostile."""
    title = HOSTILE if number % 100 == 0 else f"Conference number {number}"
    cause = "rule:doubled-stop" if number % 2 else f"glossary:{HOSTILE}"
    return {
        "op": "modify",
        "document_id": f"doc-{number:05d}",
        "other_id": None,
        "title": title,
        "fields": ["text", "title"],
        "causes": [cause],
        "values": [{"field": "title", "old": "Before", "new": title}],
        "text": [["=", "It ended"], ["-", f". {HOSTILE}"], ["+", f" once{number} ", cause], ["~", "120"], ["=", "so."]],
    }


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("page") / "diff.html", COUNT)


def write_page(path: Path, count: int) -> Path:
    """Write the page of a report on so many changed documents."""
    report = {
        "format": 1,
        "old": {"name": f"1.0.0 {HOSTILE}", "documents": COUNT, **SIDE},
        "new": {"name": "1.1.0", "documents": COUNT, **SIDE},
        "is_equal": False,
        "bump": "patch",
        "policy": "semver",
        "reason": HOSTILE,
        "schema": [{"table": "documents", "column": HOSTILE, "kind": "added", "old": "", "new": "string"}],
        "tables": ["documents"],
        "is_relabelled": False,
        "changed_knowledge": [],
        "counts": {"added": 0, "removed": 0, "changed": COUNT, "renamed": 0, "same": 0},
        "fields": [{"field": "text", "documents": COUNT}],
        "causes": [
            {
                "cause": "rule:doubled-stop",
                "documents": COUNT // 2,
                "examples": [
                    {
                        "before": HOSTILE,
                        "after": None,
                        "made": "old",
                        "documents": 2,
                        "document_id": "doc-00001",
                        "is_noted": False,
                    }
                ],
            }
        ],
        "distribution": [
            {"measure": "outlet", "value": HOSTILE, "old": 1, "new": 900, "z": 9.5, "is_notable": True},
            {"measure": "year", "value": "2024", "old": 1, "new": 1, "z": 0.0, "is_notable": False},
        ],
        "renamed": [],
        "documents": [describe(number) for number in range(count)],
    }
    path.write_text(render_page(report), encoding="utf-8")
    return path


def rows(browser: Browser) -> list[str]:
    found: list[str] = browser.run("[...document.querySelectorAll('#list .id')].map((each) => each.textContent)")
    return found


def test_search_filters_and_keys_work(page: Path) -> None:
    with open_browser() as browser:
        browser.open(page.as_uri())
        assert rows(browser)[:2] == ["doc-00000", "doc-00001"]
        assert len(rows(browser)) == 100
        browser.press("/")
        assert browser.run("document.activeElement.id") == "search"
        browser.write("once7777")
        browser.wait("document.querySelectorAll('#list .id').length === 1")
        assert rows(browser) == ["doc-07777"]
        browser.press("Enter")
        browser.press("Enter")
        assert browser.run("document.querySelector('.detail ins[title]').title") == "rule:doubled-stop"
        assert "once7777" in browser.run("document.querySelector('.detail .words:last-child').textContent")
        browser.press("Escape")
        assert browser.run("document.querySelector('.detail')") is None
        browser.press("Escape")
        assert len(rows(browser)) == 100
        for _ in range(101):
            browser.press("j")
        assert browser.run("document.querySelector('.current .id').textContent") == "doc-00100"
        browser.press("k")
        assert browser.run("document.querySelector('.current .id').textContent") == "doc-00099"
        browser.run("document.querySelector('.ranked button').click()")
        assert browser.run("document.getElementById('status').textContent") == "5,000 documents"
        assert browser.run("document.querySelectorAll('#distribution svg rect').length") >= 4
        assert browser.problems == []


def test_a_few_documents_show_their_words_at_once(tmp_path: Path) -> None:
    with open_browser() as browser:
        browser.open(write_page(tmp_path / "few.html", 3).as_uri())
        assert browser.run("document.querySelectorAll('#list .detail .words ins').length") >= 3
        browser.run("document.querySelector('#list .row').click()")
        assert browser.run("document.querySelectorAll('#list .detail').length") == 2
        assert browser.problems == []


def test_nothing_hostile_runs(page: Path) -> None:
    with open_browser() as browser:
        browser.prefer("dark")
        browser.open(page.as_uri())
        for _ in range(3):
            browser.press("j")
            browser.press("Enter")
        assert browser.run("document.title").startswith("1.0.0")
        assert browser.run("document.querySelectorAll('img, #list script').length") == 0
        assert browser.run("document.querySelector('#list .title').textContent") == HOSTILE
        assert browser.problems == []


def test_a_script_that_is_not_ours_is_kept_from_running(page: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.html"
    text = page.read_text(encoding="utf-8").replace("</body>", "<script>document.title = 'hacked'</script></body>")
    forged.write_text(text, encoding="utf-8")
    with open_browser() as browser:
        browser.open(forged.as_uri())
        assert browser.run("document.title") != "hacked"
        assert any("Content Security Policy" in problem for problem in browser.problems)


def test_the_page_asks_for_nothing_and_fits_a_narrow_window(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "innerHTML" not in text
    with open_browser() as browser:
        browser.resize(390, 900)
        browser.open(page.as_uri())
        assert browser.run("document.documentElement.scrollWidth") <= 390
        assert browser.requests == [page.as_uri()]
        assert browser.problems == []
