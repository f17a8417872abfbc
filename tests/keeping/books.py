"""What a workspace holds and has written, to be compared with another's; and keys to replace its own."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, select

from tests.crash.trials import BUSINESS
from tests.databases import engine_of

NEW_KEY: Final = base64.b64encode(bytes(range(1, 33))).decode()
OTHER_KEY: Final = base64.b64encode(bytes(range(2, 34))).decode()


def paid_bytes(home: Path) -> dict[str, bytes]:
    """Return what a payment run writes: ACH files, check registers and remittances, by name."""
    names = [*(home / "bank").glob("*"), *(home / "outbox").rglob("*.835")]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in names if path.is_file()}


def books_of(home: Path) -> dict[str, list[str]]:
    """Return the business rows of a workspace: claims, decisions, payments, the ledger, what goes out."""
    with engine_of(home) as engine, engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {
            name: sorted(
                repr(tuple(row))
                for row in connection.execute(select(*(tables.tables[name].c[column] for column in columns)))
            )
            for name, columns in BUSINESS.items()
        }
