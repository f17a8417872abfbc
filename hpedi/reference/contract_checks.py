"""Checks of a payer folder on contracts: each rate says what its method needs, nothing else, and can apply."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.reference.contracts import ContractRate, Level, Method, MultipleProcedure, RateCondition
from hpedi.reference.folder import Folder


@dataclass(frozen=True, slots=True)
class MethodTerms:
    """What a rate of a method must say, may say, and which levels it may have, its usual one first."""

    needs: frozenset[str]
    may: frozenset[str]
    levels: tuple[Level, ...]


TERMS: Final[Mapping[Method, MethodTerms]] = {
    "fee_schedule": MethodTerms(
        frozenset({"fee_schedule"}), frozenset({"bilateral", "multiple_procedure", "shares"}), ("line",)
    ),
    "percent_of_charge": MethodTerms(frozenset({"percent"}), frozenset({"cap_fee_schedule"}), ("line", "claim")),
    "drg": MethodTerms(frozenset({"base", "drg_table"}), frozenset({"outlier", "transfer"}), ("claim",)),
    "per_diem": MethodTerms(frozenset({"rate"}), frozenset({"all_inclusive", "room_revenue_codes"}), ("claim", "line")),
    "case_rate": MethodTerms(
        frozenset({"rate"}), frozenset({"max_services", "window_days", "episode_key", "after_max"}), ("line", "claim")
    ),
    "apc": MethodTerms(frozenset({"apc_table"}), frozenset({"bilateral", "multiple_procedure"}), ("line",)),
    "capitation": MethodTerms(frozenset(), frozenset({"pmpm", "group", "carc"}), ("line",)),
}
SPECIAL: Final = frozenset(name for terms in TERMS.values() for name in terms.needs | terms.may)
"""Terms that only some methods have."""

TABLES: Final[Mapping[str, str]] = {
    "fee_schedule": "fee_schedule",
    "cap_fee_schedule": "fee_schedule",
    "drg_table": "drg_table",
    "apc_table": "apc_table",
}
"""The kind of table that a term names."""


def check_contracts(folder: Folder) -> Iterator[Finding]:
    """Contracts name providers, tables and reasons that exist; their rates say what their methods need."""
    providers = {provider.id for provider in folder.providers}
    known = _Known.of(folder)
    for contract in folder.contracts:
        yield from _unknown(folder, contract, "provider", providers)
        if not contract.rates:
            yield _broken(folder, contract, "rates", "The contract has no rate; add one.")
        if contract.disputes is not None and min(contract.disputes.days_to_file, contract.disputes.days_to_answer) < 1:
            yield _broken(folder, contract.disputes, "days_to_answer", "Days of disputes are at least 1; correct them.")
        for number, rate in enumerate(contract.rates):
            yield from _check_names(folder, rate, known)
            yield from _check_terms(folder, rate)
            yield from _check_values(folder, rate)
            yield from _check_place(folder, rate, contract.rates[:number])


@dataclass(frozen=True, slots=True)
class _Known:
    """The names of tables by their kind, and of the reasons that adjust."""

    tables: Mapping[str, Collection[str]]
    reasons: Collection[str]

    @classmethod
    def of(cls, folder: Folder) -> _Known:
        tables = {
            "fee_schedule": {row.fee_schedule for row in folder.fees},
            "drg_table": {row.drg_table for row in folder.drg_rows},
            "apc_table": {row.apc_table for row in folder.apc_rows},
        }
        return cls(tables, {reason.reason for reason in folder.reasons if reason.carc})


def _check_names(folder: Folder, rate: ContractRate, known: _Known) -> Iterator[Finding]:
    for term, kind in TABLES.items():
        if getattr(rate, term) is not None:
            yield from _unknown(folder, rate, term, known.tables[kind])
    if rate.after_max is not None:
        yield from _unknown(folder, rate.after_max, "fee_schedule", known.tables["fee_schedule"])
    if rate.when.any_line_apc_status is not None:
        yield from _unknown(folder, rate.when.any_line_apc_status, "table", known.tables["apc_table"])
    if rate.unlisted is not None:
        yield from _unknown(folder, rate, "unlisted", known.reasons)


def _check_terms(folder: Folder, rate: ContractRate) -> Iterator[Finding]:
    terms, usual = TERMS[rate.method], _USUAL
    for name in sorted(terms.needs):
        if getattr(rate, name) is None:
            yield _broken(folder, rate, "method", f"A rate by {rate.method} names no `{name}`; add it.")
    for name in sorted(SPECIAL - terms.needs - terms.may):
        if getattr(rate, name) != usual[name]:
            message = f"A rate by {rate.method} has no `{name}`: take it off, or correct the method."
            yield _broken(folder, rate, name, message)
    if rate.level is not None and rate.level not in terms.levels:
        yield _broken(folder, rate, "level", f"A rate by {rate.method} prices the {terms.levels[0]}; correct it.")


def _check_values(folder: Folder, rate: ContractRate) -> Iterator[Finding]:
    if rate.method == "case_rate" and not rate.prices_claim:
        for name in ("max_services", "window_days"):
            if (getattr(rate, name) or 0) < 1:
                yield _broken(folder, rate, name, f"A case rate needs a `{name}` of at least 1; add it.")
    yield from _check_days(folder, rate)
    if (rate.group is None) != (rate.carc is None):
        yield _broken(folder, rate, "group", "`group` and `carc` go together; add the other.")
    if rate.transfer is not None and rate.transfer.extra_days < 0:
        yield _broken(folder, rate.transfer, "extra_days", "`extra_days` is not below zero; correct it.")
    if rate.multiple_procedure is not None:
        yield from _check_ranking(folder, rate, rate.multiple_procedure)
    for share in rate.shares:
        if not share.modifiers and not share.pos:
            yield _broken(folder, share, "id", "A share needs `modifiers` or `pos` that say when it holds; add them.")


def _check_days(folder: Folder, rate: ContractRate) -> Iterator[Finding]:
    if rate.method == "per_diem" and rate.all_inclusive == (rate.level == "line"):
        message = "Days that include all services price the claim, others the line; correct `all_inclusive` or `level`."
        yield _broken(folder, rate, "all_inclusive", message)
    if not rate.all_inclusive and not rate.room_revenue_codes:
        yield _broken(folder, rate, "all_inclusive", "Days alone are paid by `room_revenue_codes`; add them.")


def _check_ranking(folder: Folder, rate: ContractRate, ranking: MultipleProcedure) -> Iterator[Finding]:
    wanted, other = ("status", "indicator") if rate.method == "apc" else ("indicator", "status")
    if getattr(ranking, wanted) is None or getattr(ranking, other) is not None:
        message = f"Procedures by {rate.method} are ranked by their `{wanted}`; name it, and no `{other}`."
        yield _broken(folder, ranking, other, message)
    shares = (*ranking.percents, ranking.subsequent)
    if any(later > earlier for earlier, later in pairwise(shares)):
        yield _broken(folder, ranking, "percents", "A later procedure has a larger share than one before; correct it.")
    if not ranking.same_day:
        yield _broken(folder, ranking, "same_day", "Procedures are ranked within a day; say `same_day: true`.")


def _check_place(folder: Folder, rate: ContractRate, earlier: tuple[ContractRate, ...]) -> Iterator[Finding]:
    """A rate that stands after one that takes everything it would take is never used: one of the two is wrong."""
    if any(rate.id == other.id for other in earlier):
        yield _broken(folder, rate, "id", "This rate id is given twice in the contract; give each its own.")
    if any(other.all_inclusive and other.when in (_ALWAYS, rate.when) for other in earlier):
        message = "An earlier rate of the contract takes all that this one would; put this one first or take one off."
        yield _broken(folder, rate, "when", message)


def _unknown(folder: Folder, piece: msgspec.Struct, field: str, known: Collection[object]) -> Iterator[Finding]:
    if getattr(piece, field) not in known:
        message = f"`{field}` names something that is not defined; define it or correct the name."
        yield _broken(folder, piece, field, message)


def _broken(folder: Folder, piece: msgspec.Struct, field: str, message: str) -> Finding:
    return found("reference-link", folder.places.of(piece, field), message)


_ALWAYS: Final = RateCondition()
_USUAL: Final[Mapping[str, object]] = {
    field.encode_name: field.default for field in msgspec.structs.fields(ContractRate) if field.name in SPECIAL
}
