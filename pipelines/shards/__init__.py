"""Shards: a source is cut into pieces, each refined on its own, kept by its content, and brought together in the end.

======================  =====================================================================
module                  what it does
======================  =====================================================================
``plan``                cut the inputs of a source into shards
``work``                refine one shard: raw bytes in, the rows of its documents and rejects out
``area``                where these rows are kept between runs, by what they were made from
``local``, ``cluster``  run the work: in processes of this machine, or on a Dask cluster
``settle``              what only the whole source shows: ids that are taken twice, copies
``ranges``              which documents go into which file of a table
``merge``               the rows of all shards -> the tables of a release, sorted, in bounded memory
``written``             what each file came to, so that those that the latest release has are not made again
``build``               all of it, one after the other
``memo``                what the latest release was made of: nothing new is told without making tables
======================  =====================================================================

A shard's result depends on its bytes and on the rules alone, the merge on the rows alone. So neither the cut, nor the
number of workers, nor the engine shows in a release.
"""

from __future__ import annotations

from pipelines.shards.area import Area
from pipelines.shards.build import Engine, Refined, merge_shards, refine_shards
from pipelines.shards.cluster import check_scheduler
from pipelines.shards.memo import find_published, find_unchanged, note_published

__all__ = [
    "Area", "Engine", "Refined", "check_scheduler", "find_published", "find_unchanged", "merge_shards",
    "note_published", "refine_shards",
]  # fmt: skip
