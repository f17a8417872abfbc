"""A payer folder becomes reference records: read, checked, and nothing made of it if there is an error.

The format is in docs/payer-folder.md. It takes bytes; whoever calls reads the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.reference.authorizations import Authorization, lookup_of
from hpedi.reference.code_checks import check_codes
from hpedi.reference.conventions import ConventionsHistory, ReasonCodes
from hpedi.reference.folder import Folder, read_folder
from hpedi.reference.links import CHECKS
from hpedi.reference.members import FAMILY, CoverageSpan, Family, Member, OtherCoverage, lookup_of_birth
from hpedi.reference.partner_changes import PARTNER, PartnerChange, change_records, with_changes
from hpedi.reference.partner_checks import ProfileTerms, check_profiles
from hpedi.reference.payer import PAYER_ACCOUNTS, Account, BankAccounts, Payer, employer_account
from hpedi.reference.plans import Employer
from hpedi.reference.providers import BillingProvider
from hpedi.reference.rate_tables import apc_tables, drg_tables, fee_schedules
from hpedi.reference.reason_checks import check_reasons
from hpedi.reference.records import ReferenceRecord, record_of
from hpedi.reference.spans import check_spans
from hpedi.reference.tables import OpeningBalance, OpeningPayeeBalance

RULES = "rules/"
"""Where rule files lie below mappings/."""


_OF_MEMBERS = frozenset({"members", "coverage", "other-coverage"})
_KEPT = "members known already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a folder holds; no records and no balances if a finding is an error.

    Attributes:
        records: In the order of their kind and key.
        opening: What accumulators held before; `benefits.opening` makes ledger entries of them.
        opening_payees: What payees owed before.
        findings: Everything wrong, by file and line.
    """

    records: tuple[ReferenceRecord, ...]
    opening: tuple[OpeningBalance, ...]
    opening_payees: tuple[OpeningPayeeBalance, ...] = ()
    findings: tuple[Finding, ...]


def load_payer_folder(
    files: Mapping[str, bytes],
    standard: Mapping[str, bytes] | None = None,
    *,
    changes: Sequence[PartnerChange] = (),
    terms: ProfileTerms | None = None,
    families: Iterable[Family] = (),
) -> Loaded:
    """Read and check a payer folder.

    Args:
        files: Content by path inside the folder, with forward slashes.
        standard: Files of mappings/ by path below it: `rules/*.yaml` and `code_sets/*.tsv`. A rule of the folder takes
            the place of the standard one of its name.
        changes: What was changed here of partners; it goes on beside the folder.
        terms: What profiles of partners may name; None where nobody knows.
        families: Those that stay, where the folder has no members.

    Findings:
        reference-file, reference-value, reference-link: see docs/payer-folder.md.

    Source: docs/payer-folder.md.
    """
    standard = standard or {}
    folder = read_folder(files)
    _add_standard_rules(folder, standard)
    if not holds_members(files):
        _keep(folder, families)
    if not _errors(folder.findings):
        # Links are only checked between pieces that could all be read: a missing piece would be told twice.
        for check in CHECKS:
            folder.findings.extend(check(folder))
        folder.findings.extend(check_spans(folder))
        folder.findings.extend(check_reasons(folder, standard))
        folder.findings.extend(check_codes(folder, standard))
        folder.findings.extend(_check_partners(folder, changes, terms))
    findings = tuple(sorted(folder.findings, key=_reading_order))
    if _errors(findings):
        return Loaded(records=(), opening=(), findings=findings)
    made = (*_records(folder), *change_records(folder.partners, changes))
    records = sorted(made, key=lambda record: (record.kind, record.key))
    return Loaded(
        records=tuple(records),
        opening=tuple(folder.opening_balances),
        opening_payees=tuple(folder.opening_payee_balances),
        findings=findings,
    )


def holds_members(files: Iterable[str]) -> bool:
    """Say whether a folder has members of its own; those that are known stay where it has none."""
    return any(path.split("/", maxsplit=1)[0].removesuffix(".csv") in _OF_MEMBERS for path in files)


def _keep(folder: Folder, families: Iterable[Family]) -> None:
    """Put families that are known into a folder that has no members; its own authorisations go before theirs."""
    keeps_authorizations = not folder.authorizations
    for family in families:
        folder.members.extend(family.members)
        folder.coverage.extend(family.coverage)
        folder.other_coverage.extend(family.other_coverage)
        if keeps_authorizations:
            folder.authorizations.extend(family.authorizations)
        for piece in (*family.members, *family.coverage, *family.other_coverage, *family.authorizations):
            folder.places.remember(piece, "", Where(file=_KEPT))


def _add_standard_rules(folder: Folder, standard: Mapping[str, bytes]) -> None:
    own = {rule.rule for rule in folder.rules}
    rules = read_folder({f"mappings/{path}": content for path, content in standard.items() if path.startswith(RULES)})
    folder.findings.extend(rules.findings)
    folder.rules.extend(rule for rule in rules.rules if rule.rule not in own)


def _check_partners(folder: Folder, changes: Sequence[PartnerChange], terms: ProfileTerms | None) -> Iterator[Finding]:
    """Check the profiles that will hold; one that was changed here is told where the folder has it."""
    written = {partner.id: partner for partner in folder.partners}
    providers = frozenset(provider.id for provider in folder.providers)
    for fault in check_profiles(with_changes(folder.partners, changes), terms, providers):
        partner = written.get(fault.partner.id)
        where = folder.places.of(partner, fault.field) if partner is not None else Where()
        about = "" if partner is not None else f"Partner {fault.partner.id}, which was added here: "
        yield found("reference-link", where, about + fault.message)


def _errors(findings: Iterable[Finding]) -> bool:
    return any(finding.is_error for finding in findings)


def _reading_order(finding: Finding) -> tuple[str, int]:
    return finding.where.file or "", finding.where.line or 0


def _records(folder: Folder) -> Iterator[ReferenceRecord]:
    yield from _payer_records(folder)
    yield from (record_of("rule", rule.rule, rule) for rule in folder.rules)
    yield from (record_of("plan", plan.id, plan) for plan in folder.plans)
    yield from (record_of("contract", contract.id, contract) for contract in folder.contracts)
    for employer in folder.employers:
        yield record_of("employer", employer.id, _without_accounts(employer, Employer))
        yield from _account_records(employer_account(employer.id), employer.accounts)
    for partner in folder.partners:
        yield record_of(PARTNER, partner.id, partner, lookups=tuple(isa.id for isa in partner.isa_ids))
    for provider in folder.providers:
        yield record_of("provider", provider.id, _without_accounts(provider, BillingProvider), lookups=(provider.npi,))
        yield from _account_records(provider.id, provider.accounts)
    yield from (record_of("fee_schedule", schedule.id, schedule) for schedule in fee_schedules(folder.fees))
    yield from (record_of("drg_table", table.id, table) for table in drg_tables(folder.drg_rows))
    yield from (record_of("apc_table", table.id, table) for table in apc_tables(folder.apc_rows))
    for family in _families(folder):
        yield family_record(family)


def family_record(family: Family) -> ReferenceRecord:
    """Make the record of a family: found by member ids and days of birth of its members, and by authorisations."""
    cards = tuple(sorted({member.member_id for member in family.members}))
    born = tuple(sorted({lookup_of_birth(member.birth_date) for member in family.members}))
    authorized = tuple(lookup_of(each.id) for each in family.authorizations)
    return record_of(FAMILY, family.id, family, lookups=(*cards, *born, *authorized))


def _payer_records(folder: Folder) -> Iterator[ReferenceRecord]:
    for payer in folder.payer:
        yield record_of("payer", "payer", _without_accounts(payer, Payer))
        yield from _account_records(PAYER_ACCOUNTS, payer.accounts)
    yield record_of("conventions", "conventions", ConventionsHistory(versions=tuple(folder.conventions)))
    yield record_of("reason_codes", "reason_codes", ReasonCodes(reasons=tuple(folder.reasons)))
    yield from (record_of("edits", "edits", edits) for edits in folder.edits)
    yield from (record_of("policies", "policies", policies) for policies in folder.policies)
    yield from (record_of("eligibility", "eligibility", terms) for terms in folder.eligibility)


def _without_accounts(section: msgspec.Struct, kind: type[msgspec.Struct]) -> msgspec.Struct:
    return kind(**{name: getattr(section, name) for name in kind.__struct_fields__})


def _account_records(owner: str, accounts: tuple[Account, ...]) -> Iterator[ReferenceRecord]:
    if accounts:
        yield record_of("bank_account", owner, BankAccounts(owner=owner, accounts=accounts), secret=True)


def _families(folder: Folder) -> Iterator[Family]:
    members: dict[str, list[Member]] = {}
    for member in folder.members:
        members.setdefault(member.family, []).append(member)
    family_of = {member.id: member.family for member in folder.members}
    coverage: dict[str, list[CoverageSpan]] = {}
    for span in folder.coverage:
        coverage.setdefault(family_of[span.member], []).append(span)
    authorized: dict[str, list[Authorization]] = {}
    for authorization in folder.authorizations:
        authorized.setdefault(family_of[authorization.member], []).append(authorization)
    others: dict[str, list[OtherCoverage]] = {}
    for other in folder.other_coverage:
        others.setdefault(family_of[other.member], []).append(other)
    for family, of_family in members.items():
        yield Family(
            id=family,
            members=tuple(sorted(of_family, key=lambda member: member.id)),
            coverage=tuple(sorted(coverage.get(family, ()), key=lambda span: (span.member, span.start))),
            other_coverage=tuple(sorted(others.get(family, ()), key=lambda other: (other.member, other.start))),
            authorizations=tuple(sorted(authorized.get(family, ()), key=lambda each: each.id)),
        )
