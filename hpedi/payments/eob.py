"""A member's explanation of benefits: one decided claim in plain words, from its decision and what was counted by then.

It decides nothing and adds up only what the decision says. The words are data: mappings/payments/eob_texts.yaml, and
the payer's own on how to appeal. Where it is not the patient's to pay, it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from hpedi.adjudication.decision import ClaimDecision
from hpedi.benefits.accumulators import PostedEntry
from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd
from hpedi.reference.dated import Dated, Entry, in_force
from hpedi.reference.plans import PlanVersion

PATIENT: Final = "PR"


class EobTexts(Dated, frozen=True, kw_only=True):
    """The words in force in a span of days: by group and code, by code, by group; and on how to appeal."""

    by_group: Mapping[str, str]
    reasons: Mapping[str, str]
    appeals: tuple[str, ...]
    source: str

    def of(self, adjustment: Adjustment) -> str:
        """Return why an amount was taken off."""
        by_both = self.reasons.get(f"{adjustment.group}-{adjustment.carc}")
        return by_both or self.reasons.get(adjustment.carc) or self.by_group.get(adjustment.group, "")


class _TextsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[EobTexts, ...]


def load_eob_texts(content: bytes, day: date) -> EobTexts:
    """Return the words in force on a day, from the YAML of mappings/payments/eob_texts.yaml.

    Raises:
        LookupError: None are.
    """
    texts = in_force(msgspec.yaml.decode(content, type=_TextsFile).versions, day)
    if texts is None:
        raise LookupError(f"no words of an explanation of benefits are in force on {day}")
    return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class EobReason:
    """An amount that the plan did not pay, and why. `owed`: the patient may owe it."""

    code: str
    amount: Usd
    owed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EobLine:
    """A service: what was billed, allowed, paid by the plan, and what the patient may owe, US dollars.

    Where the claim is priced as one, `allowed` and `paid` are the line's share, and what is owed stands with the claim.
    """

    number: int
    day: date
    service: str
    billed: Usd
    allowed: Usd
    paid: Usd
    owed: Usd
    reasons: tuple[EobReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EobBalance:
    """A deductible, maximum or count after this claim: US dollars, or visits; `of` names the benefits it limits."""

    kind: str
    of: str
    scope: str
    tier: str
    limit: Decimal
    used: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EobVersion:
    """A version of the claim's decision: its kind, day, and what it paid and left to the patient, US dollars."""

    version: int
    kind: str
    decided_on: date
    paid: Usd
    owed: Usd
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Eob:
    """An explanation of benefits.

    Attributes:
        claim: Our number of the claim; `version` of it is explained.
        patient: Name; `member_id` as on the card.
        paid: US dollars that the plan pays to the provider; `paid_to_member` goes to the subscriber instead.
        owed: US dollars that the patient may owe: the sum of all PR adjustments.
        reasons: Those of the claim as a whole; of lines they stand with the line.
        appeals: Paragraphs on how to appeal; `contact` is whom to ask.
    """

    claim: str
    version: int
    decided_on: date
    payer: str
    contact: tuple[str, ...]
    patient: str
    member_id: str
    provider: str
    plan: str
    lines: tuple[EobLine, ...]
    reasons: tuple[EobReason, ...]
    billed: Usd
    allowed: Usd
    paid: Usd
    paid_to_member: Usd
    owed: Usd
    balances: tuple[EobBalance, ...]
    versions: tuple[EobVersion, ...]
    appeals: tuple[str, ...]

    def owed_for(self, line: EobLine) -> Usd | None:
        """Return what the patient may owe for a service, US dollars; None where it is owed for the claim as one."""
        return None if any(each.owed for each in self.reasons) and not line.owed else line.owed


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCheck:
    """What a check pays to a subscriber instead of providers.

    Attributes:
        pay_to: The name on it.
        amount: US dollars.
        in_place_of: The number of the check whose place it takes; empty where it is none of these.
        paid: The explanations of the claims that it pays, and what it pays of each, below 0.00 what is taken back.
    """

    payer: str
    number: str
    day: date
    pay_to: str
    amount: Usd
    in_place_of: str
    paid: tuple[tuple[Eob, Usd], ...]


def reasons_of(adjustments: Iterable[Adjustment], texts: EobTexts) -> tuple[EobReason, ...]:
    """Return why amounts were taken off, in the order of the decision."""
    return tuple(
        EobReason(
            code=f"{each.group}-{each.carc}",
            amount=each.amount,
            owed=each.group == PATIENT,
            text=texts.of(each),
        )
        for each in adjustments
    )


def lines_of(decision: ClaimDecision, revenue_codes: Mapping[int, str], texts: EobTexts) -> tuple[EobLine, ...]:
    """Return the services of a decision.

    Args:
        decision: The decision.
        revenue_codes: By the number of the line: what names a service that has no procedure code.
        texts: The words in force.
    """
    return tuple(
        EobLine(
            number=line.number,
            day=line.date,
            service=line.code or f"revenue code {revenue_codes.get(line.number, '')}".rstrip(),
            billed=line.charged,
            allowed=line.allowed,
            paid=line.paid,
            owed=sum((each.amount for each in line.adjustments if each.group == PATIENT), ZERO),
            reasons=reasons_of(line.adjustments, texts),
        )
        for line in decision.lines
    )


def balances_of(
    decision: ClaimDecision,
    decided_on: date,
    plan: PlanVersion,
    period: date,
    posted: Sequence[PostedEntry],
) -> tuple[EobBalance, ...]:
    """Return the counters of the claim's benefit year as they stood once the claim was counted.

    Args:
        decision: The decision explained.
        decided_on: When it was final.
        plan: The version in force on the day of service.
        period: First day of the benefit year.
        posted: The entries of member and family, in the order they were added.
    """
    until = _counted_until(decision, decided_on, posted)
    used: dict[tuple[str, str], Decimal] = {}
    for each in posted[:until]:
        key = each.entry.key
        if (key.plan, key.period) == (decision.plan, period):
            used[key.accumulator, key.owner] = used.get((key.accumulator, key.owner), ZERO) + each.entry.amount
    found = []
    for accumulator in plan.accumulators:
        owner = decision.member if accumulator.scope == "individual" else decision.family
        amount = used.get((accumulator.id, owner), ZERO)
        found.append(
            EobBalance(
                kind=accumulator.kind,
                of=_limited_by(plan, accumulator.id),
                scope=accumulator.scope,
                tier=accumulator.tier,
                limit=accumulator.limit,
                used=amount,
                left=max(accumulator.limit - amount, ZERO),
            )
        )
    return tuple(found)


def _limited_by(plan: PlanVersion, accumulator: str) -> str:
    """Return which benefits a counter limits, by their ids in plain letters; empty for deductibles and maxima."""
    rows = (each.id for each in plan.benefits if each.limit is not None and each.limit.acc == accumulator)
    return ", ".join(each.lower().replace("-", " ") for each in dict.fromkeys(rows))


def _counted_until(decision: ClaimDecision, decided_on: date, posted: Sequence[PostedEntry]) -> int:
    """Return how many entries stood when the claim was counted; one that counted nothing: by the end of its day."""
    source = f"claim:{decision.payer_claim_control_number}/{decision.version}/"
    own = [place for place, each in enumerate(posted, start=1) if each.entry.source.startswith(source)]
    by_day = [
        place for place, each in enumerate(posted, start=1) if each.posted_on is None or each.posted_on <= decided_on
    ]
    return max(own, default=max(by_day, default=0))
