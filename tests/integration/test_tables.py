"""data_access/tables.py says of every table what etl/schema.sql made."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from data_access import catalogue
from data_access.db import catalogue_schema, reader
from data_access.tables import metadata

pytestmark = pytest.mark.usefixtures("demo_catalogue")


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_columns_types_and_nulls_are_the_databases(table) -> None:
    schema = table.schema or catalogue_schema(catalogue.current().version)
    with reader() as connection:
        made = {
            column["name"]: (column["type"].compile(connection.dialect), column["nullable"])
            for column in inspect(connection).get_columns(table.name, schema=schema)
        }
        told = {c.name: (c.type.compile(connection.dialect), c.nullable) for c in table.columns}
    assert told == made


def test_dashboard_connections_cannot_write() -> None:
    with reader() as connection, pytest.raises(Exception, match="read-only transaction"):
        connection.exec_driver_sql("CREATE TABLE mischief (a int)")
