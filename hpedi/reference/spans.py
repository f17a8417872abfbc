"""Checks of a payer folder on its spans of days: they end after they begin, and one thing holds at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.dated import Dated
from hpedi.reference.folder import Folder
from hpedi.reference.payer import PAYER_ACCOUNTS, employer_account
from hpedi.reference.rate_tables import APC_WORDS, DRG_WORDS, FEE_WORDS, table_versions

CONTRACT_WORDS: Final = "contracts of one provider for one line of business"
PLAN_WORDS: Final = "versions of one plan"
CONVENTION_WORDS: Final = "conventions"
REASON_WORDS: Final = "entries of one reason"
WITHOUT_GAPS: Final = frozenset(
    {FEE_WORDS, DRG_WORDS, APC_WORDS, CONTRACT_WORDS, PLAN_WORDS, CONVENTION_WORDS, REASON_WORDS}
)
"""What has to be in force without a hole between its first and its last day."""


def check_spans(folder: Folder) -> Iterator[Finding]:
    """Check every dated piece of a folder.

    Findings:
        reference-value: A span ends before it begins, two spans that exclude each other share a day, or there are days
            without what deciding needs between two versions of a table or plan, two contracts, conventions or reasons.
    """
    spans: dict[tuple[Hashable, ...], list[Dated]] = {}
    what: dict[tuple[Hashable, ...], str] = {}
    for words, key, piece in _dated(folder):
        spans.setdefault((words, key), []).append(piece)
        what[words, key] = words
    for group, pieces in spans.items():
        yield from _check_group(folder, what[group], pieces)
        if what[group] in WITHOUT_GAPS:
            yield from _check_gaps(folder, what[group], pieces)


def _check_group(folder: Folder, words: str, pieces: list[Dated]) -> Iterator[Finding]:
    for piece in pieces:
        if piece.end is not None and piece.end < piece.start:
            message = "The span ends before it begins; correct `from` or `to` (both days are included)."
            yield found("reference-value", folder.places.of(piece), message)
    for earlier, later in pairwise(sorted(pieces, key=lambda piece: piece.start)):
        if earlier.end is None or later.start <= earlier.end:
            other = folder.places.of(earlier)
            message = (
                f"Two {words} are in force on one day (the other: {other.file} line {other.line}); end the earlier one."
            )
            yield found("reference-value", folder.places.of(later), message)


def _check_gaps(folder: Folder, words: str, pieces: list[Dated]) -> Iterator[Finding]:
    for earlier, later in pairwise(sorted(pieces, key=lambda piece: piece.start)):
        if earlier.end is not None and later.start > earlier.end + timedelta(days=1):
            other = folder.places.of(earlier)
            message = (
                f"Between two {words} (the other: {other.file} line {other.line}) there are days on which none is in "
                "force; let the earlier one end on the day before, or add one for these days."
            )
            yield found("reference-value", folder.places.of(later), message)


def _dated(folder: Folder) -> Iterator[tuple[str, Hashable, Dated]]:
    yield from ((CONVENTION_WORDS, "", piece) for piece in folder.conventions)
    yield from ((REASON_WORDS, piece.reason, piece) for piece in folder.reasons)
    yield from (("coverage spans of one member", piece.member, piece) for piece in folder.coverage)
    yield from (("authorisations of one id", piece.id, piece) for piece in folder.authorizations)
    for other in folder.other_coverage:
        yield "coverages by one other payer", (other.member, other.payer_name, other.order), other
    for plan in folder.plans:
        yield from ((PLAN_WORDS, plan.id, version) for version in plan.versions)
    for contract in folder.contracts:
        for business in contract.lines_of_business:
            yield CONTRACT_WORDS, (contract.provider, business), contract
    for rule in folder.rules:
        yield from (("values of one rule parameter", (rule.rule, piece.name), piece) for piece in rule.parameters)
    yield from table_versions(folder)
    yield from _programs(folder)
    yield from _eligible(folder)
    yield from _accounts(folder)


def _programs(folder: Folder) -> Iterator[tuple[str, Hashable, Dated]]:
    for employer in folder.employers:
        for place, program in enumerate(employer.programs):
            key = (employer.id, place)
            yield from (("interest rates of one programme", key, rate) for rate in program.interest_rates)
            for target in program.cost_targets:
                yield "cost targets of one programme", (*key, target.provider), target


def _eligible(folder: Folder) -> Iterator[tuple[str, Hashable, Dated]]:
    for provider in folder.providers:
        yield from (("credentialing spans of one provider", provider.id, span) for span in provider.credentialed)
        yield from (("spans of one location", (provider.id, place.postal_code), place) for place in provider.locations)
        for person in provider.rendering:
            key = (provider.id, person.npi)
            yield from (("credentialing spans of one person", key, span) for span in person.credentialed)


def _accounts(folder: Folder) -> Iterator[tuple[str, Hashable, Dated]]:
    owners: list[tuple[str, Iterable[Dated]]] = [(provider.id, provider.accounts) for provider in folder.providers]
    owners.extend((PAYER_ACCOUNTS, payer.accounts) for payer in folder.payer)
    owners.extend((employer_account(employer.id), employer.accounts) for employer in folder.employers)
    for owner, accounts in owners:
        yield from (("bank accounts of one owner", owner, account) for account in accounts)
    for payer in folder.payer:
        yield from (("approval limits", "", limit) for limit in payer.approval_limits)
        yield from (("cut-offs of the bank", "", cut_off) for cut_off in payer.calendar.cut_offs)
