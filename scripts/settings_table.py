"""`python -m scripts.settings_table` writes the settings of settings.py into docs/operations.md."""

from __future__ import annotations

from dataclasses import MISSING, fields

from settings import PROJECT_DIR, Settings

OPERATIONS = PROJECT_DIR / "docs" / "operations.md"
BEGIN, END = "<!-- settings:begin (python -m scripts.settings_table) -->\n", "<!-- settings:end -->"
_MADE = {"data_dir": "`/var/lib/musicgroup` as root, else `var/` in the project"}


def table() -> str:
    """One row for each setting: variable, default, meaning."""
    lines = ["| variable | default | meaning |\n", "|---|---|---|\n"]
    for setting in fields(Settings):
        default = "" if setting.default is MISSING else str(setting.default)
        shown = _MADE.get(setting.name) or (f"`{default}`" if default else "")
        lines.append(f"| `{setting.metadata['variable']}` | {shown} | {setting.metadata['meaning']} |\n")
    return "".join(lines)


def with_table(text: str) -> str:
    """The document with its table renewed."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    OPERATIONS.write_text(with_table(OPERATIONS.read_text()))
