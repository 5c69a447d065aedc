"""How long work takes, told so that the speed of the machine decides nothing.

Whether time grows in proportion is judged by doublings in one run. A limit in seconds is one on a machine on which a
piece of plain work takes ``USUAL`` seconds: on a slower one, or while others keep this one busy, it is so much higher.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable
from typing import TypeVar

USUAL = 0.006
"""CPU seconds that the plain work takes on the machine for which the limits are set."""
FLOOR, GROWTH = 0.06, 3.0
"""What doubles its time with its input is linear; below FLOOR seconds the clock says nothing."""
DOUBLINGS = 4

Text = TypeVar("Text", str, bytes)


def _plain_work() -> None:
    """Do a little of what all our work is made of: patterns, tuples, sorting, joining."""
    text = "The office of county 12 counted 7 visits in May; nobody was turned away. " * 100
    for _ in range(3):
        found = sorted((match.group().lower(), *match.span()) for match in re.finditer(r"\w+", text))
        " ".join(word for word, start, end in found if end - start > 1)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds that the work takes once."""
    gc.disable()
    begin = time.process_time()
    try:
        work()
        return time.process_time() - begin
    finally:
        gc.enable()


def slowness() -> float:
    """How many times as long as usual work takes here and now; never less than once."""
    return max(1.0, min(cpu(_plain_work) for _ in range(5)) / USUAL)


def _seconds(work: Callable[[Text], Callable[[], object]], text: Text, enough: float) -> float:
    """CPU seconds that the work takes for a text: the best of three, or the first that is below what is ``enough``.

    Each try has a character less, so that what is remembered of the one before does not help.
    """
    best = float("inf")
    for missing in range(3):
        best = min(best, cpu(work(text[: len(text) - missing])))
        if best < enough:
            break
    return best


def too_slow(name: str, work: Callable[[Text], Callable[[], object]], text: Text, limit: float) -> str | None:
    """Say what is wrong with the time that the work takes for a text; its parts show what must not be tried.

    ``work`` makes ready what is not to be counted, and returns what is.

    The whole may take the ``limit``, and twice the text at most GROWTH times as long. Memory may have its say once,
    but not twice: only what grows faster in two doublings is not linear.
    """
    before, grown = float("inf"), 0
    for doubling in range(DOUBLINGS, -1, -1):
        size = len(text) >> doubling
        taken = _seconds(work, text[:size], max(FLOOR, min(limit, GROWTH * before)))
        shown = f"{name} on {text[:40]!r}: {taken:.2f} s for {size}, half of it {before:.2f} s"
        if taken > limit and taken > limit * slowness():
            return shown
        grown = grown + 1 if taken > max(FLOOR, GROWTH * before) else 0
        if grown > 1:
            return shown
        before = taken
    is_faster = grown and _seconds(work, text * 2, GROWTH * before) > GROWTH * before
    return shown if is_faster else None
