"""Changed reference data, laid over a snapshot without being loaded: what a what-if decides by.

A file is one of a payer folder. A plan, contract, provider, employer or rule takes the place of the one of its name; a
table takes the place of each version that it has rows of; conventions, reasons, edits and policies are replaced whole.
The file is checked together with all else that is known, as loading would check it. Members are never laid over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import asdict, replace

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.reference.contracts import ApcTable, Contract, DrgTable, FeeSchedule
from hpedi.reference.conventions import ConventionsHistory, ReasonCodes, RuleFile
from hpedi.reference.edits import Edits
from hpedi.reference.folder import EmployerSection, Folder, PayerSection, ProviderSection, read_folder
from hpedi.reference.links import CHECKS
from hpedi.reference.payer import Payer
from hpedi.reference.plans import Employer, Plan
from hpedi.reference.policies import Policies
from hpedi.reference.providers import BillingProvider
from hpedi.reference.rate_tables import apc_tables, drg_tables, fee_schedules
from hpedi.reference.reason_checks import check_reasons
from hpedi.reference.records import ReferenceRecord, content_of, record_of
from hpedi.reference.spans import check_spans
from hpedi.reference.tables import ApcTableRow, DrgRow, FeeRow

LAID_OVER: Final = (
    "conventions", "reasons", "rules", "plans", "providers", "contracts", "employers", "edits", "policies", "fees",
    "drg_rows", "apc_rows",
)  # fmt: skip
"""The pieces of a folder that claims are decided by, but for those of members."""

Piece = TypeVar("Piece", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class LaidOver:
    """A snapshot with changed data over it.

    Attributes:
        records: All records but families, as they would be; none where a finding is an error.
        changed: How many of them are other than in the snapshot, or new.
        findings: Everything wrong with the file, by line.
    """

    records: tuple[ReferenceRecord, ...]
    changed: int
    findings: tuple[Finding, ...]


def lay_over(known: Sequence[ReferenceRecord], files: Mapping[str, bytes], standard: Mapping[str, bytes]) -> LaidOver:
    """Lay files over the records of a snapshot.

    Args:
        known: The snapshot's records, without families.
        files: Content by name; a CSV file is named for what it holds, as in a payer folder.
        standard: Files of mappings/ by path below it, for their code sets.

    Findings:
        reference-file, reference-value, reference-link: as loading tells them, with file and line of these files.
    """
    given = read_folder(files)
    findings = [*given.findings, *_not_laid_over(given, files)]
    if any(finding.is_error for finding in findings):
        return LaidOver((), 0, _in_order(findings))
    as_known = folder_of(known)
    merged = _merged(as_known, given)
    findings += _new_findings(as_known, merged, standard)
    if any(finding.is_error for finding in findings):
        return LaidOver((), 0, _in_order(findings))
    before = {(record.kind, record.key): record for record in known}
    replaced = {(record.kind, record.key): record for record in _records(merged, given)}
    changed = [place for place, record in replaced.items() if place not in before or before[place].body != record.body]
    records = tuple((before | {place: replaced[place] for place in changed}).values())
    return LaidOver(records, len(changed), _in_order(findings))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.where.file or "", each.where.line or 0)))


def _not_laid_over(given: Folder, files: Mapping[str, bytes]) -> Iterator[Finding]:
    is_wrong = any(finding.is_error for finding in given.findings)
    if not is_wrong and not any(getattr(given, name) for name in LAID_OVER):
        message = (
            "The file holds nothing that is laid over: give plans, contracts, fees, policies or another part of a "
            "payer folder that is not about members, partners or the payer itself."
        )
        yield from (found("reference-file", Where(file=name, line=1), message) for name in sorted(files))


# --- a snapshot as the folder it was loaded from ---------------------------------------------------------------------


def folder_of(records: Iterable[ReferenceRecord]) -> Folder:
    """Return records as the pieces of a folder, as far as checks of other pieces need them."""
    folder, kinds = Folder(), dict[str, list[ReferenceRecord]]()
    for record in records:
        kinds.setdefault(record.kind, []).append(record)

    def of(kind: str, content: type[Piece]) -> Iterator[Piece]:
        return (content_of(record, content) for record in kinds.get(kind, ()))

    folder.payer = [PayerSection(**_fields(each), accounts=()) for each in of("payer", Payer)]
    folder.conventions = [version for each in of("conventions", ConventionsHistory) for version in each.versions]
    folder.reasons = [reason for each in of("reason_codes", ReasonCodes) for reason in each.reasons]
    folder.rules = list(of("rule", RuleFile))
    folder.plans = list(of("plan", Plan))
    folder.providers = [ProviderSection(**_fields(each)) for each in of("provider", BillingProvider)]
    folder.contracts = list(of("contract", Contract))
    folder.employers = [EmployerSection(**_fields(each)) for each in of("employer", Employer)]
    folder.edits = list(of("edits", Edits))
    folder.policies = list(of("policies", Policies))
    folder.fees = [row for each in of("fee_schedule", FeeSchedule) for row in _fee_rows(each)]
    folder.drg_rows = [row for each in of("drg_table", DrgTable) for row in _drg_rows(each)]
    folder.apc_rows = [row for each in of("apc_table", ApcTable) for row in _apc_rows(each)]
    return folder


def _fields(piece: msgspec.Struct) -> dict[str, Any]:
    return asdict(piece)


def _fee_rows(schedule: FeeSchedule) -> Iterator[FeeRow]:
    for version in schedule.versions:
        for key, fee in version.fees.items():
            code, _, modifier = key.partition("-")
            yield FeeRow(
                fee_schedule=schedule.id, version=version.version, start=version.start, end=version.end,
                code=code, modifier=modifier, fee=fee,
            )  # fmt: skip


def _drg_rows(table: DrgTable) -> Iterator[DrgRow]:
    for version in table.versions:
        for drg, row in version.weights.items():
            yield DrgRow(
                drg_table=table.id, version=version.version, start=version.start, end=version.end,
                drg=drg, weight=row.weight, mean_days=row.mean_days,
            )  # fmt: skip


def _apc_rows(table: ApcTable) -> Iterator[ApcTableRow]:
    for version in table.versions:
        for key, row in version.rows.items():
            code, _, modifier = key.partition("-")
            yield ApcTableRow(
                apc_table=table.id, version=version.version, start=version.start, end=version.end,
                code=code, modifier=modifier, apc=row.apc, status=row.status, rate=row.rate,
            )  # fmt: skip


# --- one over the other ----------------------------------------------------------------------------------------------


def _merged(known: Folder, given: Folder) -> Folder:
    merged = Folder(places=given.places, payer=known.payer)
    merged.conventions = given.conventions or known.conventions
    merged.reasons = given.reasons or known.reasons
    merged.policies = given.policies or known.policies
    merged.edits = [_edits(known, given)] if given.edits or known.edits else []
    merged.rules = _replaced(known.rules, given.rules, lambda each: each.rule)
    merged.plans = _replaced(known.plans, given.plans, lambda each: each.id)
    merged.providers = _replaced(known.providers, given.providers, lambda each: each.id)
    merged.contracts = _replaced(known.contracts, given.contracts, lambda each: each.id)
    merged.employers = _replaced(known.employers, given.employers, lambda each: each.id)
    merged.fees = _replaced(known.fees, given.fees, lambda row: (row.fee_schedule, row.version))
    merged.drg_rows = _replaced(known.drg_rows, given.drg_rows, lambda row: (row.drg_table, row.version))
    merged.apc_rows = _replaced(known.apc_rows, given.apc_rows, lambda row: (row.apc_table, row.version))
    return merged


def _edits(known: Folder, given: Folder) -> Edits:
    """Return the edits of a file; one that holds nothing but a table of them takes the place of that table."""
    before = known.edits[0] if known.edits else Edits()
    if not given.edits:
        return before
    written = given.edits[0]
    if len(given.ptp) + len(given.mue) == len(written.ptp) + len(written.mue) and not _has_other_tables(written):
        return replace(before, ptp=tuple(given.ptp) or before.ptp, mue=tuple(given.mue) or before.mue)
    return written


def _has_other_tables(edits: Edits) -> bool:
    return any(getattr(edits, name) for name in edits.__struct_fields__ if name not in ("ptp", "mue"))


def _replaced(known: Sequence[Piece], given: Sequence[Piece], place_of: Callable[[Piece], Hashable]) -> list[Piece]:
    """Return what is known, but for what is given in the same place: an id, or a version of a table."""
    places = {place_of(each) for each in given}
    return [*(each for each in known if place_of(each) not in places), *given]


def _new_findings(known: Folder, merged: Folder, standard: Mapping[str, bytes]) -> list[Finding]:
    """Return what is wrong with data laid over a snapshot, but for what is wrong with the snapshot."""
    before = {(finding.code, finding.message) for finding in _checked(known, standard)}
    return [
        finding
        for finding in _checked(merged, standard)
        if finding.where.file is not None or (finding.code, finding.message) not in before
    ]


def _checked(folder: Folder, standard: Mapping[str, bytes]) -> Iterator[Finding]:
    for check in CHECKS:
        yield from check(folder)
    yield from check_spans(folder)
    yield from check_reasons(folder, standard)


def _records(merged: Folder, given: Folder) -> Iterator[ReferenceRecord]:
    """Yield the records of what a file gives, in place of those of the snapshot."""
    if given.conventions:
        yield record_of("conventions", "conventions", ConventionsHistory(versions=tuple(merged.conventions)))
    if given.reasons:
        yield record_of("reason_codes", "reason_codes", ReasonCodes(reasons=tuple(merged.reasons)))
    if given.edits:
        yield from (record_of("edits", "edits", edits) for edits in merged.edits)
    yield from (record_of("policies", "policies", policies) for policies in given.policies)
    yield from (record_of("rule", rule.rule, rule) for rule in given.rules)
    yield from (record_of("plan", plan.id, plan) for plan in given.plans)
    yield from (record_of("contract", contract.id, contract) for contract in given.contracts)
    yield from (record_of("employer", employer.id, employer) for employer in given.employers)
    for provider in given.providers:
        of_provider = {name: getattr(provider, name) for name in BillingProvider.__struct_fields__}
        yield record_of("provider", provider.id, BillingProvider(**of_provider))
    schedules = {row.fee_schedule for row in given.fees}
    yield from (record_of("fee_schedule", each.id, each) for each in fee_schedules(merged.fees) if each.id in schedules)
    tables = {row.drg_table for row in given.drg_rows}
    yield from (record_of("drg_table", each.id, each) for each in drg_tables(merged.drg_rows) if each.id in tables)
    tables = {row.apc_table for row in given.apc_rows}
    yield from (record_of("apc_table", each.id, each) for each in apc_tables(merged.apc_rows) if each.id in tables)
