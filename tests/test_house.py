"""The house rules that no other tool holds: sizes, tests beside modules, documents that keep up, bytes that stay."""

from __future__ import annotations

import argparse
import ast
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.main import build_parser
from schemas.rejects import REASONS

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted([*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("schemas/**/*.py")])
TOP_LEVEL = {
    ".ci", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md",
    "LICENSE", "Makefile", "README.md", "data", "docs", "pipelines", "prefect.yaml", "pyproject.toml",
    "requirements.lock", "schemas", "seeds", "tests",
}  # fmt: skip
LEFT_BEHIND = re.compile(r"(^|/)(\.git|\.venv|__pycache__|build|dist|\.\w+_cache|\.hypothesis|[^/]+\.egg-info)(/|$)")
SEEDS = {
    "000_c58817a6a7c0642c.txt": "0d36515580d80181a9eaf03106057687729663409676e7274209a800a4690188",
    "001_f4d25b1585d0e40c.txt": "27ae9f11cdc6a95cf546c4247ab13e358de021ada0eecb4319706776d23bbd0f",
    "002_52d846a56f8b3da0.txt": "e555c0fea51e05fef28354bfb03324508e973b7c09fb4d2f880ff4ef6a84727b",
    "003_f2f60fa881a31ceb.txt": "1427ceb52c61ef6357897a2a604ea0589ba11a50e0ce81201b36ef8d92eca560",
    "004_e83e173a68b862a6.txt": "f21c671f3f1a95fbe08fabe11d5d0846229e1a4f02b1b563705c8cefa5d76782",
}
"""SHA-256 of every raw text of our source; a new text adds a line, no line ever changes."""

STAGES = {"ingest", "parse", "clean", "validate", "publish", "compare"}
TESTED_BY = {
    "pipelines/__main__.py": "cli", "pipelines/errors.py": "cli", "pipelines/places.py": "ingest_places",
    "pipelines/urls.py": "ingest_places", "pipelines/database.py": "shards",
}  # fmt: skip
"""Modules without a test file of their own name, and the one that covers them."""


def project_files() -> list[Path]:
    """Return the files that belong to the project, as git sees them; without git, all but what tools leave behind."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        built = re.compile(r"^data/(releases|interim|latest)(/|$)")
        names = ((path, path.relative_to(ROOT).as_posix()) for path in ROOT.rglob("*"))
        found = [path for path, name in names if not LEFT_BEHIND.search(name) and not built.match(name)]
    return sorted(path for path in found if path.is_file())


def commands() -> dict[str, argparse.ArgumentParser]:
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("the command line has no commands")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(path: Path) -> int:
    """Count the lines that hold code: no blanks, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type not in skipped]
    lines = {line for t in tokens for line in range(t.start[0], t.end[0] + 1)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def requirements(*groups: str) -> set[str]:
    listed = {"dependencies": project()["dependencies"], **project()["optional-dependencies"]}
    return {re.split(r"[\[<>=~ ]", each, maxsplit=1)[0].lower() for group in groups for each in listed[group]}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_modules_are_short() -> None:
    lines = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in CODE}
    assert {name: count for name, count in lines.items() if count > 300} == {}
    assert sum(code_lines(path) for path in CODE) < 18_500


def test_functions_are_short() -> None:
    sizes = {
        f"{name_of(path)}:{f.name}": (f.end_lineno or f.lineno) - f.lineno + 1 for path in CODE for f in functions(path)
    }
    assert {name: size for name, size in sizes.items() if size > 45} == {}


def test_every_module_has_its_test_file() -> None:
    there = {path.stem for path in ROOT.glob("tests/**/test_*.py")}
    missing = []
    for path in CODE:
        parts = [part for part in path.relative_to(ROOT).with_suffix("").parts if part not in {"pipelines", "__init__"}]
        if parts:  # of a package, one test file may cover the whole
            wanted = {"_".join(parts), parts[0], parts[-1], TESTED_BY.get(name_of(path), parts[0])}
            if not {f"test_{name}" for name in wanted} & there:
                missing.append(name_of(path))
    assert missing == []


def test_every_command_is_in_the_readme_and_every_option_in_the_reference() -> None:
    readme, reference = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/COMMANDS.md"))
    missing = [name for name in commands() if f"`corpus {name}" not in readme]
    for name, parser in commands().items():
        page = reference.partition(f"\n## corpus {name}")[2].partition("\n## ")[0] + reference.partition("\n## ")[0]
        options = (o for a in parser._actions for o in a.option_strings if o.startswith("--"))
        missing += [f"{name} {option}" for option in options if f"`{option}" not in page]
    assert missing == []


def test_the_list_of_reasons_has_every_reason_of_a_reject_and_no_other() -> None:
    calls = [n for p in CODE for n in ast.walk(ast.parse(p.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    made = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id.strip("_").lower() == "reject"]
    words = {each.value for call in made for each in call.args if isinstance(each, ast.Constant)}
    reasons = {word for word in words if isinstance(word, str) and re.fullmatch(r"[a-z_]+", word)} - STAGES
    assert reasons == set(REASONS)


def test_every_command_explains_itself() -> None:
    unexplained = [
        f"{name} {action.dest}"
        for name, parser in commands().items()
        for action in parser._actions
        if not action.help or not parser.description
    ]
    assert unexplained == []


def test_seeds_are_unchanged() -> None:
    folder = ROOT / "seeds" / "raw"
    there = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.*")}
    assert there == SEEDS


def test_nothing_stands_at_the_top_that_nobody_placed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} - TOP_LEVEL == set()


def test_built_things_are_not_in_the_project() -> None:
    names = [name_of(path) for path in project_files()]
    built = re.compile(r"data/(releases|interim|latest)|" + LEFT_BEHIND.pattern)
    assert [name for name in names if built.search(name)] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    places = re.compile(r"(?<![\w.])/(?:root|home|Users|opt|work|mnt|tmp)/\w|file:/" + r"//")
    hosts = re.compile(r"pypi\.org|pythonhosted|anaconda\.org|--(extra-)?index-url|--find-links")
    found = []
    for path in project_files():
        if name_of(path).startswith(("seeds/raw/", "tests/golden/")) or path.name in {"LICENSE", "test_house.py"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if places.search(line) or hosts.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_lock_is_hashed_and_complete() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip())
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    locked = {re.split(r"[=\s]", pin, maxsplit=1)[0] for pin in pins}
    assert requirements("dependencies", "dev") - locked == set()


def test_what_is_imported_is_asked_for_and_the_reverse() -> None:
    held = {"fastapi", "sqlalchemy"}  # never imported: prefect's server breaks with newer ones
    nodes = [node for path in CODE for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    packages = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"pipelines", "schemas"}
    named = {{"svg": "svg-py", "yaml": "pyyaml"}.get(package, package.replace("_", "-")) for package in packages}
    extras = requirements(*(set(project()["optional-dependencies"]) - {"dev"}))
    assert named - extras == requirements("dependencies") - held


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{project()['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_rule_shows_what_it_changes_and_what_it_keeps() -> None:
    rules = pytest.importorskip("pipelines.rules").RULES
    assert [rule.id for rule in rules if not rule.changes or not rule.keeps or not rule.why] == []
    assert len({rule.id for rule in rules}) == len(rules)


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in (p for p in project_files() if p.suffix == ".md" and "{" not in p.read_text(encoding="utf-8")):
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{name_of(path)}: {target}")
    assert broken == []
