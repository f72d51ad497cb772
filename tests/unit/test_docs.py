"""What there is, is described: settings, pages, routes, commands, formats, dependencies."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from benchmarks import readme
from etl import __main__ as etl
from etl.formats import FORMATS
from scripts import settings_table
from settings import PROJECT_DIR, Settings

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/operations.md", "docs/decisions.md")
REQUIREMENTS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt", "requirements-umap.txt")
LINE = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[\w.]+)\s+# (?P<reason>\S.{5,})$")


def text(name: str) -> str:
    return (PROJECT_DIR / name).read_text()


def requirements(name: str) -> list[str]:
    return [line for line in text(name).splitlines() if line and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize("setting", [setting.metadata["variable"] for setting in fields(Settings)])
def test_every_setting_is_described(setting: str) -> None:
    assert f"| `{setting}` |" in text("docs/operations.md")


def test_the_table_of_settings_is_up_to_date() -> None:
    written = text("docs/operations.md")
    assert settings_table.with_table(written) == written, "run: python -m scripts.settings_table"


def test_every_page_is_described() -> None:
    names = [name for path in pages() if (name := keyword(path, "name")) and "404" not in path.name]
    assert {"Home", "Explore", "Data"} <= set(names)
    for name in names:
        assert f"- **{name}**:" in text("README.md")


def test_every_page_has_title_and_description() -> None:
    for path in pages():
        assert keyword(path, "title"), f"{path.name} has no title"
        assert keyword(path, "description"), f"{path.name} has no description"


def pages() -> list[Path]:
    return sorted(path for path in (PROJECT_DIR / "pages").glob("*.py") if not path.name.startswith("_"))


def keyword(path: Path, name: str) -> str | None:
    """A text argument of the file's `dash.register_page`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "register_page":
            for argument in node.keywords:
                if argument.arg == name and isinstance(argument.value, ast.Constant):
                    return argument.value.value
    return None


def test_every_route_is_described() -> None:
    sources = [path.read_text() for path in (PROJECT_DIR / "api").glob("*.py")]
    routes = [route for source in sources for route in re.findall(r'\.(?:get|post|route)\("(/[^"]+)"', source)]
    assert {"/healthz", "/readyz", "/explore.csv", "/suggest"} <= set(routes)
    for route in routes:
        assert f"/MusicGroup{route}" in text("docs/operations.md")


def test_every_make_target_is_described_and_listed() -> None:
    makefile = text("Makefile")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets
    for target in targets[1].split():
        assert re.search(rf"^{target}:.* ## \S", makefile, re.MULTILINE), f"make {target} is not listed by make"
        assert f"`make {target}" in text("docs/operations.md"), f"make {target} is not described"


def test_every_command_of_etl_is_described() -> None:
    commands = next(action for action in etl._parser()._actions if action.choices).choices
    assert commands
    assert {"load", "demo", "status", "synthesise"} <= set(commands)
    for command in commands:
        assert re.search(rf"^\| `{command}[ `]", text("docs/operations.md"), re.MULTILINE), command


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_every_format_is_described(name: str) -> None:
    assert f"| `{name}` |" in text("README.md")


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_requirements_are_pinned_and_have_a_reason(file: str) -> None:
    lines = requirements(file)
    assert lines
    for line in lines:
        found = LINE.match(line)
        assert found, f"{file}: {line!r} is not `name==version  # reason`"
        assert re.search(rf"^\| .*\b{re.escape(found['name'])}\b.* \|", text("docs/decisions.md"), re.MULTILINE), line


def test_constraints_pin_what_requirements_name() -> None:
    pins = dict(line.split("==") for line in text("constraints.txt").splitlines() if not line.startswith("#"))
    pins = {canonical(name): version for name, version in pins.items()}
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in requirements(file):
            found = LINE.match(line)
            assert found
            assert pins[canonical(found["name"])] == found["version"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_changelog_has_a_heading() -> None:
    assert re.search(r"^## (Unreleased|\d+\.\d+\.\d+)", text("CHANGELOG.md"), re.MULTILINE)


def test_the_readme_opens_with_a_screenshot_and_the_two_commands() -> None:
    opening = text("README.md").split("## ")[0]
    assert opening.startswith("![")
    assert opening.index("make demo") < opening.index("make test")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    folder = (PROJECT_DIR / document).parent
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text(document)):
        if not target.startswith(("http://", "https://")):
            assert (folder / unquote(target)).exists(), f"{document} links to {target}"


def test_the_figures_of_the_readme_are_those_of_the_results():
    assert readme.table() in text("README.md")
