"""The one error that ends a command: its message is the one line that a person gets to read."""

from __future__ import annotations


class LoadError(RuntimeError):
    """A load cannot go on; the message names the file, line and column, and says what to do."""
