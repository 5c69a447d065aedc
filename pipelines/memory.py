"""Memory: what was worked out for a line or a paragraph, kept for the next text that has it; bounded, and quick to ask.

It is bounded twice: by the number of answers, and by the characters asked about, since a line may be a whole page.

``functools.lru_cache`` builds a tuple for every question and keeps a link for every answer; a text asks some hundred
questions, nearly all of which were answered before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

MOST_CHARACTERS = 10_000_000
"""Characters of all texts whose answers one memory keeps, but for a single longer text."""

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class _Memory(dict[Key, Answer]):
    """The answers of late, and those of the time before: when there are too many of the one, they become the other."""

    def __init__(self, work: Callable[[Key], Answer], most: int) -> None:
        super().__init__()
        self._work = work
        self._half = most // 2
        self._before: dict[Key, Answer] = {}
        self._room = MOST_CHARACTERS // 2

    def __missing__(self, key: Key) -> Answer:
        """Find the answer among the older ones, or work it out."""
        answer = self._before[key] if key in self._before else self._work(key)
        texts = key if isinstance(key, tuple) else (key,)
        length = sum([len(text) for text in texts if isinstance(text, str)])
        self._room -= length
        if self and (len(self) >= self._half or self._room < 0):
            self._before = dict(self)
            self.clear()
            self._room = MOST_CHARACTERS // 2 - length
        self[key] = answer
        return answer


def remember(most: int) -> Callable[[Callable[[Key], Answer]], Callable[[Key], Answer]]:
    """Let a function of one argument keep its answers, ``most`` of them at a time; those asked for stay longest."""

    def kept(work: Callable[[Key], Answer]) -> Callable[[Key], Answer]:
        return _Memory(work, most).__getitem__

    return kept
