"""Processes of this machine: a pool that outlives a worker, and workers that do not outlive us.

Processes rather than threads, because the work is Python's own. They are not forked from here, because Prefect has
threads that a fork would leave in pieces, but from a server of their own, started anew, which has loaded and compiled
all that a worker needs (2 CPU seconds) once for all of them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

from pipelines.errors import CorpusError
from pipelines.shards.area import Result
from pipelines.shards.plan import Shard

READY = "pipelines.shards.ready"
"""The module that a server of workers loads before it forks any."""

Work = Callable[[Shard], Result]


def run_here(work: Work, shards: Sequence[Shard]) -> Iterator[tuple[Shard, Result]]:
    """Do the work in this process, one shard after the other."""
    for shard in shards:
        yield shard, work(shard)


def run_in_processes(work: Work, shards: Sequence[Shard], workers: int) -> Iterator[tuple[Shard, Result]]:
    """Do the work in so many processes; shards come as they are done.

    What a worker was at when it was killed is done again, each shard alone. CorpusError names the one that kills its
    worker then, too, once all others are done.
    """
    lost: list[Shard] = []
    yield from _pooled(work, shards, workers, lost)
    deadly: list[Shard] = []
    for shard in lost:
        yield from _pooled(work, [shard], 1, deadly)
    if deadly:
        raise CorpusError(
            f"{deadly[0].name}: a worker was killed twice over it, for want of memory perhaps; "
            "take the file out, or publish with fewer --workers"
        )


def _pooled(work: Work, shards: Sequence[Shard], workers: int, lost: list[Shard]) -> Iterator[tuple[Shard, Result]]:
    """Run a pool until all is done or it breaks; what a broken one has left is added to ``lost`` or done by the next.

    Only what was under way when it broke can be to blame.
    """
    waiting = list(reversed(shards))
    while waiting:
        running: dict[Future[Result], Shard] = {}
        pool = ProcessPoolExecutor(workers, _context(), _begin, (dict(os.environ),))
        try:
            while waiting or running:
                while waiting and len(running) < 2 * workers:
                    future = pool.submit(work, waiting[-1])  # raises where the pool has broken meanwhile
                    running[future] = waiting.pop()
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    yield running.pop(future), result
        except BrokenProcessPool:
            finished = {future for future in running if future.done() and future.exception() is None}
            for future in finished:
                yield running.pop(future), future.result()
            lost += running.values()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """Choose how workers are started: by the server where the system has it, else each anew."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([READY])
    return context


def _begin(environment: Mapping[str, str]) -> None:
    """Prepare a worker: it ends with us, leaves Ctrl-C to us, and has our variables, which the server may not have."""
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this worker as soon as the process that it works for is gone, however that came; then the server ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
