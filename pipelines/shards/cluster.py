"""A Dask cluster: the same work on other machines, with results in a stage area that all of them can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipelines.errors import USAGE, CorpusError
from pipelines.refine import load_knowledge
from pipelines.shards.area import Result
from pipelines.shards.plan import Shard

CONNECT_SECONDS = 10
RETRIES = 3
"""How often a shard is done again that was lost with its worker."""

WINDOW = 4
"""Shards that are under way for each thread of the cluster."""


def run_on_dask(
    work: Callable[[Shard], Result], shards: Sequence[Shard], scheduler: str
) -> Iterator[tuple[Shard, Result]]:
    """Do the work on the cluster of a scheduler; shards come as they are done.

    CorpusError where it cannot be reached, has no workers, or runs other code of ours than we do.
    """
    distributed = _imported()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CorpusError(f"no Dask scheduler answers at {scheduler} ({error}); give host:port of one", USAGE) from None
    with client:
        threads = _checked(client, scheduler)
        waiting = list(reversed(shards))
        under_way: dict[str, Shard] = {}
        done = distributed.as_completed(raise_errors=False)
        while waiting or under_way:
            while waiting and len(under_way) < WINDOW * threads:
                shard = waiting.pop()
                future = client.submit(work, shard, pure=False, retries=RETRIES)
                under_way[future.key] = shard
                done.add(future)
            future = next(done)
            shard = under_way.pop(future.key)
            yield shard, _result(future, shard)
            future.release()


def code_of_worker() -> str:
    """Say which code of ours a process runs: the fingerprints of everything that rows depend on."""
    known = load_knowledge()
    return f"{known.rule_fingerprint} {known.glossary_fingerprint} {known.parser_fingerprint}"


def _checked(client: Any, scheduler: str) -> int:  # noqa: ANN401 - distributed has no types
    """Return the number of threads of a cluster whose workers all run the code that we do."""
    threads = sum(client.nthreads().values())
    if not threads:
        raise CorpusError(f"the Dask scheduler at {scheduler} has no workers: start some, then publish again", USAGE)
    try:
        codes = client.run(code_of_worker)
    except Exception as error:
        raise CorpusError(f"a worker of {scheduler} cannot run Corpus ({error}); install it there", USAGE) from None
    strange = sorted(address for address, code in codes.items() if code != code_of_worker())
    if strange:
        raise CorpusError(
            f"worker {strange[0]} runs another version of Corpus: install the same version on all workers", USAGE
        )
    return int(threads)


def _result(future: Any, shard: Shard) -> Result:  # noqa: ANN401 - distributed has no types
    error = future.exception()
    if error is None:
        result: Result = future.result()
        return result
    if isinstance(error, CorpusError):
        raise error
    raise CorpusError(f"{shard.name}: the cluster gave it up ({type(error).__name__}: {error}); see the workers' logs")


def _imported() -> Any:  # noqa: ANN401 - distributed has no types
    try:
        import distributed
    except ImportError:
        message = "--engine dask needs the package distributed: install corpus with the extra dask"
        raise CorpusError(message, USAGE) from None
    return distributed
