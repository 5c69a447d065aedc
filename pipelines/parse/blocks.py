"""Blocks: the lines of a raw text as spans without their outer blanks, and what can be told from one line alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.document import Paragraph

_LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85\x1c-\x1e]+")
_EDGE = " \t\u00a0\u3000\ufeff\u200b\u2060\x00"
_FINAL = re.compile(r"[.!?。!?…;;:]['\"”’)\]]*$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the raw text: its span and its words as they stand there."""

    start: int
    end: int
    text: str

    def paragraph(self, role: str, layout: str = "") -> Paragraph:
        """Label the whole block."""
        return Paragraph(role, self.start, self.end, layout)


def split(raw: str) -> list[Block]:
    """Cut the raw text into its non-blank lines; blanks and invisible marks at their edges stay out."""
    blocks = []
    for match in _LINE.finditer(raw):
        line = match.group()
        body = line.strip(_EDGE).strip()
        if body.strip(_EDGE):
            start = match.start() + line.index(body)
            blocks.append(Block(start, start + len(body), body))
    return blocks


def ends_sentence(text: str) -> bool:
    """Tell whether the line ends as a sentence ends, closing quotation marks and brackets included."""
    return _FINAL.search(text[-8:]) is not None


MAX_HEADLINE_WORDS = 60


def is_headline(block: Block) -> bool:
    """Tell whether a line can be a headline: words, not too many of them, and no end of a sentence."""
    words = word_count(block.text)
    return 2 <= words <= MAX_HEADLINE_WORDS and not ends_sentence(block.text) and block.text[:1] not in "(（>•·-*|"


def word_count(text: str) -> int:
    """Count the words of a line; numbers do not count."""
    return sum(1 for _ in _WORD.finditer(text))


def stems(text: str) -> set[str]:
    """Reduce a line to the first five letters of its words, so that two renderings of one headline can be compared."""
    return {w.group().lower()[:5] for w in _WORD.finditer(text) if len(w.group()) > 3}
