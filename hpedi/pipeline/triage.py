"""Triage: which disputes deserve help first, and which wrong there may be that nobody has put in one dispute yet.

Three things bring a dispute to the front: much money is at stake, it is one of many alike, or it is past its day. Many
alike are found in two ways: decisions that deny the same code of the same contract for the same reason, disputed or
not, and disputes about the same code of the same contract on the same grounds. Thresholds are data (`dispute_triage`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from hpedi.adjudication.decision import LineDecision
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd, usd
from hpedi.pipeline.dispute import Dispute
from hpedi.pipeline.disputes import contract_of
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import StoredDecision
from hpedi.pipeline.sought import StandingSought
from hpedi.reference.reference import Reference

RULE: Final = "dispute_triage"
MEMBERS_OWN: Final = "PR"
"""The adjustment group of what the member owes: no provider loses it."""

Criterion: TypeAlias = Literal["high_dollar", "systemic", "unanswered"]


class Pattern(Model, frozen=True, kw_only=True):
    """Many claims alike.

    Attributes:
        provider: Our id of the payee.
        contract: The contract that they were decided under; empty where there is none.
        code: The service (or revenue) code.
        reason: Group and code of the adjustment that denied them, or the grounds of the disputes about them.
        claims: Our numbers.
        at_stake: US dollars of all of them: what the adjustment takes off, or what the disputes say.
    """

    provider: str
    contract: str
    code: str
    reason: str
    claims: tuple[str, ...]
    at_stake: Usd


class Deserving(Model, frozen=True, kw_only=True):
    """What deserves help: a dispute, or claims alike of which some or none are disputed.

    Attributes:
        rank: 1 comes first.
        criteria: Why.
        why: Why, in words.
        at_stake: US dollars.
        provider: Our id of the payee.
        dispute: Number of the dispute; 0 for claims alike.
        claims: Our numbers.
        disputes: Numbers of the open disputes about some of the claims.
    """

    rank: int = 0
    criteria: tuple[Criterion, ...]
    why: str
    at_stake: Usd
    provider: str
    dispute: int = 0
    claims: tuple[str, ...]
    disputes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What counts as much money and as many alike; US dollars, and a number of claims."""

    high_dollar: Usd
    claims: int
    total: Usd


@dataclass(slots=True)
class _Alike:
    """Claims alike, as they are found; a dispute's amount counts once."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)

    def add(self, claim: str, of: str, amount: Decimal) -> None:
        """Count an amount of a claim; `of` is what it belongs to."""
        self.claims.add(claim)
        self.amounts[of] = amount

    @property
    def total(self) -> Usd:
        return sum(self.amounts.values(), ZERO)


_Key: TypeAlias = tuple[str, str, str, str]
"""Provider, contract, code and reason."""


def thresholds(reference: Reference, day: date) -> Thresholds | None:
    """Return what holds on a business day; None where the rule says nothing."""
    names = ("high_dollar", "systemic_claims", "systemic_total")
    high, claims, total = (reference.rule_parameter(RULE, name, day) for name in names)
    if high is None or claims is None or total is None:
        return None
    return Thresholds(high_dollar=usd(high.value), claims=int(claims.value), total=usd(total.value))


def triage(work: Work, reference: Reference, day: date, limits: Thresholds, since: date) -> tuple[Deserving, ...]:
    """Return what deserves help, the most urgent first.

    Args:
        work: Where decisions and disputes are kept.
        reference: The payer's reference data.
        day: The business day, by which a dispute is past its own or not.
        limits: What counts as much.
        since: First day of service of the decisions looked at.
    """
    disputes = work.disputes.all("open")
    patterns = (*denied_alike(work, reference, limits, since), *disputed_alike(work, reference, limits, disputes))
    found = [*_disputes(disputes, patterns, day, limits), *_patterns(patterns, disputes)]
    ranked = sorted(found, key=lambda each: (-len(each.criteria), -each.at_stake, each.dispute, each.why))
    return tuple(_ranked(ranked))


def denied_alike(work: Work, reference: Reference, limits: Thresholds, since: date) -> tuple[Pattern, ...]:
    """Return the many claims of which a line is denied for the same reason."""
    alike: dict[_Key, _Alike] = {}
    claims = work.disputes.denied_often(limits.claims, since)
    standing = work.decisions.standing(StandingSought(claims=claims), len(claims)) if claims else ()
    for stored in standing:
        contract = contract_of(stored, reference)
        own = stored.decision.payer_claim_control_number
        for line, code in _lines(stored):
            for each in line.adjustments if line.denied else ():
                if each.group == MEMBERS_OWN:
                    continue
                key = stored.decision.provider, contract.id if contract else "", code, f"{each.group}-{each.carc}"
                alike.setdefault(key, _Alike()).add(own, f"{own}/{line.number}", each.amount)
    return _many(alike, limits)


def disputed_alike(
    work: Work, reference: Reference, limits: Thresholds, disputes: Sequence[Dispute]
) -> tuple[Pattern, ...]:
    """Return the many claims of which open disputes say the same; the amount of a dispute counts whole."""
    alike: dict[_Key, _Alike] = {}
    for dispute in disputes:
        for stored in work.decisions.standing(StandingSought(claims=dispute.numbers), len(dispute.claims)):
            contract = contract_of(stored, reference)
            for code in {code for _line, code in _lines(stored)}:
                key = dispute.provider, contract.id if contract else "", code, dispute.grounds
                own = stored.decision.payer_claim_control_number
                alike.setdefault(key, _Alike()).add(own, f"{dispute.id}", dispute.at_stake)
    return _many(alike, limits)


def _lines(stored: StoredDecision) -> Iterator[tuple[LineDecision, str]]:
    """Yield the lines of a decision with their codes; a line goes by its revenue code where it has no other."""
    revenue_codes = {line.number: line.revenue_code for line in stored.received.claim.lines}
    for line in stored.decision.lines:
        yield line, line.code or revenue_codes.get(line.number, "")


def _many(alike: Mapping[_Key, _Alike], limits: Thresholds) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(
            provider=provider,
            contract=contract,
            code=code,
            reason=reason,
            claims=tuple(sorted(found.claims)),
            at_stake=found.total,
        )
        for (provider, contract, code, reason), found in sorted(alike.items())
        if len(found.claims) >= limits.claims and found.total >= limits.total
    )


def _disputes(
    disputes: Iterable[Dispute], patterns: Sequence[Pattern], day: date, limits: Thresholds
) -> Iterator[Deserving]:
    for dispute in disputes:
        whole = [each for each in patterns if each.provider == dispute.provider and {*dispute.numbers} & {*each.claims}]
        why: dict[Criterion, str] = {}
        if dispute.due < day:
            why["unanswered"] = f"was to be answered by {dispute.due}"
        if dispute.at_stake >= limits.high_dollar:
            why["high_dollar"] = f"{limits.high_dollar:,} US dollars or more"
        if whole:
            why["systemic"] = "one of many: " + "; ".join(_told(each) for each in whole)
        if why:
            yield Deserving(
                criteria=tuple(why),
                why=", ".join(why.values()),
                at_stake=dispute.at_stake,
                provider=dispute.provider,
                dispute=dispute.id,
                claims=dispute.numbers,
            )


def _patterns(patterns: Iterable[Pattern], disputes: Sequence[Dispute]) -> Iterator[Deserving]:
    for pattern in patterns:
        about = tuple(each.id for each in disputes if {*each.numbers} & {*pattern.claims})
        yield Deserving(
            criteria=("systemic",),
            why=_told(pattern),
            at_stake=pattern.at_stake,
            provider=pattern.provider,
            claims=pattern.claims,
            disputes=about,
        )


def _told(pattern: Pattern) -> str:
    under = f" under contract {pattern.contract}" if pattern.contract else ""
    return f"{len(pattern.claims)} claims with {pattern.code}{under}, {pattern.reason}"


def _ranked(found: Sequence[Deserving]) -> Iterator[Deserving]:
    for rank, each in enumerate(found, start=1):
        yield replace(each, rank=rank)
