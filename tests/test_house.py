"""The rules of the house that a machine can hold."""

import ast
import dataclasses
import importlib.metadata
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import daemon
import rules
from daemon.cli import main
from daemon.metrics import build_metrics
from daemon.notifiers import NOTIFIERS
from daemon.recorders import RECORDERS
from daemon.sources import SOURCES
from rules.kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent
OURS = ("daemon", "rules", "tools", "bench")
PURE = {
    *("bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "fnmatch"),
    *("fractions", "functools", "itertools", "math", "numpy", "operator", "re", "zlib"),
    *("rules", "statistics", "types", "typing"),
}
"""All that `rules` may import. The contract of import-linter names what it may not."""


@cache
def tracked() -> tuple[Path, ...]:
    """What a checkout holds, and what would be added to it now."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if told.returncode:  # an unpacked archive is no repository
        return tuple(p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts)
    return tuple(
        ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()
    )


def modules(*packages: str) -> list[Path]:
    return sorted(p for package in packages for p in (ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", [daemon, rules], ids=["daemon", "rules"])
def test_the_packages_come_from_here_and_from_nobody_else(package: object) -> None:
    where = Path(str(getattr(package, "__file__", None))).parent
    name = where.name

    assert where == ROOT / name
    # A checkout that is linked into its environment is listed nowhere; anybody else would be.
    assert set(importlib.metadata.packages_distributions().get(name, ())) <= {"meterwatch"}


def test_every_module_is_mirrored_by_a_test() -> None:
    wanted = [mirror(module) for module in modules("daemon", "rules") if does_something(module)]

    assert [named(path) for path in wanted if not path.exists()] == []


def mirror(module: Path) -> Path:
    return ROOT / "tests" / module.relative_to(ROOT).parent / f"test_{module.name}"


def does_something(module: Path) -> bool:
    """False for doors, migrations, and protocols that only say what others do."""
    if module.name in {"__init__.py", "__main__.py"} or "migrations" in module.parts:
        return False
    nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    functions = (n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    lines = (line for function in functions for line in function.body)
    return any(not (isinstance(x, ast.Expr) and isinstance(x.value, ast.Constant)) for x in lines)


def test_every_file_is_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in modules(*OURS, "tests")}
    longest = {path: 400 if path.is_relative_to(ROOT / "tests") else 300 for path in lengths}

    assert [named(path) for path, lines in lengths.items() if lines > longest[path]] == []


def test_every_module_says_first_what_it_is_for() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in modules(*OURS)}
    silent = [path for path, text in texts.items() if not ast.get_docstring(ast.parse(text))]

    assert [named(path) for path in silent] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {module.parent for module in modules("tests")}

    assert [named(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_rules_import_nothing_that_touches_the_world() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules("rules")}
    imported = {(path, n.partition(".")[0]) for path, tree in trees.items() for n in _imports(tree)}

    assert [(named(path), name) for path, name in imported if name not in PURE] == []


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


PLUGINS = [
    *(("type", name, plugin) for name, plugin in SOURCES.items()),
    *(("type", name, plugin) for name, plugin in RECORDERS.items()),
    *(("type", name, plugin) for name, plugin in NOTIFIERS.items()),
    *(("kind", name, plugin) for name, plugin in KINDS.items()),
]


@pytest.mark.parametrize(("key", "name", "plugin"), PLUGINS, ids=[name for _, name, _ in PLUGINS])
def test_the_example_names_every_option_of_every_plugin(key: str, name: str, plugin: type) -> None:
    options = {field.name.removesuffix("_") for field in dataclasses.fields(plugin)}
    shown = options_shown(read("config.example.yaml"), key, name)

    assert options - shown == set()


def options_shown(text: str, key: str, name: str) -> set[str]:
    """The options of all blocks that say `key: name`, those in comments included."""
    lines = [_uncommented(line) for line in text.splitlines()]
    here = re.compile(rf"^( +){key}: *[\"']?{re.escape(name)}[\"']? *(#.*)?$")
    found = [(at, match) for at, line in enumerate(lines) if (match := here.match(line))]
    assert found, f"config.example.yaml shows no block with `{key}: {name}`"
    shown: set[str] = set()
    for at, match in found:
        indent = match[1]
        block = [*_while_inside(lines[at::-1], indent), *_while_inside(lines[at:], indent)]
        shown.update(m[1] for line in block if (m := re.match(rf"{indent}(\w+):", line)))
    return shown


def _uncommented(line: str) -> str:
    """An option that is commented out counts as shown; `# every: 5m` at an option's own indent."""
    return re.sub(r"^( *)# ?( *\w+:( |$))", r"\1\2", line)


def _while_inside(lines: list[str], indent: str) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.startswith(indent) and not line.lstrip().startswith("#"):
            return
        yield line


def test_every_plugin_has_a_test_file() -> None:
    where = {name: Path(inspect.getfile(plugin)) for _, name, plugin in PLUGINS}

    assert [name for name, module in where.items() if not mirror(module).exists()] == []


def commands(group: click.Group = main, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_in_the_operators_guide() -> None:
    guide = read("docs/operating.md")

    assert [command for command in commands() if f"`meterwatch {command}" not in guide] == []


def metrics() -> list[str]:
    suffixes = {"counter": "_total", "info": "_info"}
    families = build_metrics("0").registry.collect()
    return [family.name + suffixes.get(family.type, "") for family in families]


def test_every_metric_is_in_the_operators_guide_and_no_other() -> None:
    guide = read("docs/operating.md")

    assert sorted(re.findall(r"^\| `(meterwatch_\w+)`", guide, re.MULTILINE)) == sorted(metrics())


def test_the_version_is_the_changelogs_or_not_yet_released() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)

    assert newest is not None
    assert newest[1] in {version, "Unreleased"}


SECRETS = re.compile(
    r"xox[abeoprs]-\w{8,}-\w{8,}|https://hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:ghp|sk)_[A-Za-z0-9]{30,}\b|\bAKIA[A-Z0-9]{16}\b"
)
ELSEWHERE = re.compile(
    r"/root/|/opt/(?!meterwatch\b)\w+/"
    # A package index: by the option that names one, or by the shape of its address.
    r"|--(?:extra-)?index-url|--find-links|https?://[^\s/]+/(?:\S+/)?simple\b|https?://registry\."
)


def test_no_file_holds_a_secret_or_the_address_of_one_machine() -> None:
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in tracked()}
    texts.pop(Path(__file__).resolve())  # it would find its own patterns
    bad = {
        named(path): SECRETS.findall(text) + ELSEWHERE.findall(text) for path, text in texts.items()
    }

    assert {name: found for name, found in bad.items() if found} == {}


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=named)
def test_a_lock_holds_nothing_but_pinned_files(lock: Path) -> None:
    header, *lines = lock.read_text().split("\n", 2)[1:]
    pins = [line for line in lines[0].splitlines() if not line.startswith("    --hash=sha256:")]

    assert header == "#    make lock"
    assert pins
    assert all(re.match(r"[a-z0-9-]+==[\w.]+( ; .+)? \\$", pin) for pin in pins)


def test_every_decision_is_in_their_index() -> None:
    index = read("docs/decisions/README.md")
    pages = [page.name for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]

    assert [name for name in pages if f"]({name})" not in index] == []


def test_every_link_between_our_pages_leads_somewhere() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\((?!\w+:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    ]

    assert [(named(page), link) for page, link in links if not (page.parent / link).exists()] == []


def test_every_test_that_the_list_of_faults_names_is_there() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in modules("tests"))
    there = re.findall(r"def (test_\w+)", written)
    missing = []
    for name, more in re.findall(r"`(test_\w+)(…?)`", read("docs/faults.md")):
        if not any(one == name or (more and one.startswith(name)) for one in there):
            missing.append(name)

    assert missing == []


def test_nothing_happens_at_import() -> None:
    names = [module.name for module in pkgutil.walk_packages([str(ROOT / "daemon")], "daemon.")]
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOOK_ON, *names],
        cwd=ROOT,
        env={},  # ours has been through these imports already
        capture_output=True,
        check=False,
        text=True,
    )

    assert said.stderr == ""
    assert said.stdout == "the same\n"


LOOK_ON = """
import importlib, logging, os, sys, threading

def state():
    root = logging.getLogger()
    return dict(os.environ), threading.active_count(), root.handlers, root.level
before = state()
for name in sys.argv[1:]:
    if not name.endswith("__main__") and ".migrations" not in name:
        importlib.import_module(name)
print("the same" if state() == before else f"changed: {before} {state()}")
"""
