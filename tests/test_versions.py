"""The number of a release: what each policy makes of a change, and that it only ever grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare import POLICIES
from pipelines.errors import CorpusError
from pipelines.ingest import read_settings
from pipelines.publish.versions import choose_version
from pipelines.release import format_version, parse_version, resolve
from tests.samples import SETTINGS, make_document, make_release

A, B = make_document("a", "First words."), make_document("b", "Second words.")
NOVEMBER, DECEMBER = "1700000000", "1702600000"


@given(
    st.lists(st.tuples(*[st.integers(0, 3000)] * 3), max_size=5),
    st.sampled_from(["first", "major", "minor", "patch"]),
    st.sampled_from(sorted(POLICIES)),
)
def test_a_new_number_is_higher_than_every_one_before(
    given_before: list[tuple[int, int, int]], bump: str, policy: str
) -> None:
    chosen = parse_version(choose_version("auto", bump, "why", list(map(format_version, given_before)), policy))
    assert chosen is not None
    assert all(chosen > number for number in given_before)


def test_calver_takes_year_month_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calver = replace(SETTINGS, version_policy="calver")
    versions = []
    for epoch, documents in ((NOVEMBER, [A]), (NOVEMBER, [A, B]), (DECEMBER, [B]), (NOVEMBER, [A])):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        versions.append(make_release(tmp_path, documents, settings=calver).version)
    assert versions == ["2023.11.0", "2023.11.1", "2023.12.0", "2023.12.1"]
    manifest = resolve(tmp_path, "2023.11.1").manifest
    assert (manifest["bump"], manifest["reason"], manifest["version_policy"]) == ("minor", "1 document added", "calver")


def test_calver_refuses_less_than_the_calendar_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calver = replace(SETTINGS, version_policy="calver")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOVEMBER)
    make_release(tmp_path, [A], settings=calver)
    with pytest.raises(CorpusError, match=r"2023\.10\.5 is too low: 1 document added \(minor\) calls for 2023\.11\.1"):
        make_release(tmp_path, [A, B], settings=calver, version="2023.10.5")
    assert make_release(tmp_path, [A, B], settings=calver, version="2023.11.7").version == "2023.11.7"


def test_croissant_makes_a_major_step_of_changed_data(tmp_path: Path) -> None:
    croissant = replace(SETTINGS, version_policy="croissant")
    make_release(tmp_path, [A], settings=croissant)
    assert make_release(tmp_path, [A, B], settings=croissant).version == "1.1.0"
    with pytest.raises(CorpusError, match=r"\(major\) calls for 2\.0\.0"):
        make_release(tmp_path, [A, make_document("b", "Other.")], settings=croissant, version="1.2.0")
    assert make_release(tmp_path, [A, make_document("b", "Other.")], settings=croissant).version == "2.0.0"


def test_an_unknown_policy_is_said_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text('version_policy = "whim"\n')
    with pytest.raises(
        CorpusError, match="version_policy is 'whim', but must be one of semver, frictionless,"
    ) as error:
        read_settings(tmp_path)
    assert error.value.exit_code == 2
