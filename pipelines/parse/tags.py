"""Tags: what is glued to the end of a paragraph: outlet or credits in brackets, the end mark of an agency."""

from __future__ import annotations

import re
from functools import cache

from pipelines.document import Paragraph, Part
from pipelines.parse.blocks import Block
from pipelines.parse.credits import credit_line
from pipelines.parse.lexicon import AGENCIES, OUTLET_ENDINGS, alternatives

_LONGEST_TAG = 400
"""Characters at the end of a paragraph that are looked at; beyond them nothing is a tag."""


@cache
def _outlet_tag() -> re.Pattern[str]:
    return re.compile(
        rf"(?<=[.!?。”\"])\s{{0,2}}[(（](?P<outlet>(?:{alternatives(AGENCIES)})"
        rf"|[A-Z]\w+(?: [A-Z]\w+){{0,3}} (?:{alternatives(OUTLET_ENDINGS, ('Era',))}))[)）]\s*$"
    )


_END_MARK = re.compile(
    r"(?<=[.!?。”\"’')])\s{0,2}(?:[(（](?:End|end|END|Finish|Finished|Over|The end)[)）]|Enditem|#)\s*[.。]?$"
)


_TAG_ENDS = (")", "）", "]", "】", "#", "Enditem", *"0123456789")
"""How the three tags end; looked at first, since the patterns search the whole paragraph."""
_BRACKETED_END = re.compile(
    r"(?<=[.!?。！？”\"’'])\s{0,2}(?P<tag>[(（\[【][^()（）\[\]【】]{4,120}[)）\]】])(?:\s\d{6,7})?\s*$"
)


def trailing(block: Block) -> tuple[list[Paragraph], Block]:
    """Cut what is glued to the end of a body paragraph: outlet or credits in brackets, the end mark of an agency."""
    if not _may_be_tagged(block.text):
        return [], block
    found: list[Paragraph] = []
    text, end = block.text, len(block.text)
    while tag := _last_tag(_cut(block, max(0, end - _LONGEST_TAG), end)):
        found.append(tag)
        end = tag.start - block.start
        while end and text[end - 1].isspace():
            end -= 1
    return found[::-1], _cut(block, 0, end) if found else block


def _cut(block: Block, start: int, end: int) -> Block:
    return Block(block.start + start, block.start + end, block.text[start:end])


def _may_be_tagged(text: str) -> bool:
    return text.rstrip().rstrip(".。").rstrip().endswith(_TAG_ENDS)


def _last_tag(block: Block) -> Paragraph | None:
    if not _may_be_tagged(block.text):
        return None
    outlet = _outlet_tag().search(block.text)
    if outlet:
        part = Part("outlet", block.start + outlet.start("outlet"), block.start + outlet.end("outlet"))
        return _span(block, outlet, "outlet", "source-line", (part,))
    end = _END_MARK.search(block.text)
    if end:
        return _span(block, end, "chrome", "end-mark")
    bracketed = _BRACKETED_END.search(block.text)
    if bracketed is None:
        return None
    start = block.start + bracketed.start("tag")
    return credit_line(Block(start, block.start + bracketed.end("tag"), bracketed["tag"]), amid=True)


def _span(block: Block, match: re.Match[str], role: str, layout: str, parts: tuple[Part, ...] = ()) -> Paragraph:
    text = match.group()
    start = block.start + match.start() + len(text) - len(text.lstrip())
    return Paragraph(role, start, block.start + match.start() + len(text.rstrip()), layout, parts)
