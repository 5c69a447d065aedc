"""How fast the cleaning is beside ftfy, the library that many use for a part of it: both in one process and one run.

Two corpora are made of the seeds in turn. In ``own line`` each text has one line that no other has, as texts of one
outlet repeat their menus and formulas; what was seen before may be remembered. In ``own paragraphs`` every paragraph is
the only one of its kind, so that remembering helps nobody. No text comes twice, not even in another round. Ours is
parse and clean to the last round; ftfy's is ``fix_text`` with its usual repairs (entities, widths, line ends, quotation
marks, NFKC). Both take turns, the best round of each counts, in CPU seconds. Usage, from the top folder:
``python -m tests.benchmarks.bench_clean [DOCUMENTS] [ROUNDS] [--profile]``. Where ftfy is missing, it says so.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipelines.document import RawText
from pipelines.refine import clean, load_knowledge

ROOT = Path(__file__).parents[2]
LONG = 120
"""Characters from which a line of a seed is taken for a paragraph."""
TARGET = 5.0
"""How many times as fast as ftfy the cleaning should be."""


def make_texts(first: int, count: int, *, own_paragraphs: bool) -> Iterator[str]:
    """Yield the seeds in turn, numbered from ``first``; the number makes one line, or every paragraph, its own."""
    seeds = [path.read_bytes().decode("utf-8") for path in sorted((ROOT / "seeds" / "raw").glob("*.txt"))]
    for number in range(first, first + count):
        lines = seeds[number % len(seeds)].rstrip("\n").split("\n")
        own = f"The office of county {number:06d} counted {number * 7919 % 65536} visits in the period."
        if own_paragraphs:
            lines = [f"{line} {own}" if len(line) > LONG else line for line in lines]
        lines.insert(len(lines) * 2 // 3, own)
        yield "\n".join(lines) + "\n"


def ours() -> Callable[[str], object]:
    """Parse and clean one text."""
    knowledge = load_knowledge()
    return lambda text: clean(RawText("bench", "bench.txt", text, "", 0), knowledge)


def theirs() -> Callable[[str], object] | None:
    """Clean one text with ftfy; None where it is not installed."""
    try:
        import ftfy
    except ImportError:
        return None
    config = ftfy.TextFixerConfig(normalization="NFKC")
    return lambda text: ftfy.fix_text(text, config=config)


def measure(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the CPU seconds that the work takes over all texts."""
    begin = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - begin


def show_profile(texts: Sequence[str]) -> None:
    """Print where our time goes, by the time inside each function."""
    profile = cProfile.Profile()
    work = ours()
    work(texts[0])
    profile.runcall(measure, work, texts[1:])
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def compare(count: int, rounds: int, *, own_paragraphs: bool) -> float | None:
    """Print megabytes per CPU second of both on one corpus; return the ratio, None without ftfy."""
    works = {name: work for name, work in (("corpus", ours()), ("ftfy", theirs())) if work}
    speeds: dict[str, float] = dict.fromkeys(works, 0.0)
    for number in range(rounds + 1):  # the first is not counted: modules and tables are loaded in it
        texts = list(make_texts(number * count, count, own_paragraphs=own_paragraphs))
        size = sum(len(text.encode()) for text in texts) / 1e6
        for name, work in works.items():
            speed = size / measure(work, texts)
            speeds[name] = max(speeds[name], speed if number else 0.0)
    ratio = speeds["corpus"] / speeds["ftfy"] if "ftfy" in speeds else None
    shown = "".join(f"{speeds[name]:10.2f}" if name in speeds else f"{'-':>10}" for name in ("corpus", "ftfy"))
    print(f"{'own paragraphs' if own_paragraphs else 'own line':<16}{shown}{f'{ratio:10.2f}' if ratio else ''}")
    return ratio


def main(count: int = 500, rounds: int = 3, *, profiled: bool = False) -> int:
    """Print the table; returns 1 where the target is missed on the corpus that it is set for (``own line``)."""
    if profiled:
        for own in (False, True):
            show_profile(list(make_texts(0, count, own_paragraphs=own)))
        return 0
    print(f"{count} documents, best of {rounds} rounds in turns; load {os.getloadavg()[0]:.1f}")
    print(f"{'MB per CPU s':<16}{'corpus':>10}{'ftfy':>10}{'ratio':>10}   (target: {TARGET:.0f} on own line)")
    ratio = compare(count, rounds, own_paragraphs=False)
    compare(count, rounds, own_paragraphs=True)
    if ratio is None:
        print("ftfy is not installed, so there is nothing to compare with: .venv/bin/python -m pip install ftfy")
        return 0
    return int(ratio < TARGET)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument != "--profile"]
    sys.exit(main(*numbers, profiled="--profile" in sys.argv))
