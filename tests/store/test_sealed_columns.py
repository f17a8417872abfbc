"""Every column of sealed bytes can be sealed anew."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import LargeBinary

import hpedi.store
from hpedi.store.key_tables import wrapped_key
from hpedi.store.sealed_columns import SEALED
from hpedi.store.tables import metadata


def test_every_column_of_bytes_is_sealed_anew() -> None:
    """Whoever adds a column of bytes says for which place it is sealed; only wrapped keys stay as they are."""
    for module in pkgutil.iter_modules(hpedi.store.__path__, "hpedi.store."):
        importlib.import_module(module.name)
    columns = {column for table in metadata.tables.values() for column in table.columns}
    kept = {column for column in columns if isinstance(column.type, LargeBinary)} - {wrapped_key.c.wrapped}
    assert {str(each.column) for each in SEALED} == {str(column) for column in kept}
