"""Texts for tests: the seeds, their pieces, and hypothesis strategies over raw texts built from both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pipelines.document import CleanedDocument, RawText
from pipelines.refine import clean, load_knowledge

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds" / "raw").glob("*.txt"))
GOLDEN = sorted((ROOT / "tests" / "golden").glob("0*.json"))
KNOWLEDGE = load_knowledge()


def read(path: Path) -> str:
    """Read a raw text to the last character."""
    return path.read_bytes().decode("utf-8")


def gold(path: Path) -> dict[str, Any]:
    """Read one gold record."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def refined(raw: str, document_id: str = "x") -> CleanedDocument:
    """Parse and clean a raw text with the knowledge of Corpus."""
    return clean(RawText(document_id, f"{document_id}.txt", raw, "0" * 64, len(raw)), KNOWLEDGE)


LINES = [line for path in SEEDS for line in read(path).split("\n") if line.strip()]
SENTENCES = [s + "." for line in LINES for s in line.split(". ") if s]
MARKS = [
    " date 2024-05-01 ",
    "2024-05-01 08:30",
    "(Xinhua)",
    "(End)",
    " .",
    ". .",
    "“two maintenances”",
    "Tel:020-81789645",
    "a@b.cn",
    "\u00a0",
    "—",
    "Enditem",
]

pieces = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(SENTENCES),
    st.sampled_from(MARKS),
    st.text(max_size=30),
    st.text(alphabet="aAbT .,;:!?()[]\"'“”’-\n\t\u00a0>12", max_size=30),
)
joints = st.sampled_from(["\n", "\n\n", "\r\n", " ", "", "\t", "\n \n"])
raw_texts = st.lists(st.tuples(pieces, joints), min_size=1, max_size=8).map(lambda ps: "".join(a + b for a, b in ps))
