"""Workflows and the compose file are what GitHub and Docker understand, by their published schemas; scripts parse."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings import PROJECT_DIR

WORKFLOWS = sorted((PROJECT_DIR / ".github" / "workflows").glob("*.yml"))
COMPOSE = PROJECT_DIR / "ops" / "deploy" / "postgresql" / "compose.yaml"
SCRIPTS = sorted([*(PROJECT_DIR / "ops" / "deploy").rglob("*.sh"), *(PROJECT_DIR / "scripts").glob("*.sh")])
NAMES = [path.name for path in WORKFLOWS]

pytest.importorskip("check_jsonschema")
yaml = pytest.importorskip("ruamel.yaml")


def read(path: Path) -> Any:
    """A file of YAML 1.2, in which `on` is a word."""
    return yaml.YAML(typ="safe").load(path)


def problems(schema: str, path: Path) -> str:
    """What a schema that check-jsonschema brings along has to say against a file; "" when nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


def steps(workflow: dict) -> Iterator[dict]:
    """All steps of all jobs, and the jobs that are workflows themselves."""
    for job in workflow["jobs"].values():
        yield from job.get("steps", [job])


def does_not_parse(script: str, shell: str = "bash") -> str:
    """What a shell has to say against a script that it only reads. GitHub fills in ${{ }} before."""
    filled = re.sub(r"\$\{\{.*?\}\}", "filled_in", script)
    done = subprocess.run([shell, "-n"], input=filled, check=False, capture_output=True, text=True, timeout=10)
    return done.stderr


def test_there_are_workflows() -> None:
    assert {"ci.yml", "deploy.yml"} <= set(NAMES)


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_workflow_is_one_by_githubs_schema(path: Path) -> None:
    assert problems("github-workflows", path) == ""


def test_the_compose_file_is_one_by_the_compose_specification() -> None:
    assert problems("compose-spec", COMPOSE) == ""


def test_a_mistake_is_seen(tmp_path: Path) -> None:
    for schema, path, right, wrong in (
        ("github-workflows", WORKFLOWS[0], "runs-on:", "run-on:"),
        ("compose-spec", COMPOSE, "healthcheck:", "healthchecks:"),
    ):
        broken = tmp_path / path.name
        broken.write_text(path.read_text().replace(right, wrong, 1))
        assert wrong.strip(":") in problems(schema, broken)


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_actions_are_pinned_to_a_commit_whose_version_is_said(path: Path) -> None:
    lines = re.findall(r"^\s*(?:- )?uses: *(.*)$", path.read_text(), re.MULTILINE)
    assert len(lines) == sum("uses" in step for step in steps(read(path)))
    for line in lines:
        assert re.fullmatch(r"\./\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_what_a_workflow_runs_is_bash(path: Path) -> None:
    scripts = [step["run"] for step in steps(read(path)) if "run" in step]
    assert scripts
    assert {script: said for script in scripts if (said := does_not_parse(script))} == {}


def test_a_script_that_is_none_is_seen() -> None:
    assert does_not_parse("if [ -f ${{ github.ref }} ]; then echo here")
    assert not does_not_parse("cat <<END\n${{ github.ref }}\nEND\n")


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_workflow_gets_no_rights_that_it_does_not_need_and_fills_nothing_into_scripts(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for step in steps(workflow):
        # What is filled into a script is run by it; from the environment it is only read.
        assert "${{" not in step.get("run", ""), step
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
    for job in workflow["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_a_script_is_what_its_first_line_says(path: Path) -> None:
    text = path.read_text()
    shell = "sh" if text.startswith(("#!/bin/sh", "#!/usr/bin/env sh")) else "bash"
    assert does_not_parse(text, shell) == ""
