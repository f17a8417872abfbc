"""Checks of a claim against what this payer has loaded, small and named, in one list; all others are rules.

A check says whether a claim holds; what failing means (level, weight, 277CA status) is its row in `finding_kinds`.
Rules that decide what is paid are not here: they belong to adjudication.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hpedi.claims.claim import Claim
from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, FindingKind, Where
from hpedi.identifiers import npi


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerFacts:
    """What the checks of this payer need to know.

    Attributes:
        payer_ids: The ids under which claims may be sent to us (2010BB NM109).
        billing_npis: The NPIs of the billing providers we know.
        may_submit: Says whether the sender may send claims of a submitter (1000A NM109).
        may_submit_for: Says whether the sender may send a claim for its billing provider.
    """

    payer_ids: Container[str]
    billing_npis: Container[str]
    may_submit: Callable[[str], bool] = lambda _submitter: True
    may_submit_for: Callable[[Claim], bool] = lambda _claim: True


Holds: TypeAlias = Callable[[Claim], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A check.

    Attributes:
        kind: The kind of finding where it fails.
        holds: Says whether a claim passes.
        element: The element of CLM at fault, where it is one.
        source: Who says so.
    """

    kind: str
    holds: Holds
    element: int | None = None
    source: str = ""

    @property
    def finding_kind(self) -> FindingKind:
        """The kind of finding where it fails."""
        return FINDING_KINDS[self.kind]


def billing_npi_is_sent(claim: Claim) -> bool:
    """The billing provider has an NPI."""
    return bool(claim.billing.npi)


def payer_checks(facts: PayerFacts) -> tuple[ClaimCheck, ...]:
    """Return the checks for a claim sent to us: who it is for, who sends it and who bills."""

    def payer_is_us(claim: Claim) -> bool:
        return claim.payer.id in facts.payer_ids

    def submitter_is_approved(claim: Claim) -> bool:
        return facts.may_submit(claim.submitter_id)

    def submitter_is_authorised(claim: Claim) -> bool:
        return facts.may_submit_for(claim)

    def billing_provider_is_known(claim: Claim) -> bool:
        billing = claim.billing.npi
        # Who may not send for a provider does not learn either whether we know it.
        return not npi.is_valid(billing) or billing in facts.billing_npis or not facts.may_submit_for(claim)

    source = "companion guide of this payer"
    return (
        ClaimCheck(kind="payer-not-us", holds=payer_is_us, source=source),
        ClaimCheck(kind="submitter-not-approved", holds=submitter_is_approved, source=source),
        ClaimCheck(kind="submitter-not-authorised-for-provider", holds=submitter_is_authorised, source=source),
        ClaimCheck(kind="billing-npi-missing", holds=billing_npi_is_sent, source=source),
        ClaimCheck(kind="billing-provider-unknown", holds=billing_provider_is_known, source=source),
    )


def check_claim(claim: Claim, checks: Sequence[ClaimCheck], where: Callable[[], Where]) -> list[Finding]:
    """Return a finding for each check that the claim fails.

    Args:
        claim: What to check.
        checks: In the order of their findings.
        where: Asked for the place of the claim's CLM when something is found.
    """
    return [_failed(check, where()) for check in checks if not check.holds(claim)]


def _failed(check: ClaimCheck, where: Where) -> Finding:
    return found(check.kind, where, source=check.source).within(element=check.element)
