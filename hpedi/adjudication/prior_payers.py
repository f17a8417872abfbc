"""What the payers before us made of a claim: paid and taken off by contract, line by line, to the cent.

A payer tells it by line (2430 SVD, CAS) or for the whole claim (2320 AMT*D, CAS); what it tells for the claim is
spread over the lines so that it adds up. What it left to the patient (PR) is nobody's payment, and what it reports of
the payers before it (CARC 23) is in their own figures.

Source: 005010X222A1 1.4.1 (coordination of benefits); X12 RFI 1696, 2143, 2548.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Claim, LineAdjudication, OtherPayer, ServiceLine
from hpedi.money import ZERO, Usd, allocate
from hpedi.reference.reference import Reference

RULE: Final = "coordination_of_benefits"
FIRST: Final = "P"
PATIENT: Final = "PR"


@dataclass(frozen=True, slots=True)
class Prior:
    """What all earlier payers together made of a line or of a claim, in US dollars.

    Attributes:
        paid: What they paid.
        contractual: What they took off for other reasons than that the patient owes it; negative adds.
    """

    paid: Usd = ZERO
    contractual: Usd = ZERO

    @property
    def impact(self) -> Usd:
        """What stands before us: the amount of OA-23."""
        return self.paid + self.contractual

    def plus(self, other: Prior) -> Prior:
        """Return both together."""
        return Prior(self.paid + other.paid, self.contractual + other.contractual)


@dataclass(frozen=True, slots=True)
class PriorPayers:
    """The payers before us on a claim.

    Attributes:
        payers: In the order in which they pay.
        by_line: What they made of each line of the claim, by its number.
        by_claim: What they made of the whole claim.
        waits_for: What of their decisions is missing, in a sentence; empty where nothing is.
    """

    payers: tuple[OtherPayer, ...]
    by_line: Mapping[int, Prior]
    by_claim: Prior
    waits_for: str = ""


def prior_payers(claim: Claim, reference: Reference, received: date) -> PriorPayers | None:
    """Return the payers before us on a claim; None where we pay first.

    Args:
        claim: The claim.
        reference: Holds the order of payers, in rule coordination_of_benefits.
        received: The day of receipt, which picks the rule's parameters.
    """
    own = claim.subscriber.payer_responsibility
    if own == FIRST:
        decided_first = any(_has_decided(payer, claim.lines) for payer in claim.other_payers)
        return _waiting("Another payer has decided the claim, and it names us first.") if decided_first else None
    rank = {code: place for place, code in enumerate(_values(reference, "payer_sequence", received))}
    if own not in rank:
        return _waiting("The claim does not say which payer we are, or the order of payers is not loaded.")
    before = [each for each in claim.other_payers if rank.get(each.payer_responsibility, 0) < rank[own]]
    payers = tuple(sorted(before, key=lambda each: rank.get(each.payer_responsibility, 0)))
    if not payers or not all(_has_decided(payer, claim.lines) for payer in payers):
        return _waiting("We are not the first payer, and the decision of an earlier one is not on the claim.")
    told = frozenset(_values(reference, "prior_impact_carc", received))
    by_line = [_sum(each) for each in zip(*(_by_line(payer, claim.lines, told) for payer in payers), strict=True)]
    numbers = [line.number for line in claim.lines]
    return PriorPayers(payers, dict(zip(numbers, by_line, strict=True)), _sum(by_line))


def of_accepted(prior: PriorPayers, lines: Sequence[ServiceLine], accepted: Mapping[int, Usd]) -> PriorPayers:
    """Return what earlier payers made of what is accepted of a claim, so that nothing of the rest lowers our payment.

    Args:
        prior: What they made of the whole.
        lines: The lines of the claim.
        accepted: US dollars charged for what is accepted of each line, by its number; absent where it is denied.

    Returns:
        Of each line the share that the charge has; of the claim the sum.
    """
    if all(accepted.get(line.number) == line.charged for line in lines):
        return prior
    by_line = {
        line.number: _share(prior.by_line[line.number], accepted.get(line.number), line.charged) for line in lines
    }
    return replace(prior, by_line=by_line, by_claim=_sum(by_line.values()))


def _share(prior: Prior, accepted: Usd | None, charged: Usd) -> Prior:
    if accepted is None:
        return Prior()
    if accepted == charged:
        return prior
    weights = (accepted, charged - accepted)
    return Prior(allocate(prior.paid, weights)[0], allocate(prior.contractual, weights)[0])


def _waiting(waits_for: str) -> PriorPayers:
    return PriorPayers((), {}, Prior(), waits_for)


def _values(reference: Reference, name: str, day: date) -> tuple[str, ...]:
    parameter = reference.rule_parameter(RULE, name, day)
    return parameter.values if parameter is not None else ()


def _has_decided(payer: OtherPayer, lines: Sequence[ServiceLine]) -> bool:
    return payer.paid is not None or bool(payer.adjustments) or any(_of_payer(payer, line) for line in lines)


def _of_payer(payer: OtherPayer, line: ServiceLine) -> list[LineAdjudication]:
    return [each for each in line.adjudications if each.payer_id == payer.payer_id]


def _by_line(payer: OtherPayer, lines: Sequence[ServiceLine], told: Collection[str]) -> tuple[Prior, ...]:
    """Spread a payer's figures over the lines: its own line figures first, the claim's by what it paid or we charge."""
    own = [_of_payer(payer, line) for line in lines]
    paid = [sum((each.paid for each in of_line), ZERO) for of_line in own]
    taken_off = [sum((_contractual(each.adjustments, told) for each in of_line), ZERO) for of_line in own]
    paid_beyond_lines = payer.paid - sum(paid, ZERO) if payer.paid is not None else ZERO
    weights = paid if all(each >= ZERO for each in paid) and any(paid) else _charges(lines)
    of_claim = zip(
        allocate(paid_beyond_lines, weights), allocate(_contractual(payer.adjustments, told), weights), strict=True
    )
    return tuple(
        Prior(line_paid + more_paid, line_off + more_off)
        for line_paid, line_off, (more_paid, more_off) in zip(paid, taken_off, of_claim, strict=True)
    )


def _charges(lines: Sequence[ServiceLine]) -> list[Decimal]:
    return [max(line.charged, ZERO) for line in lines]


def _contractual(adjustments: Iterable[Adjustment], told: Collection[str]) -> Usd:
    return sum((each.amount for each in adjustments if each.group != PATIENT and each.carc not in told), ZERO)


def _sum(priors: Iterable[Prior]) -> Prior:
    whole = Prior()
    for each in priors:
        whole = whole.plus(each)
    return whole
