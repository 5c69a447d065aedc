"""The memo: which results the latest release was made of, so that an unchanged source is told without making tables.

It lies beside the stage area and may be thrown away like it. What it says counts only while the release that it names
is the latest one and sound; a memo that is damaged, or of other code, is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections import Counter
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipelines.compare import Difference
from pipelines.document import Settings
from pipelines.publish import Outcome, code_version
from pipelines.release import MANIFEST, check_files, file_sha256, latest
from pipelines.release.folders import INTERIM
from pipelines.shards.build import Refined

MEMO = "published.json"
CODE = ("shards", "publish", "release")
"""The packages that turn results into a release; all else that matters is in the names of the results."""


def find_published(refined: Refined, settings: Settings, store: Path) -> Outcome | None:
    """Return what publishing would come to where the latest release was made of just these results, else None.

    None also where that release is damaged: publishing says so in full.
    """
    try:
        record = json.loads((store / INTERIM / MEMO).read_text(encoding="utf-8"))
        content = record["content"]
        is_sound = record["sha256"] == _digest(json.dumps(content, sort_keys=True))
        if not is_sound or content["made_of"] != _made_of(refined, settings):
            return None
        parent = latest(store)
        if parent is None or file_sha256(parent.path / MANIFEST) != content["release"] or check_files(parent.path):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Outcome(
        version=parent.version,
        path=parent.path,
        published=False,
        bump=None,
        reason="nothing changed",
        counts=content["counts"],
        rule_counts=Counter(content["rule_counts"]),
        difference=Difference(),
        rejects=tuple(content["rejects"]),
        shards=(refined.new, len(refined.results)),
    )


def note_published(refined: Refined, settings: Settings, store: Path, outcome: Outcome) -> None:
    """Note that the latest release is made of these results, unless another one is the latest meanwhile."""
    parent = latest(store)
    if parent is None or parent.version != outcome.version:
        return
    content: dict[str, Any] = {
        "made_of": _made_of(refined, settings),
        "release": file_sha256(parent.path / MANIFEST),
        "counts": dict(outcome.counts),
        "rule_counts": dict(outcome.rule_counts),
        "rejects": [dict(row) for row in outcome.rejects],
    }
    record = {"content": content, "sha256": _digest(json.dumps(content, sort_keys=True))}
    fresh = store / INTERIM / f"{MEMO}.{uuid.uuid4().hex[:12]}"
    with contextlib.suppress(OSError):  # without a memo the next run takes longer, that is all
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(store / INTERIM / MEMO)


def _made_of(refined: Refined, settings: Settings) -> str:
    """Hash all that the tables and the notes of a release follow from."""
    keys = [result.key for result in refined.results]
    libraries = [f"{name} {metadata.version(name)}" for name in ("duckdb", "pyarrow")]
    return _digest("\n".join([*keys, repr(settings), code_version(), *libraries, *_code()]))


def _code() -> list[str]:
    modules = [module for package in CODE for module in (files("pipelines") / package).iterdir()]
    return sorted(_digest(module.read_text("utf-8")) for module in modules if module.name.endswith(".py"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
