"""Imports run one way, SQL lives in two places, files stay readable. Read from the source, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import PROJECT_DIR

LONGEST_FILE = 350
LONGEST_STYLESHEET = 600  # a declaration a line, nothing to follow

# package or module -> what of ours it may import. The most specific name that fits a file counts.
MAY_IMPORT = {
    "app": {"pages", "components", "api", "settings"},
    "settings": set(),
    "pages": {"pages", "components", "data_access", "ml", "ops.client", "ops.password", "settings"},
    "pages._ops_looks": {"components", "data_access", "ops", "pages", "settings"},
    "pages._ops_guard": {"ops.session"},
    "pages.ops": {"components", "ops.password", "ops.session", "ops.traffic", "pages", "settings"},
    "components": {"components"},
    "api": {"api", "data_access", "ops.machine", "settings"},
    "api.ops": {"api", "data_access", "ops", "settings"},
    "api.traffic": {"data_access", "ops.traffic", "settings"},
    "api.metrics": {"api.traffic", "data_access", "ops.machine", "ops.traffic", "settings"},
    "api.v1": {"api", "data_access", "ml.recommender", "ml.similar_query", "ml.similar_words", "settings"},
    "api.playlist": {"api", "data_access", "etl.exportify", "ml.mixing", "ml.playlists", "ml.similar_query"},
    "data_access": {"data_access", "settings"},
    "etl": {"etl", "data_access", "settings"},
    "etl.__main__": {"etl", "data_access", "settings", "ml"},  # a load ends with the moods of what was loaded
    "ml": {"ml", "data_access"},
    "ml.jobs": {"ml", "data_access", "settings"},  # runs beside requests: folder and threads are settings
    "ops": set(),
    "ops.helper": {"ops.helper"},
    "ops.password": {"settings"},
    "ops.session": {"settings"},
    "ops.serve": {"data_access.embedded", "settings"},
    # Warms up what the workers serve, and watches them.
    "ops.deploy.gunicorn.conf": {"data_access", "ml.recommender", "ops.liveness", "settings"},
}
SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\(|COPY\s+\S+\s|"
    r"(CREATE|ALTER|DROP)\s+(TABLE|INDEX|SCHEMA|VIEW|EXTENSION)\s|SET\s+(LOCAL\s+)?\w+\s+(TO|=)\s)",
    re.IGNORECASE | re.DOTALL,
)
SQL_HOMES = {"data_access", "etl"}


def violations(root: Path) -> list[str]:
    """What in a source tree breaks the rules, one sentence each."""
    return [problem for path in _sources(root) for problem in _problems(root, path)]


def _sources(root: Path) -> Iterator[Path]:
    for top in sorted({name.split(".")[0] for name in MAY_IMPORT}):
        yield from filter(Path.exists, [root / f"{top}.py"])
        yield from sorted((root / top).rglob("*.py"))


def _problems(root: Path, path: Path) -> Iterator[str]:
    where = path.relative_to(root)
    module = ".".join(where.with_suffix("").parts).removesuffix(".__init__")
    top = module.split(".")[0]
    rule = max((name for name in MAY_IMPORT if _within(module, name)), key=len)
    tree = ast.parse(path.read_text(), str(path))
    for line, imported in _imports(tree, module):
        if imported.split(".")[0] not in {name.split(".")[0] for name in MAY_IMPORT} or _within(imported, module):
            continue
        if not any(_within(imported, allowed) for allowed in MAY_IMPORT[rule]):
            yield f"{where}:{line} imports {imported}, which {rule} may not"
        elif top == "pages" and imported.startswith("pages.") and not imported.split(".")[1].startswith("_"):
            yield f"{where}:{line} imports the page {imported}"
    if top not in SQL_HOMES:
        documentation = {id(text) for text in _docstrings(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in documentation and _is_sql(node.value):
                yield f"{where}:{node.lineno} has SQL in it"


def _imports(tree: ast.AST, module: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import, also those inside functions; `from a import b` gives a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if isinstance(getattr(node, "body", None), list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.value


def _is_sql(text: object) -> bool:
    if not isinstance(text, str) or not SQL.match(text):
        return False
    return not text.split()[0].istitle()  # "Select songs from the table" is a sentence


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_the_house_keeps_its_rules() -> None:
    assert violations(PROJECT_DIR) == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    ours = {path for top in [*MAY_IMPORT, "tests", "benchmarks", "scripts", "assets"] for path in _files(top)}
    assert len(ours) > 30
    lines = {str(path.relative_to(PROJECT_DIR)): len(path.read_text().splitlines()) for path in ours}
    too_long = {
        name: count
        for name, count in lines.items()
        if count > (LONGEST_STYLESHEET if name.endswith(".css") else LONGEST_FILE)
    }
    assert too_long == {}


def _files(top: str) -> list[Path]:
    files = [PROJECT_DIR / f"{top}.py", *(PROJECT_DIR / top).rglob("*")]
    return [path for path in files if path.is_file() and path.suffix in (".py", ".sql", ".js", ".css")]


GOOD = {
    "app.py": "import pages\nfrom components import shell\nfrom settings import get_settings\n",
    "settings.py": "import os\n",
    "pages/home.py": "from data_access import catalogue\nfrom pages import _guard\nfrom pages._guard import callback\n",
    "components/charts.py": "from components import theme\nimport plotly\n",
    "data_access/db.py": 'QUERY = "SELECT 1 FROM songs"\nfrom settings import get_settings\n',
    "etl/load.py": 'DROP = "DROP TABLE staging"\nfrom data_access.db import loader_dsn\n',
    "ml/moods.py": "from data_access import columns\n",
    "ops/serve.py": "from data_access import embedded\nfrom settings import Settings\n",
    "components/words.py": 'HINT = "Select songs from the table"\n',
    "api/health.py": '"""SELECT is from the docs."""\n\n\ndef f():\n    """Update this set of things."""\n',
}
BAD = {
    "the data layer knows no pages": ("data_access/db.py", "from pages import home"),
    "components know no data": ("components/charts.py", "from data_access import fields"),
    "components know no settings": ("components/charts.py", "import settings"),
    "an import inside a function counts": ("components/charts.py", "def f():\n    from data_access import db"),
    "a page knows no other page": ("pages/home.py", "from pages import data"),
    "a page knows no other page's parts": ("pages/home.py", "from pages.data import layout"),
    "a page does not know the application": ("pages/home.py", "import app"),
    "relative imports are seen through": ("components/charts.py", "from ..data_access import db"),
    "the supervisor knows only the embedded database": ("ops/serve.py", "from data_access import catalogue"),
    "the rest of ops knows nothing of ours": ("ops/helper.py", "from settings import get_settings"),
    "learning does not read settings": ("ml/moods.py", "import settings"),
    "loading does not know pages": ("etl/load.py", "import pages.home"),
    "no SQL in pages": ("pages/home.py", "QUERY = 'SELECT title FROM songs'"),
    "no SQL in pieces": ("api/health.py", "def f(n):\n    return f'DELETE FROM songs WHERE song_id = {n}'"),
}


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, source in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(source)
    return folder


def test_a_house_in_order_passes(tmp_path: Path) -> None:
    assert violations(tree(tmp_path, GOOD)) == []


@pytest.mark.parametrize("case", BAD)
def test_a_broken_rule_is_seen(case: str, tmp_path: Path) -> None:
    file, source = BAD[case]
    found = violations(tree(tmp_path, {**GOOD, file: source}))
    assert len(found) == 1
    assert found[0].startswith(f"{file}:")
