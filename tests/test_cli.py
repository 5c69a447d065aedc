"""The command line: exit codes, one line per problem, JSON alone on stdout, a quick start."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import resource
import subprocess
import sys
import time
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.cli import init, main, output, publish
from pipelines.cli.display import Display, Pace
from pipelines.compare import Difference
from pipelines.errors import DATA, INTERNAL, USAGE, CorpusError
from pipelines.publish import ConflictError, Outcome
from tests.pace import slowness

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("prefect", "datasets", "pandera", "pyarrow", "duckdb", "pandas", "polars", "rich", "fastapi", "sqlalchemy")


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines", *arguments]
    environment = {**os.environ, **options}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    def prepare(problem: BaseException) -> None:
        def fail(_: argparse.Namespace) -> int:
            raise problem

        monkeypatch.setattr(init, "run", fail)

    return prepare


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pipelines", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert imported & set(HEAVY) == set()
    assert "publish" in done.stdout


def _cpu_of(*arguments: str) -> float:
    """CPU seconds of a Python that is started with these: others that keep the machine busy count for little."""

    def seconds() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    begin = seconds()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, timeout=60, check=True)
    return seconds() - begin


@pytest.mark.slow
def test_help_takes_less_than_a_third_of_a_second() -> None:
    """A third on a machine on which Python and its parser of arguments start in 0.1 s, so: three times that."""
    plain = ("-c", "import argparse, shutil, gettext, importlib.metadata")
    tries = [(_cpu_of("-m", "pipelines", "--help"), _cpu_of(*plain)) for _ in range(5)]
    ours, theirs = map(min, zip(*tries, strict=True))
    assert ours < max(0.3, 3 * theirs)


@pytest.mark.parametrize("command", ["publish", "releases", "verify", "explain", "rules", "init"])
def test_every_command_has_help(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main.main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--debug" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments",
    [
        ["unknown"],
        ["publish", "--version", "1.2"],
        ["publish", "--version", "v1.2.3"],
        ["publish", "--workers", "0"],
        ["publish", "--engine", "spark"],
        ["publish", "--dry"],
        ["publish", "one", "two"],
        ["init"],
        ["releases", "--store"],
        ["verify", "--no-such-option"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(arguments) == USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("corpus: ")
    assert "--help" in captured.err


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["publsh"], "publish"),
        (["explian", "x"], "explain"),
        (["publish", "--stor", "x"], "--to"),
        (["publish", "--dryrun"], "--dry-run"),
        (["verify", "--sotre=x"], "--store"),
        (["--versoin"], "--version"),
        (["zzz"], ""),
    ],
)
def test_a_typo_is_answered_with_the_nearest_word(
    arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(arguments) == USAGE
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert ("did you mean " in said) == bool(meant)
    assert f"did you mean {meant}?" in said or not meant
    if arguments[0] in {"publish", "verify"}:
        assert said.startswith(f"corpus: {arguments[0]}: ")


def test_no_command_shows_the_help_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main([]) == USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "publish" in captured.err


def test_the_version_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("corpus ")


@pytest.mark.parametrize(
    ("problem", "code", "says"),
    [
        (CorpusError("the source is\nempty; add texts"), DATA, "the source is empty; add texts"),
        (CorpusError("wrong", USAGE), USAGE, "wrong"),
        (PermissionError(errno.EACCES, "Permission denied", "store"), DATA, "store: Permission denied; give yourself"),
        (OSError(errno.ENOSPC, "No space left on device"), DATA, "make room"),
        (KeyError("x"), INTERNAL, "internal failure: KeyError: 'x'; run it again with --debug"),
        (RecursionError("deep"), INTERNAL, "internal failure: RecursionError"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_every_problem_is_one_line(
    problem: BaseException,
    code: int,
    says: str,
    raising: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    raising(problem)
    assert main.main(["init", "somewhere"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert "Traceback" not in captured.err


def test_debug_shows_the_traceback(
    raising: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    raising(ValueError("odd"))
    assert main.main(["init", "somewhere", "--debug"]) == INTERNAL
    assert "Traceback" in capsys.readouterr().err


def test_nothing_stays_open_for_the_sake_of_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    class Database:
        pass

    opened, kept = [], []

    def fail(_: object) -> int:
        database = Database()
        opened.append(weakref.ref(database))
        kept.append(CorpusError("no room"))  # as Prefect keeps it
        raise kept[0]

    monkeypatch.setattr(init, "run", fail)
    assert main.main(["init", "somewhere"]) == DATA
    assert opened[0]() is None


def test_a_closed_pipe_is_no_problem() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines", "rules"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) in {0, main.PIPE_CLOSED}


def test_init_makes_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / 'My [red] "Täxts"'
    assert main.main(["init", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {"dataset.toml", "raw", "corrections.csv", "README.md"}
    assert (folder / "corrections.csv").read_text() == "id,before,after,reason\n"
    said = capsys.readouterr().out
    assert "[red]" in said
    assert "corpus publish" in said


def test_init_makes_what_ingest_reads(tmp_path: Path) -> None:
    ingest = pytest.importorskip("pipelines.ingest")
    assert main.main(["init", str(tmp_path / "More Texts")]) == 0
    settings = ingest.read_settings(tmp_path / "More Texts")
    assert (settings.name, settings.title) == ("more-texts", "More Texts")
    assert ingest.list_inputs(tmp_path / "More Texts") == []


def test_the_examples_of_init_are_ones_that_ingest_reads(tmp_path: Path) -> None:
    ingest, rules = pytest.importorskip("pipelines.ingest"), pytest.importorskip("pipelines.rules.entries")
    assert main.main(["init", str(tmp_path)]) == 0
    before = ingest.read_settings(tmp_path)
    path = tmp_path / "dataset.toml"
    path.write_text(re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", path.read_text()))
    after = ingest.read_settings(tmp_path)
    told = {name for name in asdict(after) if getattr(after, name) != getattr(before, name)}
    assert told == {"duplicates", "version_policy", "fields", "max_null_share", "notify"}
    (term,) = re.findall(r"`(\{.*\})`", (tmp_path / "README.md").read_text())
    assert [each.id for each in rules.read_entries([term], "README.md")] == ["wells"]


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corrections.csv").write_text("id,before,after,reason\na,b,c,d\n")
    assert main.main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "corrections.csv").read_text().endswith("a,b,c,d\n")
    capsys.readouterr()
    assert main.main(["init", str(tmp_path)]) == USAGE
    assert "is a source already" in capsys.readouterr().err
    assert main.main(["init", str(tmp_path / "corrections.csv")]) == USAGE
    assert "is a file" in capsys.readouterr().err


def made(*, published: bool = True, bump: str | None = "first") -> Outcome:
    return Outcome(
        version="1.0.0",
        path=Path("data/releases/1.0.0"),
        published=published,
        bump=bump,
        reason="first release " * 12,
        counts={"documents": 1234, "rejects": 2, "edits": 110, "terms": 99},
        rule_counts=Counter({f"rule-{i:02}" * (i % 9 + 1): i for i in range(1, 15)}),
        difference=Difference(),
        shards=(3, 1200),
    )


def test_the_summary_fits_80_columns_and_names_ten_rules() -> None:
    lines = publish.summarize(made(), 12.34)
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Published 1.0.0."
    assert " ".join(" ".join(lines[1:6]).split()) == "documents 1,234 rejects 2 edits 105 annotated 5 terms 99"
    assert sum(line.startswith("    rule-") for line in lines) == 10
    assert lines[-2:] == ["  path data/releases/1.0.0", "  seconds 12.3"]
    assert lines[-3] == "  shards 3 refined, 1,197 found as they were made before"


def test_the_summary_names_ten_rejects_and_says_where_the_rest_are() -> None:
    rows = [
        {"source": f"{'folder/' * 9}crawl.jsonl:{n}", "reason": "malformed", "detail": "no\nvalid JSON; mend it " * 9}
        for n in range(12)
    ]
    counts = {**made().counts, "rejects": 12, "rejects_by_reason": {"malformed": 12}}
    outcome = replace(made(), rejects=tuple(rows), counts=counts)
    lines = publish.summarize(outcome, 1.0)
    assert max(map(len, lines)) <= 80
    (first,) = [line for line in lines if "first 10 of 12" in line]
    assert "table rejects" in first
    named = lines[lines.index(first) + 1 :][:10]
    assert all(f"crawl.jsonl:{n}  malformed  no valid JSON; mend" in " ".join(named) for n in range(10))
    unpublished = publish.summarize(replace(outcome, published=False, rejects=tuple(rows[:2])), 1.0)
    assert any("--json" in line for line in unpublished)


def test_notes_on_the_source_are_in_the_summary() -> None:
    lines = publish.summarize(replace(made(), notes=("README.md: only the config “a” is read; " * 4,)), 1.0)
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("  note: README.md") for line in lines)


def test_the_summary_says_when_nothing_was_published() -> None:
    assert "Nothing changed since 1.0.0" in publish.summarize(made(published=False, bump=None), 1.0)[0]
    assert "Dry run" in publish.summarize(made(published=False), 1.0)[0]


def test_json_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json([made(), date(2025, 4, 25), (1, 2.5, None, True), {"政": frozenset({"新"})}])
    first, *rest = json.loads(capsys.readouterr().out)
    assert (first["path"], first["counts"]["documents"]) == ("data/releases/1.0.0", 1234)
    assert first["rule_counts"]["rule-09"] == 9
    assert rest == ["2025-04-25", [1, 2.5, None, True], {"政": ["新"]}]


def test_publish_prints_one_json_document(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipelines.flows.run_publish", lambda *_, **__: made())
    assert main.main(["publish", str(tmp_path), "--json"]) == 0
    captured = capsys.readouterr()
    shown = json.loads(captured.out)
    assert shown["version"] == "1.0.0"
    assert shown["shards"] == {"refined": 3, "found": 1197}
    assert captured.err == ""


@pytest.mark.parametrize(
    ("problem", "code", "may_pass"),
    [
        (ConflictError("another run published meanwhile"), DATA, True),
        (CorpusError("another run left a broken file"), DATA, False),
        (CorpusError("no such folder", USAGE), USAGE, False),
        (CorpusError("Prefect could not run the flow", INTERNAL), INTERNAL, True),
        (ZeroDivisionError("s3://key:secret@bucket"), INTERNAL, True),
    ],
)
def test_a_problem_as_json_says_whether_it_may_pass(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    problem: Exception,
    code: int,
    may_pass: bool,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr("pipelines.flows.run_publish", fail)
    assert main.main(["publish", str(tmp_path), "--to", str(tmp_path / "store"), "--json"]) == code
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert (told["exit_code"], told["may_pass"]) == (code, may_pass)
    assert "secret" not in captured.out


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--engine", "dask"], "needs --scheduler"),
        (["--engine", "dask", "--scheduler", "127.0.0.1:8786", "--workers", "2"], "--workers is for --engine local"),
        (["--scheduler", "127.0.0.1:8786"], "--scheduler is for --engine dask"),
    ],
)
def test_options_of_an_engine_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], advice: str
) -> None:
    assert main.main(["publish", str(tmp_path), *options]) == USAGE
    captured = capsys.readouterr()
    assert advice in captured.err
    assert captured.err.count("\n") == 1


def test_a_name_that_the_terminal_cannot_show_stops_nothing(tmp_path: Path) -> None:
    done = run("init", str(tmp_path / "新词"), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u65b0" in done.stdout


def test_progress_is_a_plain_line_per_stage_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("starting") as display:
        for stage in ("ingest", "refine"):
            for done in range(3):
                display.show(stage, done, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    heads = [line.split()[2:] for line in captured.err.splitlines()]
    assert heads == [["starting"], ["ingest:", "0.0/0.0", "kB", "0:00:00"], ["refine:", "0.0/0.0", "kB", "0:00:00"]]


def test_a_long_stage_says_how_far_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("pipelines.cli.display.time.monotonic", lambda: clock[0])
    slow = Pace()
    with Display("starting") as display:
        for done in range(0, 50, 5):
            display.show("refine", done * 1_000_000, 1_100_000_000)
            clock[0] += 5
    assert capsys.readouterr().err.splitlines() == [
        "0.0 s starting",
        "0.0 s refine: 0.0/1,100.0 MB 0:00:00",
        "15.0 s refine: 15.0/1,100.0 MB 1.0 MB/s 0:18:05 left",
        "30.0 s refine: 30.0/1,100.0 MB 1.0 MB/s 0:17:50 left",
        "45.0 s refine: 45.0/1,100.0 MB 1.0 MB/s 0:17:35 left",
    ]
    slow.note(10_000_000, 2_000_000_000)
    assert str(slow) == "   10.0/2,000.0 MB  200.0 kB/s  2:45:50 left"


def test_progress_is_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.cli.display.on_terminal", lambda: True)
    with Display("starting") as display:
        display.show("[bold]refine", 1, 2)
        display.show("[bold]refine", 2, 2)
    assert capsys.readouterr().out == ""


def test_progress_is_silent_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("starting", is_quiet=True) as display:
        display.show("refine", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_releases_of_an_empty_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["releases", "--store", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main.main(["releases", "--store", str(tmp_path)]) == 0
    assert "corpus publish" in capsys.readouterr().out


def test_verify_without_a_release_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["verify", "--store", str(tmp_path)]) == DATA
    assert capsys.readouterr().err.count("\n") == 1
    assert main.main(["verify", "1.0.0", "--store", str(tmp_path), "--json"]) == USAGE
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    told = json.loads(captured.out)
    assert captured.err == f"corpus: {told['error']}\n"
    assert (told["exit_code"], told["may_pass"]) == (USAGE, False)


def test_verify_finds_a_folder_that_is_no_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["verify", str(tmp_path), "--json"]) == DATA
    assert json.loads(capsys.readouterr().out)["is_sound"] is False


ON_A_STORE = (
    ["releases"], ["log"], ["gc"], ["prune", "--keep", "1"], ["yank", "1.0.0", "--reason", "x"], ["verify"],
    ["verify", "1.0.0"], ["report"], ["diff", "1.0.0", "latest"], ["rules", "header-title"], ["push", "--to", "s3://a"],
)  # fmt: skip


@pytest.mark.parametrize("command", ON_A_STORE, ids=" ".join)
def test_a_store_that_is_not_there_is_told_in_one_way(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "no where"
    assert main.main([*command, "--store", str(store)]) == USAGE
    advice = f"name another with --store, or make it with corpus publish SOURCE --to '{store}'"
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"corpus: no store at {store}: {advice}\n")
    assert not store.exists()


def test_a_document_that_is_not_there_in_a_store_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["explain", "bridge"]) == USAGE
    advice = "name another with --store, or make it with corpus publish"
    assert capsys.readouterr().err == f"corpus: bridge: no such file, and no store at data: {advice}\n"
    assert main.main(["rules", "header-title"]) == 0, "the rules are there without any store"
    assert "in the latest release" not in capsys.readouterr().out


def test_a_folder_is_not_explained_but_a_file_of_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    assert main.main(["explain", str(tmp_path)]) == USAGE
    assert capsys.readouterr().err == f"corpus: {tmp_path} is a folder without files: name a file\n"
    (tmp_path / "raw" / "a.txt").write_text("A text.")
    assert main.main(["explain", str(tmp_path)]) == USAGE
    assert f"as in corpus explain {tmp_path}/raw/a.txt" in capsys.readouterr().err


def test_a_mistyped_rule_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["rules", "header-titel"]) == USAGE
    assert capsys.readouterr().err.startswith("corpus: no rule header-titel; did you mean header-title?; list them")


@pytest.mark.parametrize(
    ("name", "content"),
    [("dataset.toml", "name = "), ("glossary.jsonl", "{}\n"), ("corrections.csv", "id\na,b,c,d\n")],
)
@pytest.mark.parametrize("command", ["publish", "serve"])
def test_what_is_wrong_in_a_source_costs_no_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, name: str, content: str
) -> None:
    (tmp_path / "source" / "raw").mkdir(parents=True)
    (tmp_path / "source" / name).write_text(content)
    assert main.main([command, str(tmp_path / "source"), "--to", str(tmp_path / "store")]) == USAGE
    captured = capsys.readouterr()
    assert name in captured.err
    assert captured.err.count("\n") == 1
    assert not (tmp_path / "store").exists()


def test_a_source_that_is_not_there_costs_no_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin = time.monotonic()
    assert main.main(["publish", str(tmp_path / "nowhere"), "--to", str(tmp_path / "store")]) in {DATA, USAGE}
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "nowhere" in captured.err
    assert not (tmp_path / "store").exists()
    assert time.monotonic() - begin < 2 * slowness()


def test_on_a_terminal_a_message_is_broken_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    message = "the path some/long/folder-of-texts/with/a/name is wrong; correct it"
    output.print_error(message)
    monkeypatch.setattr("pipelines.cli.output.on_terminal", lambda: True)
    output.print_error(message)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"corpus: {message}",
        "corpus: the path",
        "  some/long/folder-of-texts/with/a/name",
        "  is wrong; correct it",
    ]
