"""The tables of benefit counters, and the locks that keep their order."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Date, String, Table, UniqueConstraint

from hpedi.store.stretches import Stretches
from hpedi.store.tables import Cents, RowId, metadata

accumulator_entry = Table(
    "accumulator_entry",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("plan", String(80), nullable=False),
    Column("accumulator", String(80), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("period", Date, nullable=False),
    Column("amount", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("day", Date),  # of service; none where it is not known
    Column("posted_on", Date),  # none where it was not kept yet
    # What is added stands at the end of this index.
    UniqueConstraint("source", "owner", "plan", "accumulator", "period"),
)
ENTRIES_ABOUT: Final = Stretches(accumulator_entry, "owner", bits=17)
ENTRIES_ABOUT.index()

# The sums of the entries, kept: what claims are decided by is read in a few rows however long the history is.
# Whoever adds entries adds them here in the same transaction (`StoredAccumulators.append`); `ledger proof` compares.
accumulator_balance = Table(
    "accumulator_balance",
    metadata,
    Column("owner", String(80), primary_key=True),
    Column("plan", String(80), primary_key=True),
    Column("accumulator", String(80), primary_key=True),
    Column("period", Date, primary_key=True),
    Column("used", Cents, nullable=False),
    sqlite_with_rowid=False,
)

# The lock set of a claim: its families, taken in sorted order; the version tells who wrote in between.
family_lock = Table(
    "family_lock",
    metadata,
    Column("family", String(80), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
