"""Encodings: decide by evidence how bytes were written, decode them whole or as a stream of lines.

In this order: a byte order mark; strict UTF-8; zero bytes, which only UTF-16 and UTF-32 texts hold; and for the rest
(GB18030, Big5, Windows-1252) which of them makes consistent text, with charset-normalizer as the tie-breaker.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pipelines.ingest.formats import marked_encoding
from pipelines.ingest.refusal import reject

CHUNK = 1 << 20
SAMPLE = 100_000
LEGACY = {"gb18030": "gb18030", "big5": "big5hkscs", "windows-1252": "cp1252"}
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
ENOUGH, MARGIN = 0.85, 0.1
ODD_LINES = 20
"""One line in so many may be broken before a file of UTF-8 lines is taken for something else."""

_ADVICE = "save the file as UTF-8"
_TYPOGRAPHY = frozenset(
    "“”‘’–—…•·€£©®™°\u00a0「」『』《》〈〉【】〔〕、。，！？：；（）％～\u3000―‰①②③④⑤⑥⑦⑧⑨⑩○〇→■●▲△▼◆★☆※"
)
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}\u3000-\u303f\uff00-\uffef]+|[A-Za-z\u00c0-\u00ff]+|[^\x00-\x7f]")
_NO_WORD = frozenset("ÿþÞðÐÝ×÷")


class Reader(Protocol):
    """What can be read in pieces."""

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes."""


def _mark_bad(error: UnicodeError) -> tuple[str, int]:
    """Write bytes that cannot be decoded as lone surrogates: the line that holds them is refused, not the file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("corpus_mark", _mark_bad)


def decode(data: bytes, hint: str = "") -> tuple[str, str]:
    """Decode a whole file to the last character; return text and encoding. ``hint`` is what a page says of itself."""
    encoding = marked_encoding(data)
    if encoding:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            detail = f"the file begins like {encoding}, but byte {error.start} is not valid in it; {_ADVICE}"
            raise reject("encoding", detail) from error
    try:
        text = data.decode("utf-8")
        if "\x00" not in text:
            return text, "utf-8"
    except UnicodeDecodeError as error:
        place = error.start
    else:
        place = data.index(0)
    encoding = _guess(data, place, hint)
    return data.decode(LEGACY.get(encoding, encoding)), encoding


def _guess(data: bytes, place: int, hint: str = "") -> str:
    """Decide on an encoding that is not UTF-8; ``place`` is the first byte that speaks against that."""
    if b"\x00" in data:
        for encoding in WIDE:
            if _is_wide(data, encoding):
                return encoding
        raise reject("binary", f"byte {data.index(0)} is NUL, which no text holds; replace the file by its text")
    scores = {}
    for name, codec in LEGACY.items():
        try:
            scores[name] = consistency(data.decode(codec)) + (MARGIN if name == hint else 0)
        except UnicodeDecodeError:
            continue
    ranked = sorted(scores, key=lambda name: -scores[name])
    if ranked and scores[ranked[0]] >= ENOUGH:
        if len(ranked) == 1 or scores[ranked[0]] - scores[ranked[1]] >= MARGIN:
            return ranked[0]
        voted = _vote(data, [name for name in ranked if scores[ranked[0]] - scores[name] < MARGIN])
        if voted:
            return voted
    if data.isascii() is False and not ranked and _is_wide(data, "utf-16-le"):
        return "utf-16-le"
    raise reject("encoding", f"byte {place} is not valid UTF-8, and no other encoding makes sense; {_ADVICE}")


def _vote(data: bytes, names: list[str]) -> str:
    """Ask charset-normalizer which of the encodings that are left it would choose."""
    from charset_normalizer import from_bytes

    codecs_left = {LEGACY[name].replace("hkscs", ""): name for name in names}
    best = from_bytes(data[:SAMPLE], cp_isolation=list(codecs_left), enable_fallback=False).best()
    return codecs_left.get(best.encoding, "") if best else ""


def _is_wide(data: bytes, encoding: str) -> bool:
    """Tell whether bytes without a mark are UTF-16 or UTF-32: nearly all of it must be common characters."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    text = text[:SAMPLE]
    good = sum(" " <= c <= "~" or c in "\t\r\n\ufeff" or c in _TYPOGRAPHY or is_common(c) for c in text)
    return "\x00" not in text and good >= 0.9 * len(text)


def consistency(text: str) -> float:
    """Say from 0 to 1 how much of the text beyond ASCII is what people write: a wrong encoding scatters signs."""
    good = total = 0
    for found in _WORD.finditer(text[:SAMPLE]):
        word = found[0]
        if word.isascii():
            continue
        if word[0] in _TYPOGRAPHY and len(word) == 1:
            total, good = total + 1, good + 1
        elif word[0] >= "\u3000":
            total += len(word)
            beside = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
            if len(word) > 1 or not any(c.isascii() and c.isalpha() for c in beside):
                good += sum(c in _TYPOGRAPHY or is_common(c) for c in word)
        else:
            strange = sum(c > "\x7f" for c in word)
            total += strange
            is_word = len(word) > strange and 2 * strange <= len(word) + 1 and not _NO_WORD & set(word)
            good += strange if is_word else 0
    return good / total if total else 1.0


@lru_cache(maxsize=20_000)
def is_common(char: str) -> bool:
    """Tell whether a Chinese character is one of the common ones of GB 2312 or Big5."""
    for codec, last in (("gb2312", 0xD7), ("big5", 0xC6)):
        try:
            code = char.encode(codec)
        except UnicodeEncodeError:
            continue
        if len(code) == 2 and {"gb2312": 0xB0, "big5": 0xA4}[codec] <= code[0] <= last:
            return True
    return False


@dataclass(slots=True)
class Lines:
    """The lines of a file of records, decoded as a stream; ``encoding`` is found out at the first odd byte.

    Of a part of a file the encoding is ``known`` and ``first`` is the number of its first line.
    """

    file: Reader
    limit: int
    encoding: str = "utf-8"
    known: str = ""
    first: int = 1

    def chunks(self) -> Iterator[str]:
        """Decode the file piece by piece; bytes that do not fit become lone surrogates."""
        decoder: codecs.IncrementalDecoder | None = None
        is_first = True
        while data := self.file.read(CHUNK):
            if decoder is None and data.isascii() and 0 not in data:
                yield data.decode("ascii")
            else:
                if decoder is None:
                    self.encoding = self.known or decide(data)
                    codec = LEGACY.get(self.encoding, self.encoding)
                    decoder = codecs.getincrementaldecoder(codec)("corpus_mark")
                text = decoder.decode(data)
                yield text.removeprefix("\ufeff") if is_first else text
            is_first = False
        if decoder is not None:
            yield decoder.decode(b"", final=True)

    def __iter__(self) -> Iterator[tuple[int, str | None]]:
        """Yield number and text of each line; None stands for one that is longer than the limit."""
        kept: list[str] = []
        length, number = 0, self.first - 1
        for chunk in self.chunks():
            *whole, tail = chunk.split("\n")
            for piece in whole:
                number += 1
                length += len(piece)
                if length > self.limit:
                    yield number, None
                else:
                    yield number, "".join((*kept, piece)) if kept else piece
                kept.clear()
                length = 0
            length += len(tail)
            if length <= self.limit:
                kept.append(tail)
            else:
                kept.clear()
        if length:
            yield number + 1, "".join(kept) if length <= self.limit else None


def decide(sample: bytes) -> str:
    """Decide how a file of records is written, by its first piece that is not plain ASCII."""
    encoding = marked_encoding(sample)
    if encoding:
        return encoding
    if b"\x00" in sample[:4096]:
        even = sample[: len(sample) // 4 * 4]
        return next((name for name in WIDE if _is_wide(even[: 4 * SAMPLE], name)), "utf-8")
    lines = sample.split(b"\n")
    odd = [line for line in lines[:-1] or lines if not _is_utf8(line)]
    if _is_utf8(sample, is_cut=True):
        return "utf-8"
    if len(odd) <= max(1, len(lines) // ODD_LINES) and len(lines) > 3:
        return "utf-8"
    joined = b"\n".join(odd)
    return _guess(joined, 0) if joined else "utf-8"


def _is_utf8(data: bytes, *, is_cut: bool = False) -> bool:
    """Tell whether bytes are UTF-8; where they are cut, the last character may be incomplete."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=not is_cut)
    except UnicodeDecodeError:
        return False
    return True
