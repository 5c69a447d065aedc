"""Memory: what was worked out for a line or a paragraph, kept for the next text that has it; bounded, and quick to ask.

``functools.lru_cache`` builds a tuple for every question and keeps a link for every answer; a text asks some hundred
questions, nearly all of which were answered before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class _Memory(dict[Key, Answer]):
    """The answers of late, and those of the time before: when there are too many of the one, they become the other."""

    def __init__(self, work: Callable[[Key], Answer], most: int) -> None:
        super().__init__()
        self._work = work
        self._half = most // 2
        self._before: dict[Key, Answer] = {}

    def __missing__(self, key: Key) -> Answer:
        """Find the answer among the older ones, or work it out."""
        answer = self._before[key] if key in self._before else self._work(key)
        if len(self) >= self._half:
            self._before = dict(self)
            self.clear()
        self[key] = answer
        return answer


def remember(most: int) -> Callable[[Callable[[Key], Answer]], Callable[[Key], Answer]]:
    """Let a function of one argument keep its answers, ``most`` of them at a time; those asked for stay longest."""

    def kept(work: Callable[[Key], Answer]) -> Callable[[Key], Answer]:
        return _Memory(work, most).__getitem__

    return kept
