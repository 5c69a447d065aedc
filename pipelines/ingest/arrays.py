"""Arrays: cut a JSON array into the texts of its elements as it streams by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipelines.ingest.refusal import RefusedError, reject

_STRING = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SIGN = re.compile(r'["{}\[\],]')


class ElementSplitter:
    """Follows brackets and strings only, so an element that is malformed inside its brackets spoils no other."""

    def __init__(self, limit: int) -> None:
        """Pass over elements of more than ``limit`` characters."""
        self._limit = limit
        self._depth = 0
        self._length = 0
        self._parts: list[str] = []
        self._in_string = self._is_escaped = self._is_begun = self._is_array = self._is_closed = False

    def split(self, chunks: Iterable[str]) -> Iterator[str | RefusedError]:
        """Yield the text of each element; a text that is no array is one element."""
        for chunk in chunks:
            begin = 0
            for sign, place in self._signs(chunk):
                if not self._is_begun:  # what the first sign is, and whether anything stands before it, decides
                    self._is_begun = True
                    if sign == "[" and not "".join((*self._parts, chunk[: place - 1])).strip():
                        self._is_array, begin = True, place
                self._depth += (sign in "{[") - (sign in "}]")
                if self._ends_element(sign):
                    self._keep(chunk[begin : place - 1])
                    begin = place
                    yield from self._finish()
            self._keep(chunk[begin:])
        yield from self._finish()
        if self._is_array and not self._is_closed:
            yield reject(
                "malformed", "the array never ends: it was cut short, or a bracket or quote is missing; mend it"
            )

    def _ends_element(self, sign: str) -> bool:
        """Tell whether the element ends before this sign; notes where the array does."""
        if not self._is_array or sign == '"':
            return False
        if self._depth == 1 and sign == ",":
            return True
        if self._depth <= 0 and sign in "}]":
            self._is_closed, self._depth = True, 0
            return True
        return False

    def _signs(self, chunk: str) -> Iterator[tuple[str, int]]:
        """Yield the brackets, commas and quotes outside of strings, each with the place after it."""
        position = 0
        if self._is_escaped and chunk:
            position, self._is_escaped = 1, False
        while position < len(chunk):
            if self._in_string:
                found = _STRING.match(chunk, position)
                position = found.end() if found else position
                if position < len(chunk):  # a quote, or a backslash at the very end
                    self._in_string = self._is_escaped = chunk[position] == "\\"
                    position += 1
                continue
            sign = _SIGN.search(chunk, position)
            if not sign:
                return
            position = sign.end()
            self._in_string = sign[0] == '"'
            if not self._in_string:
                yield sign[0], position

    def _keep(self, piece: str) -> None:
        self._length += len(piece)
        if self._length <= self._limit:
            self._parts.append(piece)
        else:
            self._parts.clear()

    def _finish(self) -> Iterator[str | RefusedError]:
        written, is_long = "".join(self._parts), self._length > self._limit
        self._parts.clear()
        self._length = 0
        if is_long:
            yield too_long(self._limit)
        elif written.strip():
            yield written


def too_long(limit: int) -> RefusedError:
    """Say that a line or an element goes on and on."""
    return reject("long_line", f"longer than max_line_length = {limit} characters; split it or raise the limit")
