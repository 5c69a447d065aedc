"""A Dask cluster: the same work on other machines, with results in a stage area that all of them can reach."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.errors import USAGE, CorpusError
from pipelines.ingest import Input, hide_secrets, size_of
from pipelines.shards.area import Area, Result
from pipelines.shards.plan import Shard
from pipelines.shards.work import Job, fingerprint_here, refine_shard

CONNECT_SECONDS = 10
DESERTED_SECONDS = 60
"""How long a run waits while its cluster has no worker at all."""

RETRIES = 3
"""How often a shard is done again that was lost with its worker."""

WINDOW = 4
"""Shards that are under way for each thread of the cluster."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a process says of itself: the code it runs, the size of an input as it sees it, whether it sees the area."""

    code: str
    size: int
    sees_area: bool


def check_scheduler(scheduler: str) -> None:
    """Raise CorpusError where no Dask scheduler answers."""
    with _connected(scheduler):
        pass


def run_on_dask(job: Job, shards: Sequence[Shard], scheduler: str) -> Iterator[tuple[Shard, Result]]:
    """Do the work on the cluster of a scheduler; shards come as they are done.

    CorpusError where it cannot be reached, has no workers, runs other code of ours than we do, or reaches neither
    source nor stage area; also for a shard that it cannot do, once all others are done.
    """
    waiting = [_with_full_paths(shard) for shard in reversed(shards)]
    named = dict(zip(waiting, reversed(shards), strict=True))
    under_way: dict[Any, Shard] = {}
    failures: list[CorpusError] = []
    with _connected(scheduler) as client:
        threads = _checked(client, scheduler, job, waiting)
        while waiting or under_way:
            while waiting and len(under_way) < WINDOW * threads:
                shard = waiting.pop()
                under_way[client.submit(refine_shard, shard, job, pure=False, retries=RETRIES)] = shard
            for future in _finished(client, list(under_way)):
                shard = under_way.pop(future)
                if (error := future.exception()) is None:
                    yield named[shard], future.result()
                else:
                    failures.append(_failure(error, shard))
                future.release()
    if failures:
        raise failures[0]


def greet(job: Job, entry: Input | None, probe: str) -> Greeting:
    """Say what this process runs and sees."""
    return Greeting(fingerprint_here(job), size_of(entry) if entry else 0, job.area.has(probe))


@contextlib.contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """Give a client of a scheduler; what comes of its going away in the middle is a CorpusError as well."""
    distributed = _imported()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        message = f"no Dask scheduler answers at {scheduler} ({error}); start one, or correct --scheduler host:port"
        raise CorpusError(message, USAGE) from None
    try:
        with client:
            yield client
    except (CancelledError, distributed.CancelledError, distributed.comm.CommClosedError) as error:
        cause = type(error).__name__
        message = f"the Dask scheduler at {scheduler} went away ({cause}); what was done is kept: publish again"
        raise CorpusError(message) from None


def _checked(client: Any, scheduler: str, job: Job, shards: Sequence[Shard]) -> int:  # noqa: ANN401 - no types
    """Return the number of threads of a cluster whose workers can do what we would do here."""
    threads = client.nthreads()
    entry = next((entry for shard in reversed(shards) for entry in shard.inputs), None)
    with job.area.probe() as probe:
        expected = greet(job, entry, probe)
        greetings = client.run(greet, job, entry, probe, on_error="return")
    there = {address: said for address, said in greetings.items() if not _is_lost(client, address, said)}
    if not there:
        raise CorpusError(f"the Dask scheduler at {scheduler} has no workers: start some, then publish again", USAGE)
    for address, said in sorted(there.items()):
        if isinstance(said, BaseException):
            cause = hide_secrets(f"{type(said).__name__}: {said}")
            message = f"a worker of {scheduler} cannot run Corpus ({cause}); install the same version of it there"
            raise CorpusError(message, USAGE)
        _check_greeting(address, said, expected, job.area, entry)
    return sum(threads.get(address, 1) for address in there)


def _is_lost(client: Any, address: str, said: object) -> bool:  # noqa: ANN401 - no types
    """Tell a worker that went away while it was asked, which costs nothing, from one that cannot do the work."""
    closed: type[Exception] = _imported().comm.CommClosedError
    return isinstance(said, closed) or (isinstance(said, OSError) and address not in client.nthreads())


def _check_greeting(worker: str, greeting: Greeting, expected: Greeting, area: Area, entry: Input | None) -> None:
    """Raise CorpusError for a worker that would make other rows than we do, or put them where we do not look."""
    if greeting.code != expected.code:
        problem = "runs another version of Corpus or of its libraries: install the same versions on all workers"
    elif not greeting.sees_area:
        problem = f"does not see the stage area {area.shown}: publish to a store in a folder that all machines share"
    elif entry and greeting.size != expected.size:
        problem = f"does not see {entry.source} of the source: put it into a folder that all machines share, or a URL"
    else:
        return
    raise CorpusError(f"worker {worker} {problem}", USAGE)


def _finished(client: Any, futures: list[Any]) -> list[Any]:  # noqa: ANN401 - distributed has no types
    """Wait until some are finished; CorpusError where all workers are gone and none comes back."""
    distributed = _imported()
    while True:
        try:
            with client.as_current():
                return list(distributed.wait(futures, DESERTED_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if not client.nthreads():
                message = "all workers of the cluster are gone; what was done is kept: start some, publish again"
                raise CorpusError(message) from None


def _failure(error: BaseException, shard: Shard) -> CorpusError:
    if isinstance(error, CorpusError):
        return error
    cause = hide_secrets(f"{type(error).__name__}: {error}")
    return CorpusError(f"{shard.name}: the cluster gave it up ({cause}); see the logs of its workers")


def _with_full_paths(shard: Shard) -> Shard:
    """Name local files by their full paths: workers stand in folders of their own."""
    return replace(shard, inputs=tuple(_with_full_path(entry) for entry in shard.inputs))


def _with_full_path(entry: Input) -> Input:
    if entry.place is not None:
        return entry
    return replace(entry, path=Path(entry.path).absolute(), root=entry.root and str(Path(entry.root).absolute()))


def _imported() -> Any:  # noqa: ANN401 - distributed has no types
    try:
        import distributed
    except ImportError:
        message = "--engine dask needs the package distributed: install corpus with the extra dask"
        raise CorpusError(message, USAGE) from None
    return distributed
