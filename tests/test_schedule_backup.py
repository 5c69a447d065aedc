"""What docs/OPERATIONS.md says holds: its backup drill while publishes go on, and its table of messages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.release import latest, releases, verify
from tests.samples import make_document, make_release

ROOT = Path(__file__).parent.parent
PUBLISHER = """
import sys
from pathlib import Path
from tests.samples import make_document, make_release
for count in range(1, 1000):
    make_release(Path(sys.argv[1]), [make_document(f"d{number}") for number in range(count)])
    print(count, flush=True)
"""


@pytest.mark.slow
def test_a_copy_taken_while_publishes_go_on_is_a_sound_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publisher = subprocess.Popen([sys.executable, "-c", PUBLISHER, str(store)], cwd=ROOT, stdout=subprocess.PIPE)
    assert publisher.stdout is not None
    copies = []
    try:
        for number in range(4):
            publisher.stdout.readline()
            copies.append(tmp_path / f"copy-{number}")
            shutil.copytree(store / "releases", copies[-1] / "releases", copy_function=shutil.copy2)
        publisher.stdout.readline()
    finally:
        publisher.kill()
        publisher.communicate()
    for number, copy in enumerate(copies):
        found = releases(copy)
        assert len(found) >= number + 1
        assert [verify(each.path, deep=True) for each in found] == [[]] * len(found)
        assert [each.parent for each in found] == [None, *(each.version for each in found[:-1])]
    restored = copies[-1]
    before = latest(restored)
    assert before is not None
    documents = [make_document(f"d{number}") for number in range(before.info.documents + 1)]
    outcome = make_release(restored, documents)
    assert outcome.published
    assert outcome.reason.startswith("1 document added")


def test_the_unit_of_the_page_is_one_that_systemd_takes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
    (unit,) = re.findall(r"```ini.*?\n(.*?)```", page, re.DOTALL)
    assert "PrivateTmp=true" in unit, "with ProtectSystem=strict no other folder for temporary files is left"
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("no systemd here")
    file = tmp_path / "corpus.service"
    file.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", unit))
    done = subprocess.run([program, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "corpus.service" in line]) == (0, [])


def test_the_containerfile_copies_what_is_there() -> None:
    lines = (ROOT / "docs" / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert {"requirements.lock", "pipelines", "schemas"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)


def test_every_message_of_the_page_is_one_that_the_program_has() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipelines").rglob("*.py"))
    joined = re.sub(r"""["']\s*\n\s*f?["']""", "", code)
    page = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8").partition("## What it says")[2]
    messages = [span for row in re.findall(r"(?m)^\| (`.*?`) \|", page) for span in re.findall(r"`(.+?)`", row)]
    assert len(messages) > 15
    missing = []
    for message in messages:
        parts = [part.strip(" ;:") for part in re.split(r"\bN\b|\bM\b|…|“.”|`", message)]
        missing += [part for part in parts if len(part) > 3 and part not in joined]
    assert missing == []
