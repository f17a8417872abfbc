"""Checks of a payer folder on its names: each is given once, and each that is used is defined."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import Final

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity, Where
from hpedi.money import CENT
from hpedi.reference.authorizations import check_authorizations
from hpedi.reference.contract_checks import check_contracts
from hpedi.reference.contracts import Withhold
from hpedi.reference.edit_checks import check_edits, check_policies
from hpedi.reference.eligibility import check_eligibility
from hpedi.reference.folder import Folder
from hpedi.reference.member_checks import check_member_rows
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.reference.payer_checks import check_payer_rows
from hpedi.reference.plan_checks import check_plan_rows
from hpedi.reference.plans import PlanVersion, Program
from hpedi.reference.rate_tables import check_tables

Check = Callable[[Folder], Iterator[Finding]]

_SHARED: Final = frozenset({"deductible", "oop"})
"""Kinds of accumulators that families share."""

REQUIRED_REASONS: Final = (
    "contractual",
    "deductible",
    "coinsurance",
    "copay",
    "member_unknown",
    "before_coverage",
    "after_coverage",
    "timely_filing",
    "duplicate",
)


DENYING_REASONS: Final = (
    "member_unknown",
    "before_coverage",
    "after_coverage",
    "timely_filing",
    "duplicate",
    "not_covered",
    "provider_not_eligible",
    "cob_information",
    "code_not_valid",
    "modifier",
    "modifier_not_valid",
    "age",
    "sex",
    "ndc_missing",
    "experimental",
    "medical_necessity",
    "component_paid",
    "ptp",
    "ptp_column1_later",
    "prior_auth_absent",
    "prior_auth_exceeded",
    "prior_auth_expired",
    "prior_auth_denied",
    "prior_auth_pending",
    "prior_auth_other_service",
    "prior_auth_other_provider",
    "mue",
)
ESSENTIAL_EDITS: Final = ("member_unknown", "coverage", "exclusion", "unlisted_code")
PRIMARY: Final = "P"


def check_sections_present(folder: Folder) -> Iterator[Finding]:
    """There is a payer, there are conventions, and the reasons that rules call by name."""
    for name in ("payer", "conventions", "plans", "providers", "contracts"):
        if not getattr(folder, name):
            yield found("reference-file", Where(), f"No file of the folder holds `{name}:`; add it.")
    defined = {reason.reason for reason in folder.reasons}
    for reason in REQUIRED_REASONS:
        if reason not in defined:
            yield found("reference-link", Where(), f"The reason `{reason}` is not defined; add it under `reasons:`.")


def check_conventions(folder: Folder) -> Iterator[Finding]:
    """The edits without which nothing can be decided are in the order, each once; primary claims have a status."""
    for conventions in folder.conventions:
        missing = [name for name in ESSENTIAL_EDITS if name not in conventions.edit_order]
        if missing or len(set(conventions.edit_order)) != len(conventions.edit_order):
            message = f"The edits {', '.join(ESSENTIAL_EDITS)} must be in the order, and none twice; correct the list."
            yield _broken(folder, conventions, "edit_order", message)
        if PRIMARY not in conventions.clp02:
            yield _broken(folder, conventions, "clp02", "There is no claim status for primary claims (P); add it.")


def check_denials(folder: Folder) -> Iterator[Finding]:
    """Every reason that may deny a claim has a claim status to tell."""
    benefits = [benefit for plan in folder.plans for version in plan.versions for benefit in version.benefits]
    named = {benefit.exclusion for benefit in benefits} | {each.limit.reason for each in benefits if each.limit}
    named |= {rate.unlisted for contract in folder.contracts for rate in contract.rates}
    named |= {policy.reason for policies in folder.policies for policy in policies.medical}
    named |= {row.reason for edits in folder.edits for row in edits.modifiers}
    named |= {row.reason for edits in folder.edits for row in edits.formulary}
    for reason in folder.reasons:
        if reason.reason in {*DENYING_REASONS, *named} and not reason.pend and not reason.status277:
            yield _broken(folder, reason, "reason", "The reason denies claims and has no `status277`; add it.")


def check_ids_given_once(folder: Folder) -> Iterator[Finding]:
    """No two things of a kind have the same id."""
    groups: tuple[tuple[str, Iterable[tuple[Hashable, msgspec.Struct]]], ...] = (
        ("plan id", ((plan.id, plan) for plan in folder.plans)),
        ("provider id", ((provider.id, provider) for provider in folder.providers)),
        ("NPI of a billing provider", ((provider.npi, provider) for provider in folder.providers)),
        ("contract id", ((contract.id, contract) for contract in folder.contracts)),
        ("partner id", ((partner.id, partner) for partner in folder.partners)),
        ("employer id", ((employer.id, employer) for employer in folder.employers)),
        ("rule", ((rule.rule, rule) for rule in folder.rules)),
        ("member id", ((member.id, member) for member in folder.members)),
    )
    for words, pieces in groups:
        seen: set[Hashable] = set()
        for key, piece in pieces:
            if key in seen:
                yield _broken(folder, piece, "id", f"This {words} is given twice; give each its own.")
            seen.add(key)
    for provider in folder.providers:
        if provider.id == PAYER_ACCOUNTS:
            yield _broken(folder, provider, "id", f"A provider cannot have the id `{PAYER_ACCOUNTS}`; choose another.")


def check_members(folder: Folder) -> Iterator[Finding]:
    """Subscribers are in their family, card numbers in one family, coverage is of members and plans that exist."""
    families = {member.id: member.family for member in folder.members}
    plans = {plan.id for plan in folder.plans}
    cards: dict[str, str] = {}
    for member in folder.members:
        if families.get(member.subscriber) != member.family:
            yield _broken(folder, member, "subscriber", "The subscriber is no member of this family; name one.")
        if cards.setdefault(member.member_id, member.family) != member.family:
            yield _broken(folder, member, "member_id", "The member id stands in two families; give each its own.")
    for span in folder.coverage:
        yield from _unknown(folder, span, "member", families)
        yield from _unknown(folder, span, "plan", plans)
    for other in folder.other_coverage:
        yield from _unknown(folder, other, "member", families)


def check_plans(folder: Folder) -> Iterator[Finding]:
    """Plans name employers, reasons and accumulators that exist."""
    employers = {employer.id for employer in folder.employers}
    for plan in folder.plans:
        if not plan.versions:
            yield _broken(folder, plan, "versions", "The plan has no version; add one.")
        for version in plan.versions:
            if version.funding.employer is not None:
                yield from _unknown(folder, version.funding, "employer", employers)
            yield from _check_benefits(folder, version)
            yield from _check_limits(folder, version)
    yield from _check_programs(folder)


def _check_programs(folder: Folder) -> Iterator[Finding]:
    contracts = {contract.id for contract in folder.contracts}
    providers = {"", *(provider.id for provider in folder.providers)}  # a cost target without one is for all
    for contract in folder.contracts:
        for withhold in contract.withholds:
            yield from _check_targets(folder, withhold)
    for employer in folder.employers:
        for program in employer.programs:
            yield from _check_targets(folder, program)
            for target in program.cost_targets:
                yield from _unknown(folder, target, "provider", providers)
            if program.on_835 and not program.carc:
                message = "What is held back from the provider is told on the 835: add `group` and `carc`."
                yield _broken(folder, program, "carc", message)
            if not set(program.contracts) <= contracts:
                yield _broken(
                    folder, program, "contracts", "A contract named here is not defined; define it or correct it."
                )


def _check_targets(folder: Folder, piece: Program | Withhold) -> Iterator[Finding]:
    if piece.targets and sum(each.weight for each in piece.targets) != 1:
        yield _broken(folder, piece, "targets", "The weights of the targets do not come to 1; correct them.")


def _check_benefits(folder: Folder, version: PlanVersion) -> Iterator[Finding]:
    accumulators = {accumulator.id for accumulator in version.accumulators}
    reasons = _adjusting_reasons(folder)
    if version.carry_over is not None and not set(version.carry_over.credits) <= accumulators:
        yield _broken(folder, version.carry_over, "credits", "An accumulator named here is not defined; define it.")
    if version.carry_over is not None and not set(version.carry_over.months) <= set(range(1, 13)):
        yield _broken(folder, version.carry_over, "months", "A month is 1 to 12; correct the list.")
    for benefit in version.benefits:
        if benefit.exclusion is not None:
            yield from _unknown(folder, benefit, "exclusion", reasons)
        if benefit.limit is not None:
            yield from _unknown(folder, benefit.limit, "acc", accumulators)
            yield from _unknown(folder, benefit.limit, "reason", reasons)
        for part in benefit.cost_share:
            if (part.type == "copay") != (part.amount is not None):
                yield _broken(folder, part, "type", "A copay, and nothing else, has an `amount`.")
            if (part.type == "coinsurance") != (part.rate is not None):
                yield _broken(folder, part, "type", "A coinsurance, and nothing else, has a `rate`.")
            tiers = {benefit.tier_override} if benefit.tier_override else set(benefit.tiers)
            counted = {accumulator.tier for accumulator in version.accumulators if accumulator.kind == "deductible"}
            if part.type == "deductible" and "ALL" not in counted and not tiers <= counted:
                yield _broken(folder, part, "type", "The plan has no deductible accumulator in this tier; add one.")


def _check_limits(folder: Folder, version: PlanVersion) -> Iterator[Finding]:
    seen: set[str] = set()
    for accumulator in version.accumulators:
        if accumulator.id in seen:
            yield _broken(
                folder, accumulator, "id", "This accumulator id is given twice in the plan; give each its own."
            )
        seen.add(accumulator.id)
        if version.family_tier == "aggregate" and accumulator.scope == "individual" and accumulator.kind in _SHARED:
            message = "An aggregate plan has family limits only: this one counts and never limits. Leave it out."
            yield found("reference-value", folder.places.of(accumulator), message, severity=Severity.WARNING)


def check_opening_balances(folder: Folder) -> Iterator[Finding]:
    """Opening balances name plans, accumulators and owners that exist, in whole cents or visits, each once."""
    known = {
        (plan.id, accumulator.id): accumulator.scope
        for plan in folder.plans
        for version in plan.versions
        for accumulator in version.accumulators
    }
    owners = {
        "individual": {member.id for member in folder.members},
        "family": {member.family for member in folder.members},
    }
    seen: set[Hashable] = set()
    for balance in folder.opening_balances:
        scope = known.get((balance.plan, balance.accumulator))
        if scope is None:
            yield _broken(folder, balance, "accumulator", "The plan has no such accumulator; correct the name.")
        elif balance.owner not in owners[scope]:
            yield _broken(folder, balance, "owner", f"No {scope} owner has this id; name a member or a family.")
        if balance.amount != balance.amount.quantize(CENT):
            yield found(
                "reference-value", folder.places.of(balance), "An opening balance has at most two decimal places."
            )
        key = (balance.plan, balance.accumulator, balance.owner, balance.period, balance.reference)
        if key in seen:
            yield _broken(
                folder, balance, "accumulator", "This balance is given twice; add them up or name another reference."
            )
        seen.add(key)


def check_opening_payee_balances(folder: Folder) -> Iterator[Finding]:
    """Opening balances of payees name providers that exist, each reference once."""
    providers = {provider.id for provider in folder.providers}
    seen: set[Hashable] = set()
    for balance in folder.opening_payee_balances:
        yield from _unknown(folder, balance, "provider", providers)
        key = (balance.provider, balance.kind, balance.reference)
        if key in seen:
            yield _broken(folder, balance, "reference", "This balance is given twice; add them up.")
        seen.add(key)


def check_folder_authorizations(folder: Folder) -> Iterator[Finding]:
    """Authorisations are of members and providers that exist, and do not overlap."""
    members = frozenset(member.id for member in folder.members)
    providers = frozenset(provider.id for provider in folder.providers)
    yield from check_authorizations(folder.authorizations, members, providers, folder.places)


def check_eligibility_answers(folder: Folder) -> Iterator[Finding]:
    """What inquiries are answered with names plans that are defined."""
    plans = frozenset(plan.id for plan in folder.plans)
    for terms in folder.eligibility:
        yield from check_eligibility(terms, plans, folder.places)


def _adjusting_reasons(folder: Folder) -> set[str]:
    return {reason.reason for reason in folder.reasons if reason.carc}


def _unknown(folder: Folder, piece: msgspec.Struct, field: str, known: Collection[object]) -> Iterator[Finding]:
    if getattr(piece, field) not in known:
        yield _broken(
            folder, piece, field, f"`{field}` names something that is not defined; define it or correct the name."
        )


def _broken(folder: Folder, piece: msgspec.Struct, field: str, message: str) -> Finding:
    return found("reference-link", folder.places.of(piece, field), message)


CHECKS: Final[tuple[Check, ...]] = (
    check_sections_present,
    check_conventions,
    check_denials,
    check_ids_given_once,
    check_members,
    check_contracts,
    check_plans,
    check_opening_balances,
    check_opening_payee_balances,
    check_tables,
    check_folder_authorizations,
    check_edits,
    check_policies,
    check_eligibility_answers,
    check_member_rows,
    check_plan_rows,
    check_payer_rows,
)
"""All checks on names, in the order they run."""
