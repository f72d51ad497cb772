"""Mosaic's DuckDB server as it ships, on a port of our choice and without a log of every query: mosaic_server.py PORT.

Runs in a virtual environment of its own, in which the package duckdb-server is called `pkg`.
"""

import logging
import sys

import duckdb
import pkg.server
import socketify


class App(socketify.App):
    """Listens where we say; the server itself always says 3000."""

    def listen(self, _port, handler=None):
        return super().listen(int(sys.argv[1]), handler)


pkg.server.App = App
logging.basicConfig(level=logging.WARNING)
pkg.server.server(duckdb.connect())
