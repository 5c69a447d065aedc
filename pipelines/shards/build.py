"""Build: plan, do the work, settle, merge. From a source to the files of a release's tables."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.clean import check_guards
from pipelines.document import Correction
from pipelines.errors import CorpusError
from pipelines.publish.parquet import name_files, write_files, write_table
from pipelines.refine import Source
from pipelines.shards import merge
from pipelines.shards.area import Area, Result
from pipelines.shards.cluster import run_on_dask
from pipelines.shards.local import run_here, run_in_processes
from pipelines.shards.notes import hash_with_code
from pipelines.shards.plan import Shard, plan
from pipelines.shards.ranges import Order, find_ranges, narrow
from pipelines.shards.settle import Place, settle
from pipelines.shards.work import Job, fingerprint_of, refine_shard
from pipelines.shards.written import Written
from pipelines.validate import FILLED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALL = 2_000_000
"""Bytes of raw text for which no other process is worth its start."""

MOST_KEPT = 20_000_000_000
"""Bytes that the stage area may hold."""

Listener = Callable[[int, int], None]
"""Takes how many bytes of raw text are through, and of how many."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Who does the work: so many processes of this machine, or the cluster of a Dask scheduler."""

    workers: int | None = None
    scheduler: str = ""


@dataclass(frozen=True, slots=True)
class Refined:
    """The results of all shards of a source, in their order, the job that they come from, and how many may work."""

    results: tuple[Result, ...]
    job: Job
    workers: int = 1

    @property
    def new(self) -> int:
        """How many shards were refined in this run; the others were there."""
        return sum(result.is_new for result in self.results)


def refine_shards(source: Source, area: Area, engine: Engine, on_done: Listener | None = None) -> Refined:
    """Cut a source into shards and refine those of which the area has no result.

    ``on_done`` is told how far it is. CorpusError where a rule went beyond its limits or the source was
    not at rest.
    """
    job = Job(source.settings, source.own, area, fingerprint_of(source.knowledge, source.settings))
    shards = plan(source.inputs)
    found: dict[Shard, Result] = {}
    done, total = 0, sum(shard.bytes for shard in shards)
    tell = on_done or (lambda *_: None)
    tell(done, total)
    for shard, result in _run(shards, job, engine):
        found[shard] = result
        done += shard.bytes
        tell(done, total)
    results = tuple(found[shard] for shard in shards)
    excesses = (excess for result in results for excess in result.excesses)
    check_guards(excesses, sum(result.documents for result in results), source.knowledge.rules)
    keys = {result.key for result in results}
    area.touch(keys)
    area.prune(MOST_KEPT, keys)
    return Refined(results, job, engine.workers or _cores())


def merge_shards(refined: Refined, folder: Path, store: Path | None = None) -> int:
    """Write the tables of a source as Parquet files below ``folder``; return the number of its inputs.

    Files that would come out as the latest release of ``store`` has them are taken from there. Of a file with many
    records each is an input. CorpusError where a correction has no document, or where there is no room to sort.
    """
    import duckdb

    try:
        return _merge(refined, folder, Written(store))
    except duckdb.Error as error:
        cause = " ".join(str(error).split())[:200]
        raise CorpusError(f"the rows cannot be sorted ({cause}): make room on the disk of the store") from error


def _merge(refined: Refined, folder: Path, known: Written) -> int:
    results, job = refined.results, refined.job
    with tempfile.TemporaryDirectory(dir=folder) as name:
        scratch = Path(name)
        pieces = {
            table: {result.key: job.area.fetch(result, table, scratch) for result in results}
            for table in (*FILLED, "keys", "rejects")
        }
        with merge.connect(pieces["keys"], pieces["rejects"], scratch) as connection:
            _check_corrections(job.own.corrections, connection)
            settled = settle(connection, job.settings, _Looked({"text": pieces["documents"], "sketch": pieces["keys"]}))
            order = merge.find_order(connection, settled)
            write_table(merge.rejected(connection, settled, job.settings), "rejects", folder / "rejects")
        made_by = hash_with_code([job.fingerprint])
        with ThreadPoolExecutor(min(refined.workers, len(FILLED))) as pool:  # Arrow lets go of Python's lock
            written = [
                pool.submit(_write, table, pieces[table], order, made_by, known, scratch / table, folder / table)
                for table in FILLED
            ]
        for each in written:
            each.result()
    known.save()
    return sum(result.documents + result.rejects for result in results)


def _write(
    table: str, pieces: merge.Pieces, order: Order, made_by: str, known: Written, scratch: Path, folder: Path
) -> None:
    """Write the files of a table, or take them as they are; a range without rows has none, an empty table one."""
    scratch.mkdir()
    folder.mkdir()
    ranges = find_ranges(order, table, made_by)
    files = {one: known.take(one.key, folder) for one in ranges}
    missing = [one for one in ranges if files[one] is None]
    narrowed, starts = narrow(order, table, missing)
    files |= {one: [] for one in missing}
    rows = merge.merged(pieces, table, narrowed, starts, scratch)
    for number, group in groupby(rows, itemgetter(0)):
        one = missing[number]
        batches = (batch for _, batch in group)
        files[one] = write_files(batches, table, folder, one.key[:16], in_full=one is ranges[0])
    for one in missing:
        known.note(one.key, files[one] or ())
    paths = [path for one in ranges for path in files[one] or ()]
    name_files(paths or write_files([], table, folder, "empty"), folder)


def _run(shards: Sequence[Shard], job: Job, engine: Engine) -> Iterator[tuple[Shard, Result]]:
    if engine.scheduler:
        return run_on_dask(job, shards, engine.scheduler)
    work = partial(refine_shard, job=job)
    workers = min(engine.workers or _cores(), len(shards))
    if workers <= 1 or sum(shard.bytes for shard in shards) < SMALL:
        return run_here(work, shards)
    return run_in_processes(work, shards, workers)


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_corrections(corrections: Sequence[Correction], connection: DuckDBPyConnection) -> None:
    """Raise CorpusError for a correction of a document that is nowhere, neither published nor rejected."""
    known = merge.known_ids(connection, [correction.id for correction in corrections])
    for correction in corrections:
        if correction.id not in known:
            raise CorpusError(f"corrections.csv: there is no document “{correction.id}”; correct the id")


class _Looked:
    """Looks up a column of single documents in the shards; the row groups read last are kept."""

    KEPT: Mapping[str, int] = {"text": 32, "sketch": 128}
    """Some thirty megabytes of texts, half of that of sketches."""

    def __init__(self, files: Mapping[str, Mapping[str, Path]]) -> None:
        """Take for each column the files that have it, by shard."""
        self._files = files
        self._starts: dict[tuple[str, str], list[int]] = {}
        self._groups: dict[str, OrderedDict[tuple[str, int], pa.ChunkedArray]] = {name: OrderedDict() for name in files}

    def __call__(self, places: Sequence[Place], column: str) -> list[Any]:
        """Return the values of documents, each at a position of a shard; those of a row group are read together."""
        found: dict[Place, Any] = {}
        located = ((self._locate(column, *place), place) for place in sorted(set(places)))
        for (shard, group, start), each in groupby(located, lambda one: one[0]):
            wanted = [place for _, place in each]
            rows = pa.array([position - start for _, position in wanted])
            found.update(zip(wanted, self._group(column, shard, group).take(rows).to_pylist(), strict=True))
        return [found[place] for place in places]

    def _locate(self, column: str, shard: str, position: int) -> tuple[str, int, int]:
        """Find the row group that a document is in, and the position of the first one there."""
        starts = self._starts.get((column, shard))
        if starts is None:
            metadata = pq.read_metadata(self._files[column][shard])
            rows = (metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
            starts = self._starts[column, shard] = list(accumulate(rows, initial=0))
        group = bisect_right(starts, position) - 1
        return shard, group, starts[group]

    def _group(self, column: str, shard: str, group: int) -> pa.ChunkedArray:
        key, kept = (shard, group), self._groups[column]
        if key not in kept:
            with pq.ParquetFile(self._files[column][shard]) as file:
                kept[key] = file.read_row_group(group, columns=[column])[column]
            while len(kept) > self.KEPT[column]:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]
