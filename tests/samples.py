"""Small cleaned documents for tests: made by hand, or drawn by hypothesis."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

import schemas
from pipelines.clean import Knowledge
from pipelines.document import CleanedDocument, Edit, Fields, RawText, Reject, Settings, Term
from pipelines.duplicates import Groups, TextsOf
from pipelines.ingest import Input
from pipelines.publish import Build, Outcome, code_version, publish
from pipelines.refine import load_source, outcomes
from pipelines.release import Tables
from pipelines.shards import merge
from pipelines.shards.settle import Look, settle
from pipelines.shards.work import reject_rows, shard_schema
from pipelines.shingles import BANDS, Bands, Indices, fingerprints
from pipelines.validate import FILLED, validate_documents

DEFAULTS = Settings("")
SETTINGS = Settings("sample", title="Sample", languages=("en",), max_document_loss=1.0)


def make_document(
    key: str = "a", text: str = "The meeting was held.\n\nIt ended.", *, raw: str | None = None, edits: int = 2
) -> CleanedDocument:
    """Make a document; ``raw`` is what its raw hash is taken from, ``edits`` the number of its edits."""
    content = text if raw is None else raw
    found = tuple(
        Edit(3 * i, 3 * i + 1, "spacing", "punctuation", "replace", " ", "") if i % 2 == 0 else _finding(3 * i)
        for i in range(edits)
    )
    return CleanedDocument(
        raw=RawText(key, f"{key}.txt", content, sha256(content), len(content)),
        fields=Fields(title=f"Title of {key}", published_date=date(2020, 1, 2), reporters=("Li Yang",)),
        text=text,
        edits=found,
        terms=(Term("two-goals", "两个目标", "two goals", "The", 0, 3, "politics"),),
    )


def make_reject(source: str = "bad.txt") -> Reject:
    """Make the reject of an empty file."""
    return Reject(source, "ingest", "empty", "the file is empty: remove it or fill it", sha256(""), 0)


def refine(
    inputs: Iterable[Input], settings: Settings, knowledge: Knowledge
) -> tuple[list[CleanedDocument], list[Reject]]:
    """Refine inputs one after the other, in memory."""
    found = [outcome for entry in inputs for outcome in outcomes(entry, settings, knowledge)]
    return [o for o in found if isinstance(o, CleanedDocument)], [o for o in found if isinstance(o, Reject)]


def build_tables(
    documents: Sequence[CleanedDocument], rejects: Sequence[Reject], settings: Settings = DEFAULTS
) -> Tables:
    """Build the tables of some documents as one shard, in memory."""
    part, refused = validate_documents(documents, settings)
    keys = part["keys"].append_column("shard", pa.repeat("one", part["keys"].num_rows))
    with TemporaryDirectory() as name:
        scratch = Path(name)
        with merge.connect({"one": keys}, {"one": reject_rows([*rejects, *refused])}, scratch) as connection:
            values = {"text": part["documents"]["text"], "sketch": keys["sketch"]}
            look: Look = lambda places, column: [values[column][place].as_py() for _, place in places]  # noqa: E731
            settled = settle(connection, settings, look)
            order = merge.find_order(connection, settled)
            merged = ({n: merge.merged({"one": part[n]}, n, order, [0], scratch) for n in FILLED}).items()
            documents_, edits, terms = (
                pa.Table.from_batches((batch for _, batch in rows), schemas.arrow_schema(n)) for n, rows in merged
            )
            return Tables(documents_, edits, terms, merge.rejected(connection, settled, settings))


def group_texts(texts: Sequence[str]) -> list[int]:
    """Return for each text the index of the first one of its group, as the whole source of a run is settled."""
    prints = fingerprints(texts)
    columns: dict[str, Sequence[object]] = {
        "id": [f"{number:09d}" for number in range(len(texts))],
        "digest": [digest for digest, _ in prints],
        "sketch": [sketch for _, sketch in prints],
        "position": range(len(texts)),
        "shard": ["one"] * len(texts),
    }
    schema = shard_schema("keys")
    keys = pa.table([pa.array(columns.get(f.name, [None] * len(texts)), f.type) for f in schema], schema=schema)
    with TemporaryDirectory() as scratch, merge.connect({"one": keys}, {}, Path(scratch)) as connection:
        values = {"text": texts, "sketch": columns["sketch"]}
        settle(connection, DEFAULTS, lambda places, column: [values[column][place] for _, place in places])
        rows = connection.execute("SELECT coalesce(duplicate_group, id) FROM verdict ORDER BY rank").fetchall()
    return [int(group) for (group,) in rows]


def sketch(texts: Iterable[str]) -> Bands:
    """Return the sketches of texts, none of them too short to have one."""
    remaining = iter(texts)
    rows: list[Bands] = [np.empty((0, BANDS), np.uint32)]
    while batch := list(islice(remaining, 500)):
        rows += [np.frombuffer(found, np.uint32).reshape(1, BANDS) for _, found in fingerprints(batch) if found]
    return np.concatenate(rows)


def group_sketches(bands: Bands, texts_of: TextsOf) -> Indices:
    """Return for each sketch the index of the first text of its group; ``texts_of`` is asked for proposed pairs."""
    groups = Groups(len(bands), texts_of, lambda places: [bands[place] for place in places])
    groups.join(bands)
    return groups.roots


def make_build(tables: Tables, *, parent: str | None = None) -> Build:
    """Make the build of some tables whose books balance."""
    count = tables.documents.num_rows + tables.rejects.num_rows
    return Build("a" * 64, "b" * 64, "c" * 64, "d" * 64, "0.1.0", count, "sample", "run", parent)


def make_release(
    store: Path,
    documents: Sequence[CleanedDocument],
    rejects: Sequence[Reject] = (),
    *,
    settings: Settings = SETTINGS,
    version: str = "auto",
    dry_run: bool = False,
) -> Outcome:
    """Publish documents and rejects into a store."""
    tables = _tables(tuple(documents), tuple(rejects))
    return publish(tables, store, settings, make_build(tables), version, dry_run=dry_run)


@lru_cache(maxsize=16)
def _tables(documents: tuple[CleanedDocument, ...], rejects: tuple[Reject, ...]) -> Tables:
    """Build tables that many stores are given: few tests are about how they are built, and all wait for it."""
    return build_tables(documents, rejects)


def publish_source(folder: Path, store: Path) -> Outcome:
    """Publish a source by its stages, as the flow does, without a server."""
    source = load_source(folder)
    tables = build_tables(*refine(source.inputs, source.settings, source.knowledge), source.settings)
    known = source.knowledge
    build = Build(
        known.rule_fingerprint,
        known.glossary_fingerprint,
        known.parser_fingerprint,
        schemas.fingerprint(),
        code_version(),
        tables.documents.num_rows + tables.rejects.num_rows,
        source.settings.name,
    )
    return publish(tables, store, source.settings, build)


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Read every file below a folder, but for staging and locks."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and "interim" not in path.relative_to(folder).parts
    }


def sha256(text: str) -> str:
    """Hash a text, lone surrogates and all."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _finding(start: int) -> Edit:
    return Edit(
        start,
        start + 2,
        "term-variant",
        "terminology",
        "annotate",
        "xx",
        suggestion="two goals",
        source_term="两个目标",
        confidence="medium",
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
any_texts = st.text(max_size=20)

documents = st.lists(
    st.builds(
        make_document,
        key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3),
        text=texts,
        raw=st.sampled_from(["one", "two"]),
        edits=st.integers(0, 4),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda document: document.raw.id,
)
"""Lists of sound documents with distinct ids."""
