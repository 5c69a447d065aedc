"""How well and how fast copies are found: recall by share of words changed, and a million sketches grouped.

python -m tests.benchmarks.bench_duplicates [--sketches 1000000] [--texts FOLDER …]

The first table takes the seeds, and every .txt below the folders given, with 0 to 40 % of their words swapped, dropped
or added to, after cleaning and before it (raw: where what is broken in menus and headers stays in the text). The second
part makes texts from a seed (one in ten is a copy with one word in twenty swapped), sketches and groups them, and says
how long that took and how much memory it needed at most.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipelines.document import RawText
from pipelines.refine import clean, load_knowledge
from tests.samples import group_sketches, group_texts, sketch

SEEDS = Path(__file__).parents[2] / "seeds" / "raw"
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
COPIES = 4
WORDS = [f"w{n}" for n in range(30_000)]


def change(text: str, share: float, chance: random.Random, way: str, vocabulary: list[str]) -> str:
    """Swap, drop or add to a share of the words of a text."""
    pieces = re.split(r"(\s+)", text)
    for place in chance.sample(range(0, len(pieces), 2), round(share * (len(pieces) // 2 + 1))):
        other = chance.choice(vocabulary)
        pieces[place] = {"swap": other, "drop": "", "add": f"{pieces[place]} {other}"}[way]
    return "".join(pieces)


def measure_recall(folders: list[Path]) -> None:
    """Print recall and precision for each way and share."""
    knowledge = load_knowledge()
    raws = [p.read_text(encoding="utf-8", errors="replace") for f in folders for p in sorted(f.rglob("*.txt"))]

    def cleaned(raw: str) -> str:
        return clean(RawText("x", "x", raw, "", 0), knowledge).text

    raw_of = {text: raw for raw in sorted(raws) if len((text := cleaned(raw)).split()) >= 20}
    kept = sorted(raw_of)
    texts = [text for index, (text, root) in enumerate(zip(kept, group_texts(kept), strict=True)) if root == index]
    vocabulary = [word for text in texts for word in text.split()]
    print(f"{len(texts)} distinct texts, {COPIES} copies of each (raw: one)\nway   share     recall  precision")
    for way, is_raw in ((way, is_raw) for is_raw in (False, True) for way in ("swap", "drop", "add")):
        for share in SHARES:
            chance = random.Random(7)
            origins = [raw_of[text] if is_raw else text for text in texts] * (1 if is_raw else COPIES)
            copies = [change(origin, share, chance, way, vocabulary) for origin in origins]
            copies = [cleaned(copy) for copy in copies] if is_raw else copies
            roots = group_texts(texts + copies)
            found = sum(roots[len(texts) + n] == roots[n % len(texts)] for n in range(len(copies)))
            owners = Counter((root, n % len(texts)) for n, root in enumerate(roots))
            sizes = Counter(roots)
            pairs = sum(n * (n - 1) for n in sizes.values())
            right = sum(n * (n - 1) for n in owners.values())
            kind = "raw" if is_raw else "   "
            print(f"{way:5} {share:5.0%} {kind} {found / len(copies):7.2%} {right / pairs if pairs else 1:10.2%}")


def made_text(index: int) -> str:
    """Make a text of 120 words; every tenth is a copy of the one before it, with one word in twenty swapped."""
    origin = index - 1 if index % 10 == 9 else index
    words = random.Random(origin).choices(WORDS, k=120)
    if origin != index:
        chance = random.Random(-index)
        for place in chance.sample(range(120), 6):
            words[place] = chance.choice(WORDS)
    return " ".join(words)


def made_texts(count: int) -> Iterator[str]:
    """Make the texts one after the other."""
    return map(made_text, range(count))


def peak() -> float:
    """Peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_scale(count: int) -> None:
    """Print what sketching and grouping cost."""
    begin, before = time.monotonic(), peak()
    bands = sketch(made_texts(count))
    print(f"{count:,} sketches: {time.monotonic() - begin:.0f} s, {bands.nbytes / 1e6:.0f} MB, peak {peak():.0f} MB")
    begin = time.monotonic()
    roots = group_sketches(bands, lambda indices: list(map(made_text, indices)))
    copies = range(9, count, 10)
    found = sum(int(roots[n]) == n - 1 for n in copies)
    wrong = int((roots != range(count)).sum()) - found
    print(
        f"grouped in {time.monotonic() - begin:.0f} s, peak {peak():.0f} MB ({before:.0f} MB before); "
        f"{found:,} of {len(copies):,} copies found, {wrong} wrong"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sketches", type=int, default=1_000_000)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    measure_scale(args.sketches)
    measure_recall([SEEDS, *args.texts])


if __name__ == "__main__":
    main()
