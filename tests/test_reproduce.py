"""The same source gives the same content with this code, and the same bytes in any surroundings."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from pipelines.flows.server import Server
from pipelines.release import resolve, verify
from tests.reproduce import GOLDEN, SEEDS, hash_seeds, publish_in

SURROUNDINGS: dict[str, tuple[int, dict[str, str]]] = {
    "one": (1, {"LANG": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"}),
    "two": (2, {"LANG": "zh_CN.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "1"}),
    "four": (4, {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "1"}),
    "shuffled": (2, {"LANG": "C", "LC_ALL": "C", "SHUFFLED": "1", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "random"}),
    "elsewhere": (1, {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}),
    "utf8": (4, {"LANG": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "2", "SHUFFLED": "1"}),
}


def test_the_content_of_the_seeds_is_what_it_was() -> None:
    wanted = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert hash_seeds() == wanted, "meant? then renew the hashes: python -m tests.reproduce (see CONTRIBUTING)"


@pytest.mark.slow
def test_a_release_has_the_same_bytes_in_any_surroundings(tmp_path: Path, embedded: Server) -> None:
    hashes: dict[str, dict[str, str]] = {}
    for name, (workers, environment) in SURROUNDINGS.items():
        folder = tmp_path / name / ("a deep place" if name == "elsewhere" else "")
        folder.mkdir(parents=True)
        source = SEEDS
        if name in {"elsewhere", "shuffled"}:
            source = folder / "copy"
            source.mkdir()
            (source / "raw").mkdir()
            for path in sorted(SEEDS.rglob("*"), reverse=True):
                if path.is_file():
                    shutil.copy(path, source / path.relative_to(SEEDS))
        server = {} if name == "one" else {"PREFECT_API_URL": embedded.url}  # to start one takes longer than the rest
        publish_in({**environment, **server}, source, folder / "store", workers, folder)
        release = resolve(folder / "store").path
        assert verify(release, deep=True) == []
        hashes[name] = {
            path.relative_to(release).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in release.rglob("*")
            if path.is_file()
        }
    assert len(hashes["one"]) >= 8
    assert {name: found for name, found in hashes.items() if found != hashes["one"]} == {}
    tables = json.loads((release / "manifest.json").read_text())["tables"]
    assert {name: entry["logical_sha256"] for name, entry in tables.items()} == hash_seeds()
