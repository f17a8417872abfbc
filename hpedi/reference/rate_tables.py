"""Fee schedules, tables of DRG weights and APC tables: rows of a payer folder, put together by table and version.

Each table is a set of rows that carry their table, version and span; a version is in force for a span of days, and the
versions of a table follow each other without a hole.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from typing import Final, TypeVar

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.contracts import (
    ApcRow,
    ApcTable,
    ApcVersion,
    DrgTable,
    DrgVersion,
    DrgWeight,
    FeeSchedule,
    FeeVersion,
)
from hpedi.reference.dated import Dated
from hpedi.reference.folder import Folder
from hpedi.reference.tables import ApcTableRow, DrgRow, FeeRow

Row = TypeVar("Row", FeeRow, DrgRow, ApcTableRow)

FEE_WORDS: Final = "versions of one fee schedule"
DRG_WORDS: Final = "versions of one table of DRG weights"
APC_WORDS: Final = "versions of one APC table"
APC_STATUS: Final = "apc_status"
"""The rule whose parameters say how lines of each APC status are paid."""


def fee_schedules(rows: Iterable[FeeRow]) -> Iterator[FeeSchedule]:
    """Put fees together by schedule and version."""
    for schedule, versions in _by_version([(row.fee_schedule, row) for row in rows]):
        made = [
            FeeVersion(start=of[0].start, end=of[0].end, version=of[0].version, fees={row.key: row.fee for row in of})
            for of in versions
        ]
        yield FeeSchedule(id=schedule, versions=tuple(sorted(made, key=_start)))


def drg_tables(rows: Iterable[DrgRow]) -> Iterator[DrgTable]:
    """Put DRG weights together by table and version."""
    for table, versions in _by_version([(row.drg_table, row) for row in rows]):
        made = [
            DrgVersion(
                start=of[0].start,
                end=of[0].end,
                version=of[0].version,
                weights={row.drg: DrgWeight(weight=row.weight, mean_days=row.mean_days) for row in of},
            )
            for of in versions
        ]
        yield DrgTable(id=table, versions=tuple(sorted(made, key=_start)))


def apc_tables(rows: Iterable[ApcTableRow]) -> Iterator[ApcTable]:
    """Put APC rows together by table and version."""
    for table, versions in _by_version([(row.apc_table, row) for row in rows]):
        made = [
            ApcVersion(
                start=of[0].start,
                end=of[0].end,
                version=of[0].version,
                rows={row.key: ApcRow(apc=row.apc, status=row.status, rate=row.rate) for row in of},
            )
            for of in versions
        ]
        yield ApcTable(id=table, versions=tuple(sorted(made, key=_start)))


def _by_version(rows: list[tuple[str, Row]]) -> Iterator[tuple[str, list[list[Row]]]]:
    tables: dict[str, dict[str, list[Row]]] = {}
    for table, row in rows:
        tables.setdefault(table, {}).setdefault(row.version, []).append(row)
    return ((table, list(versions.values())) for table, versions in tables.items())


def _start(version: Dated) -> date:
    return version.start


def table_rows(folder: Folder) -> Iterator[tuple[str, str, str, str, Dated]]:
    """Yield (words, table, version, key, row) of every row of a dated table of the folder."""
    for fee in folder.fees:
        yield FEE_WORDS, fee.fee_schedule, fee.version, fee.key, fee
    for drg in folder.drg_rows:
        yield DRG_WORDS, drg.drg_table, drg.version, drg.drg, drg
    for apc in folder.apc_rows:
        yield APC_WORDS, apc.apc_table, apc.version, apc.key, apc


def table_versions(folder: Folder) -> Iterator[tuple[str, str, Dated]]:
    """Yield (words, table, row) with the first row of every version, which has its span."""
    seen: set[Hashable] = set()
    for words, table, version, _key, row in table_rows(folder):
        if (words, table, version) not in seen:
            seen.add((words, table, version))
            yield words, table, row


def check_tables(folder: Folder) -> Iterator[Finding]:
    """The rows of a version agree on its span and say each thing once; APC rows have a status that can be paid."""
    spans: dict[Hashable, tuple[object, object]] = {}
    said: set[Hashable] = set()
    for words, table, version, key, row in table_rows(folder):
        of_version = (words, table, version)
        if spans.setdefault(of_version, (row.start, row.end)) != (row.start, row.end):
            yield _wrong(folder, row, "Rows of one version have different spans; repeat the same `from` and `to`.")
        if (*of_version, key) in said:
            yield _wrong(folder, row, "This code stands twice in one version, with its modifier; keep one.")
        said.add((*of_version, key))
    yield from _check_apc_rows(folder)
    for row in folder.drg_rows:
        if row.mean_days is not None and row.mean_days <= 0:
            yield _wrong(folder, row, "`mean_days` is above zero; correct it or leave it out.")


def _check_apc_rows(folder: Folder) -> Iterator[Finding]:
    paid = {each.name: set(each.values) for rule in folder.rules if rule.rule == APC_STATUS for each in rule.parameters}
    known = set().union(*paid.values())
    for row in folder.apc_rows:
        if row.status not in known:
            message = f"The status is none that rule {APC_STATUS} says how to pay: {', '.join(sorted(known))}."
            yield _wrong(folder, row, message)
        elif row.status in paid.get("packaged", ()) and row.rate:
            yield _wrong(folder, row, "A packaged service has no rate; say 0.00 or correct the status.")


def _wrong(folder: Folder, row: msgspec.Struct, message: str) -> Finding:
    return found("reference-value", folder.places.of(row), message)
