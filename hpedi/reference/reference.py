"""Everything the payer knows but its members, in memory and indexed: what was known at one snapshot, by date in force.

It answers which provider, contract, plan, fee, reason or rule parameter holds on a day. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

import msgspec

from hpedi.money import ZERO, Usd
from hpedi.reference.contracts import ApcTable, ApcVersion, Contract, DrgTable, DrgVersion, FeeSchedule, FeeVersion
from hpedi.reference.conventions import Conventions, ConventionsHistory, Reason, ReasonCodes, RuleFile, RuleParameter
from hpedi.reference.dated import in_force
from hpedi.reference.edits import Edits
from hpedi.reference.eligibility import NO_ELIGIBILITY_TERMS, EligibilityTerms
from hpedi.reference.partner_changes import PARTNER, PARTNER_CHANGE, PartnerChange, with_changes
from hpedi.reference.partners import Partner
from hpedi.reference.payer import PAYER_ACCOUNTS, Account, BankAccounts, CutOff, Payer, employer_account
from hpedi.reference.plans import Employer, Plan, PlanVersion
from hpedi.reference.policies import Policies
from hpedi.reference.providers import BillingProvider
from hpedi.reference.records import ReferenceRecord, content_of

Content = TypeVar("Content", bound=msgspec.Struct)


class NotAPayer(ValueError):
    """The records hold no payer or no conventions: they are no snapshot of a payer folder."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reference:
    """What the payer knew at a snapshot. Compared and hashed by identity: parameters compiled from it are kept by it.

    Attributes:
        snapshot: Id of the snapshot.
        payer: The payer.
        plans: By id.
        providers: By id.
        partners: In the order of their ids.
        contracts: By provider id and line of business.
        employers: By id.
        edits: Edit tables; empty where none were loaded.
        policies: Policies; empty likewise.
        eligibility: What inquiries are answered with; empty likewise.
    """

    snapshot: int
    payer: Payer
    plans: Mapping[str, Plan]
    providers: Mapping[str, BillingProvider]
    partners: tuple[Partner, ...]
    contracts: Mapping[tuple[str, str], tuple[Contract, ...]]
    employers: Mapping[str, Employer]
    edits: Edits
    policies: Policies
    eligibility: EligibilityTerms
    _conventions: tuple[Conventions, ...]
    _by_npi: Mapping[str, BillingProvider]
    _fees: Mapping[str, tuple[FeeVersion, ...]]
    _drgs: Mapping[str, tuple[DrgVersion, ...]]
    _apcs: Mapping[str, tuple[ApcVersion, ...]]
    _reasons: Mapping[str, tuple[Reason, ...]]
    _rules: Mapping[str, RuleFile]
    _accounts: Mapping[str, tuple[Account, ...]] = field(repr=False)

    @classmethod
    def of(cls, records: Iterable[ReferenceRecord], *, snapshot: int = 0) -> Reference:
        """Index the records of a snapshot; families are passed over.

        Raises:
            NotAPayer: There is no payer or no conventions record.
        """
        kinds: dict[str, list[ReferenceRecord]] = {}
        for record in records:
            kinds.setdefault(record.kind, []).append(record)
        if "payer" not in kinds or "conventions" not in kinds:
            raise NotAPayer("no payer was loaded")
        providers = {provider.id: provider for provider in _contents(kinds, "provider", BillingProvider)}
        return cls(
            snapshot=snapshot,
            payer=next(_contents(kinds, "payer", Payer)),
            plans={plan.id: plan for plan in _contents(kinds, "plan", Plan)},
            providers=providers,
            partners=with_changes(_contents(kinds, PARTNER, Partner), _contents(kinds, PARTNER_CHANGE, PartnerChange)),
            contracts=_contracts(_contents(kinds, "contract", Contract)),
            employers={employer.id: employer for employer in _contents(kinds, "employer", Employer)},
            edits=next(_contents(kinds, "edits", Edits), _NO_EDITS),
            policies=next(_contents(kinds, "policies", Policies), _NO_POLICIES),
            eligibility=next(_contents(kinds, "eligibility", EligibilityTerms), NO_ELIGIBILITY_TERMS),
            _conventions=next(_contents(kinds, "conventions", ConventionsHistory)).versions,
            _by_npi={provider.npi: provider for provider in providers.values()},
            _fees={schedule.id: schedule.versions for schedule in _contents(kinds, "fee_schedule", FeeSchedule)},
            _drgs={table.id: table.versions for table in _contents(kinds, "drg_table", DrgTable)},
            _apcs={table.id: table.versions for table in _contents(kinds, "apc_table", ApcTable)},
            _reasons=_reasons(next(_contents(kinds, "reason_codes", ReasonCodes), ReasonCodes(reasons=())).reasons),
            _rules={rule.rule: rule for rule in _contents(kinds, "rule", RuleFile)},
            _accounts={each.owner: each.accounts for each in _contents(kinds, "bank_account", BankAccounts)},
        )

    @property
    def claim_filing_by_plan(self) -> Mapping[str, str]:
        """The claim filing indicator (CLP06) of the plans that have their own."""
        return {plan.id: plan.claim_filing for plan in self.plans.values() if plan.claim_filing}

    @property
    def billing_npis(self) -> Container[str]:
        """The NPIs of all billing providers."""
        return self._by_npi.keys()

    def provider_by_npi(self, npi: str) -> BillingProvider | None:
        """Return the billing provider of an NPI."""
        return self._by_npi.get(npi)

    def contract(self, provider: str, line_of_business: str, day: date) -> Contract | None:
        """Return the contract of a provider id in force for a line of business on a date of service."""
        return in_force(self.contracts.get((provider, line_of_business), ()), day)

    def plan_version(self, plan: str, day: date) -> PlanVersion | None:
        """Return the version of a plan in force on a date of service."""
        found = self.plans.get(plan)
        return in_force(found.versions, day) if found else None

    def fee_version(self, schedule: str, day: date) -> FeeVersion | None:
        """Return the version of a fee schedule in force on a date of service."""
        return in_force(self._fees.get(schedule, ()), day)

    def drg_version(self, table: str, day: date) -> DrgVersion | None:
        """Return the version of a table of DRG weights in force on a date of discharge."""
        return in_force(self._drgs.get(table, ()), day)

    def apc_version(self, table: str, day: date) -> ApcVersion | None:
        """Return the version of an APC table in force on a date of service."""
        return in_force(self._apcs.get(table, ()), day)

    def conventions(self, received: date) -> Conventions | None:
        """Return the conventions for claims received on a day."""
        return in_force(self._conventions, received)

    def reason(self, name: str, received: date) -> Reason | None:
        """Return the codes of a reason on claims received on a day."""
        return in_force(self._reasons.get(name, ()), received)

    def claim_statuses(self, received: date) -> Mapping[tuple[str, str], str]:
        """Return the claim statuses of claims received on a day, by group and code of the reasons that have one."""
        every = [in_force(versions, received) for versions in self._reasons.values()]
        told = [each for each in every if each is not None and each.status277 and each.group is not None]
        return {(each.group or "", each.carc): each.status277 for each in reversed(told)}

    def unclean_codes(self, received: date) -> frozenset[tuple[str, str]]:
        """Return group and code of the reasons for which a claim received on a day is not clean."""
        every = (in_force(versions, received) for versions in self._reasons.values())
        return frozenset((each.group or "", each.carc) for each in every if each is not None and not each.clean_claim)

    def rule_parameter(self, rule: str, name: str, day: date) -> RuleParameter | None:
        """Return the parameter of a rule in force on a day."""
        file = self._rules.get(rule)
        return in_force((each for each in file.parameters if each.name == name), day) if file else None

    def account(self, provider: str, day: date) -> Account | None:
        """Return the bank account a provider id is paid to on a payment date; None: paid by check."""
        return in_force(self._accounts.get(provider, ()), day)

    def funding_account(self, day: date, owner: str = PAYER_ACCOUNTS) -> Account | None:
        """Return the account claims are paid from on a payment date: the payer's, or another of ours by its id."""
        return self.account(owner, day)

    def funding_account_of(self, plan: str, day: date) -> str:
        """Return our id of the account that pays claims of a plan: its employer's own; empty: the payer's.

        Args:
            plan: Our id of the plan.
            day: Of the services.
        """
        version = self.plan_version(plan, day)
        owner = employer_account(version.funding.employer or "") if version is not None else ""
        return owner if owner in self._accounts else ""

    def approval_limit(self, day: date) -> Usd:
        """Return the amount up to which payments approve themselves on a day; 0.00 where none is in force."""
        limit = in_force(self.payer.approval_limits, day)
        return limit.limit if limit else ZERO

    def run_limit(self, day: date) -> Usd | None:
        """Return the total up to which runs need no approval of all their payments on a day; None where none is set."""
        limit = in_force(self.payer.approval_limits, day)
        return limit.run_limit if limit else None

    def cut_off(self, day: date) -> CutOff | None:
        """Return when the bank must have our files of a day; None where that does not matter."""
        return in_force(self.payer.calendar.cut_offs, day)


_NO_EDITS: Final = Edits()
_NO_POLICIES: Final = Policies()


def _contents(kinds: Mapping[str, list[ReferenceRecord]], kind: str, content: type[Content]) -> Iterator[Content]:
    return (content_of(record, content) for record in kinds.get(kind, ()))


def _contracts(contracts: Iterable[Contract]) -> Mapping[tuple[str, str], tuple[Contract, ...]]:
    indexed: dict[tuple[str, str], tuple[Contract, ...]] = {}
    for contract in contracts:
        for business in contract.lines_of_business:
            key = (contract.provider, business)
            indexed[key] = (*indexed.get(key, ()), contract)
    return indexed


def _reasons(reasons: Iterable[Reason]) -> Mapping[str, tuple[Reason, ...]]:
    indexed: dict[str, tuple[Reason, ...]] = {}
    for reason in reasons:
        indexed[reason.reason] = (*indexed.get(reason.reason, ()), reason)
    return indexed
