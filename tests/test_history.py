"""Random histories of a source, really published: each number follows from what was done, and every step adds up."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.publish import apply_changes
from pipelines.release import check_log, latest, read_log, releases, verify
from tests.samples import publish_source

WORDS = [f"w{number}ord" for number in range(5_000)]
EMPTY = ""

State = dict[str, str]
"""What a source holds: file name -> text; an empty text is a reject."""

names = st.sampled_from(["a.txt", "b/c.txt", "b/d.md", "e.txt", "f/g/h.txt"])
edits = st.tuples(
    st.sampled_from(["add", "remove", "change", "empty", "rename", "reorder", "touch"]), names, st.integers(0, 10_000)
)
histories = st.lists(st.lists(edits, min_size=1, max_size=4), min_size=1, max_size=6)


def made_text(number: int) -> str:
    """Make a text that shares no more with another one than chance will have it."""
    words = random.Random(number).choices(WORDS, k=30)
    return f"{' '.join(words).capitalize()}."


def edit(state: State, kind: str, name: str, number: int) -> State:
    """Say what a source holds after one edit."""
    after = dict(state)
    if kind == "add" or (kind in {"change", "empty"} and name in after):
        after[name] = EMPTY if kind == "empty" else made_text(number)
    elif kind == "remove":
        after.pop(name, None)
    elif kind == "rename" and name in after:
        after[f"renamed-{number % 3}.txt"] = after.pop(name)
    return after


def write(source: Path, state: State, number: int) -> None:
    """Write what the source holds: in any order, with any times."""
    chance = random.Random(number)
    for path in [path for path in (source / "raw").rglob("*") if path.is_file()]:
        path.unlink()
    order = list(state)
    chance.shuffle(order)
    for name in order:
        path = source / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(state[name])
        os.utime(path, (chance.randrange(2**31), chance.randrange(2**31)))


def expected(before: State | None, after: State, policy: str) -> str | None:
    """Say by hand what step the difference of two states of a source calls for."""
    if before is None:
        return "first"
    old, new = ({name: text for name, text in state.items() if text} for state in (before, after))
    came, went = new.keys() - old.keys(), old.keys() - new.keys()
    changed = any(old[name] != new[name] for name in old.keys() & new.keys())
    rejects_differ = before.keys() - old.keys() != after.keys() - new.keys()
    steps: dict[str, list[tuple[str, object]]] = {
        "semver": [("minor", came or went), ("patch", changed or rejects_differ)],
        "frictionless": [("major", went), ("minor", came), ("patch", changed or rejects_differ)],
        "croissant": [("major", went or changed), ("minor", came), ("major", rejects_differ)],
    }
    return next((step for step, applies in steps[policy] if applies), None)


def count(version: str, step: str | None) -> str:
    """Write the number that a step leads to."""
    major, minor, patch = map(int, version.split("."))
    numbers = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return ".".join(map(str, numbers[step] if step else (major, minor, patch)))


@pytest.mark.slow
@given(histories, st.sampled_from(["semver", "frictionless", "croissant"]))
@settings(max_examples=10)
def test_numbers_follow_from_what_was_done(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[tuple[str, str, int]]], policy: str
) -> None:
    folder = tmp_path_factory.mktemp("history")
    source, store = folder / "source", folder / "store"
    (source / "raw").mkdir(parents=True)
    (source / "dataset.toml").write_text(f'name = "history"\nversion_policy = "{policy}"\n')
    state: State = {"base.txt": made_text(-1)}
    published: State | None = None
    version = "1.0.0"
    steps: list[list[tuple[str, str, int]]] = [[], *history]
    for number, step in enumerate(steps):
        for each in step:
            state = edit(state, *each)
        write(source, state, number)
        wanted = expected(published, state, policy)
        outcome = publish_source(source, store)
        parent_version, version = version, version if wanted == "first" else count(version, wanted)
        assert (outcome.bump, outcome.version, outcome.published) == (wanted, version, wanted is not None)
        if outcome.published:
            check_step(store, parent_version if published is not None else None)
        published = dict(state)
    assert check_log(store) == []
    assert [entry.version for entry in read_log(store)] == [info.version for info in releases(store)]


def check_step(store: Path, parent_version: str | None) -> None:
    """Hold the newest release to its promises: sound, of that parent, and parent + changes = release."""
    release = latest(store)
    assert release is not None
    assert verify(release.path, deep=True) == []
    assert release.manifest["parent"] == parent_version
    if parent_version is not None:
        parent = type(release)(store / "releases" / parent_version)
        rebuilt = apply_changes(parent.table("documents"), release.table("changes"))
        assert rebuilt.equals(release.table("documents"))


@pytest.mark.parametrize(
    ("after", "steps"),
    [
        ({"a": "1", "b": "2"}, ("minor", "minor", "minor")),
        ({}, ("minor", "major", "major")),
        ({"a": "other"}, ("patch", "patch", "major")),
        ({"a": "1", "b": ""}, ("patch", "patch", "major")),
        ({"a": "1"}, (None, None, None)),
    ],
)
def test_the_oracle_knows_the_plain_cases(after: State, steps: tuple[str | None, ...]) -> None:
    policies = ("semver", "frictionless", "croissant")
    assert tuple(expected({"a": "1"}, after, policy) for policy in policies) == steps
    assert expected(None, after, "semver") == "first"
