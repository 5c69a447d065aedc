"""What engines leave of themselves: the tokens that they part words with, and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.document import Edit
from pipelines.rules.rule import PROSE, Maker, Rule, View, by_pattern

_TOKEN = re.compile(
    r"(?P<open>-LRB- ?)|(?P<close> ?-RRB-)|(?P<begin>(?<!\S)`` )|(?P<end>(?<=\S) ''(?!\S))"
    r"|[ ]?@(?P<mark>[-/,.:])@[ ]?|(?<=[A-Za-z])@@ (?=[a-z])|(?P<blank>[ ]?▁+(?:[ ]▁*)?)"
)
_WRITTEN = {"open": "(", "close": ")", "begin": '"', "end": '"'}
"""How the tokens of treebanks are written."""
_LINE_TAG = re.compile(r"</?(?:br|p|div)(?: [^<>\n]{0,80})?/?>", re.IGNORECASE)
_LINE_TAGS = re.compile(rf" ?(?:{_LINE_TAG.pattern} ?){{1,6}}", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>b|i|u|em|strong|span|font|mark|small|a|g)(?: [^<>\n]{0,120})?>"
    r"|<(?P<single>x|ph|bx|ex|g|it) [^<>\n]{0,80}/>|\{(?P<end>/?)(?P<number>\d{1,3})\}",
    re.IGNORECASE,
)
_SPEAKS_OF_TAGS = re.compile(
    r"\b(?:html|xml|xliff|tags?|markup|codes?|elements?|attributes?|placeholders?)\b", re.IGNORECASE
)
_UNKNOWN = re.compile(r"<unk>|⁇", re.IGNORECASE)
_MARKUP = re.compile(
    r"(?<![*\w])(?P<open>\*\*)(?=[^\s*])[^*\n]{1,400}(?<=[^\s*])(?P<close>\*\*)(?![*\w])"
    r"|(?<![*\w])(?P<left>\*)(?=[A-Za-z][\w'’-]* )[^*()\n]{3,60}(?<=[a-z])(?P<right>\*)(?![*\w])"
    r"|\A(?P<lead>\*)(?=[^\s*])[^*\n]{1,2000}(?<=[^\s*])(?P<trail>\*)\Z|\A(?P<head>\#{1,6}[ ]+)(?=\S)"
    r"|\A(?P<quote>> )(?=[\"“])"
)


def _joined(match: re.Match[str]) -> str:
    if match["blank"]:
        return " " if match.start() and match.end() < len(match.string) else ""
    return _WRITTEN.get(match.lastgroup or "", match["mark"] or "")


def _find_unknown(view: View) -> Iterator[Edit]:
    maker = Maker("unknown-word", "omission", "medium")
    return (maker.annotate(view.raw, *match.span(), None) for match in view.matches(_UNKNOWN, PROSE))


def _find_line_tags(view: View) -> Iterator[Edit]:
    """Only where all of them stand between, before or behind sentences: else the text speaks of tags."""
    maker, raw = Maker("line-tag", "encoding"), view.raw
    for paragraph in view.paragraphs(PROSE):
        found = list(_LINE_TAGS.finditer(raw, paragraph.start, paragraph.end))
        if all(map(_parts_sentences, found)):
            for match in found:
                is_outer = match.start() == paragraph.start or match.end() == paragraph.end
                yield maker.replace(raw, *match.span(), "" if is_outer else " ")


def _find_inline_tags(view: View) -> Iterator[Edit]:
    """Only where each tag of a paragraph has its partner around some text: else the text speaks of tags."""
    maker, raw = Maker("inline-tag", "encoding"), view.raw
    for paragraph in view.paragraphs(PROSE):
        if not _SPEAKS_OF_TAGS.search(raw, paragraph.start, paragraph.end):
            found = list(_INLINE_TAG.finditer(raw, paragraph.start, paragraph.end))
            if _are_paired(found):
                yield from (maker.delete(raw, *match.span()) for match in found)


def _are_paired(tags: Sequence[re.Match[str]]) -> bool:
    """Tell whether the tags that are no single ones open and close in turn, with something between."""
    around: list[tuple[str, int]] = []
    for tag in (tag for tag in tags if not tag["single"]):
        name = (tag["name"] or tag["number"]).lower()
        if not (tag["close"] or tag["end"]):
            around.append((name, tag.end()))
            continue
        opened, end = around.pop() if around else ("", 0)
        if opened != name or end == tag.start():
            return False
    return not around


def _parts_sentences(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 2) : match.start()].rstrip('"”’)\n')[-1:]
    after = match.string[match.end() : match.end() + 2].strip("\n")
    opens = after == "" or after[0].isupper() or after[0].isdigit() or after[0] in '"“‘(&'
    return opens and (before == "" or before in ".!?:;")


def _find_markup(view: View) -> Iterator[Edit]:
    maker = Maker("markdown", "encoding")
    for match in view.matches(_MARKUP, PROSE):
        for mark in ("open", "close", "left", "right", "lead", "trail", "head", "quote"):
            if match[mark]:
                yield maker.delete(view.raw, *match.span(mark))


TOKENS = (
    Rule(
        "engine-token",
        "encoding",
        "repair",
        "Engines part words at hyphens, strokes and marks before they translate, and some never join them again.",
        by_pattern(Maker("engine-token", "encoding"), _TOKEN, _joined, rewords=False),
        (
            ("a third @-@ party survey", "a third-party survey"),
            ("the input @/@ output ratio", "the input/output ratio"),
            ("the develop@@ ment of it", "the development of it"),
            ("`` We go , '' she said -LRB- in May -RRB- .", '"We go," she said (in May).'),
            ("It was ▁the ▁lake▁that froze over.", "It was the lake that froze over."),
        ),
        ("a third-party survey", "write to us @ the desk", "user@example", "the ____ of it"),
        anchors=(*(f"@{mark}@" for mark in "-/,.:"), "@@ ", "▁", "-lrb-", "-rrb-", "`` ", " ''"),
    ),
    Rule(
        "line-tag",
        "encoding",
        "repair",
        "The tag of a line end or a paragraph was left between two sentences when the page was made plain text.",
        _find_line_tags,
        (
            (
                "The mill is shut.<br>Its wheel still turns.<br />“It must.”",
                "The mill is shut. Its wheel still turns. “It must.”",
            ),
            ("<p>The weir held.</p><p>The lower field did not.</p>", "The weir held. The lower field did not."),
        ),
        (
            "End the line with <br> or <br/>.",
            "Write “One.<br>Two.” and the <p> round it goes.",
            "if a<b or p>c.",
        ),
        anchors=("<br", "<p", "</p", "<div", "</div"),
    ),
    Rule(
        "inline-tag",
        "encoding",
        "repair",
        "Tags that held a style or a place for the translator were taken for words, and came back as text.",
        _find_inline_tags,
        (
            ("The rate was <b>89.7%</b> in <i>all</i> of May.", "The rate was 89.7% in all of May."),
            ('<g id="1">In May,</g> it fell (<x id="2"/>by a half).', "In May, it fell (by a half)."),
            ("{1}Six stations have closed.{/1}", "Six stations have closed."),
        ),
        (
            "Write <b>bold</b> in HTML.",
            "if a<b or c>d",
            "Of {1} and {2} the first is meant.",
            "He typed <i> and left.",
        ),
        anchors=("</", "/>", "{/"),
    ),
    Rule(
        "unknown-word",
        "omission",
        "annotate",
        "A word that the engine did not know left its token; only the Chinese can say what stood there.",
        _find_unknown,
        (("in the county of <unk> it rose", "in the county of <unk> it rose"), ("Mr. ⁇ said", "Mr. ⁇ said")),
        ("in the county of Unk it rose", "What ?? he asked."),
        anchors=("<unk>", "⁇"),
    ),
    Rule(
        "markdown",
        "encoding",
        "repair",
        "Language models set headings and stress in Markdown, whose marks are no part of a text.",
        _find_markup,
        (
            ("It was **the largest one** of all.", "It was the largest one of all."),
            ("The well has *never run dry* so far.", "The well has never run dry so far."),
            ("It took a year.\n\n### Who made it?\n\nNo one.", "It took a year.\n\nWho made it?\n\nNo one."),
        ),
        (
            "It costs 5 ** a night.",
            "5 * 4 and 3 * 2",
            "#1 of all",
            "a** and b**",
            "She *sighs* and left (*see there) it*.",
        ),
        anchors=("*", "#", ">"),
    ),
)
