"""The methods that price line by line, put together: which method a line has, and what it needs of the other lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.pricing.apc import PACKAGED, ApcStatuses, agreed_by_apc
from hpedi.adjudication.pricing.capitation import CAPITATED, price_by_capitation
from hpedi.adjudication.pricing.case_rate import INCLUDED, Place, Service, episode_of, place_in_episode
from hpedi.adjudication.pricing.fee_schedule import WHOLE, agreed_fee, fee_share, is_bilateral
from hpedi.adjudication.pricing.multiple_procedure import Procedure, ranked_shares, reduced
from hpedi.adjudication.pricing.per_diem import price_by_per_diem
from hpedi.adjudication.pricing.percent_of_charge import price_by_percent_of_charge
from hpedi.adjudication.pricing.price import Allowance, Billed
from hpedi.adjudication.pricing.reasons import codes_of
from hpedi.adjudication.verdicts import Pends
from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd, rounded
from hpedi.reference.contracts import ContractRate, Method, MultipleProcedure
from hpedi.reference.rate_tables import APC_STATUS

UNITS: Final = "UN"
COUNTED_METHODS: Final[frozenset[Method]] = frozenset({"fee_schedule", "apc", "case_rate"})
"""Methods that pay by the unit: what is measured otherwise (minutes, days) is not priced by them."""
PRINCIPAL: Final = frozenset({"ABK", "BK"})


@dataclass(slots=True)
class LinePricer:
    """Prices the accepted lines of one claim.

    Attributes:
        context: The claim.
        lines: Its accepted lines in LX order.
        billed: What of each is priced, by line number.
        agreed: What is agreed for lines by fee schedule or APC before they are ranked; None where packaged.
        shares: The share of each ranked line.
        services: Services of episodes of case rates, decided before or on this claim.
    """

    context: ClaimContext
    lines: Sequence[LineContext]
    billed: Mapping[int, Billed]
    agreed: dict[int, Usd | None] = field(default_factory=dict)
    shares: Mapping[int, Decimal] = field(default_factory=dict)
    services: dict[str, list[Service]] = field(default_factory=dict)

    @classmethod
    def of(cls, context: ClaimContext, lines: Sequence[LineContext], billed: Mapping[int, Billed]) -> LinePricer:
        """Take the accepted lines of a claim."""
        pricer = cls(context, lines, billed)
        own = context.received.payer_claim_control_number
        for past in context.bearing:
            if past.episode and not past.denied and past.payer_claim_control_number != own:
                pricer.services.setdefault(past.episode, []).append(Service(past.date, past.accepted_units))
        return pricer

    def allowances(self) -> list[Allowance] | Pends:
        """Return what is allowed for each line, in LX order; `Pends` where one cannot be priced."""
        self._agree()
        found: dict[int, Allowance] = {}
        for line in self._in_order_of_days():
            rate = line.rate
            pends = self._uncountable(line)
            if pends is not None:
                return pends
            if rate is None:
                return Pends(reason="rate", message="No rate is in force for the service.", line=line.line.number)
            made = METHODS[rate.method](self, line, rate, self.billed[line.line.number])
            if isinstance(made, Pends):
                return made
            found[line.line.number] = made
        return [found[line.line.number] for line in self.lines]

    def _in_order_of_days(self) -> Sequence[LineContext]:
        # Only services of an episode are counted in the order of their days.
        if not any(line.rate is not None and line.rate.method == "case_rate" for line in self.lines):
            return self.lines
        return sorted(self.lines, key=lambda each: (each.terms.day, each.line.number))

    def _uncountable(self, line: LineContext) -> Pends | None:
        if line.rate is None or line.rate.method not in COUNTED_METHODS:
            return None
        if line.line.unit == UNITS and self.billed[line.line.number].units > 0:
            return None
        return Pends(reason="units", message="A service is not counted in units.", line=line.line.number)

    def _agree(self) -> None:
        """Find what is agreed for each line by fee schedule or APC, and rank those that the contract ranks."""
        procedures: list[Procedure] = []
        terms: dict[str, MultipleProcedure] = {}
        for line in self.lines:
            rate = line.rate
            if rate is None or rate.method not in AGREED:
                continue
            number = line.line.number
            agreed = self.agreed[number] = AGREED[rate.method](self, line, rate)
            if rate.multiple_procedure is not None and agreed is not None and self._is_ranked(line, rate):
                procedures.append(Procedure(number=number, day=line.terms.day, rate=rate.id, agreed=agreed))
                terms[rate.id] = rate.multiple_procedure
        if len(procedures) > 1:
            self.shares = ranked_shares(procedures, terms)

    def _is_ranked(self, line: LineContext, rate: ContractRate) -> bool:
        ranking = rate.multiple_procedure
        if ranking is None:
            return False
        if ranking.status is not None:
            return line.apc is not None and line.apc.status == ranking.status
        indicators = self.context.reference.edits.procedure_indicators.get(line.line.code)
        return indicators is not None and indicators.multiple == ranking.indicator

    # --- the methods -------------------------------------------------------------------------------------------------

    def agree_fee(self, line: LineContext, rate: ContractRate) -> Usd:
        """Return what is agreed for a line by fee schedule."""
        indicators = self.context.reference.edits.procedure_indicators.get(line.line.code)
        return agreed_fee(line, rate, self.billed[line.line.number].units, indicators)

    def agree_apc(self, line: LineContext, rate: ContractRate) -> Usd | None:
        """Return what is agreed for a line by APC; None where it is packaged."""
        indicators = self.context.reference.edits.procedure_indicators.get(line.line.code)
        is_double = rate.bilateral is not None and is_bilateral(line, rate.bilateral, indicators)
        share = rate.bilateral.percent if is_double and rate.bilateral is not None else WHOLE
        statuses = self._statuses(line.terms.day)
        return agreed_by_apc(line.apc, self.billed[line.line.number].units, share, statuses)

    def _statuses(self, day: date) -> ApcStatuses:
        def of(name: str) -> tuple[str, ...]:
            parameter = self.context.reference.rule_parameter(APC_STATUS, name, day)
            return parameter.values if parameter is not None else ()

        return ApcStatuses(packaged=of("packaged"), per_line=of("per_line"), per_unit=of("per_unit"))

    def ranked(self, line: LineContext, rate: ContractRate, billed: Billed) -> tuple[Usd, tuple[Adjustment, ...]]:
        """Return what is allowed for a line by what is agreed and its rank."""
        agreed = self.agreed[line.line.number] or ZERO
        share = self.shares.get(line.line.number, WHOLE)
        if share != WHOLE and rate.multiple_procedure is not None:
            lesser = rate.allows_lesser_charge
            return reduced(agreed, billed.charged, share, rate.multiple_procedure, lesser_of_charge=lesser)
        return min(agreed, billed.charged) if rate.allows_lesser_charge else agreed, ()

    def by_fee_schedule(self, line: LineContext, rate: ContractRate, billed: Billed) -> Allowance:
        """Price a line by its fee."""
        allowed, adjustments = self.ranked(line, rate, billed)
        indicators = self.context.reference.edits.procedure_indicators.get(line.line.code)
        share = fee_share(line, rate, indicators)
        words = "" if share == WHOLE else f", share {share}"
        rank = self.shares.get(line.line.number)
        words += "" if rank is None else f", {rank} by rank"
        words += ", the charge if less" if rate.allows_lesser_charge else ""
        return Allowance(
            amount=allowed,
            adjustments=adjustments,
            parameter=f"{line.fee_key} {line.fee} a unit{words}",
            source=_fee_source(line, rate.fee_schedule),
        )

    def by_percent_of_charge(self, line: LineContext, rate: ContractRate, billed: Billed) -> Allowance:
        """Price a line by a share of its charge."""
        cap = line.fee
        words = "" if cap is None else f", at most {line.fee_key} {cap} a unit"
        return Allowance(
            amount=price_by_percent_of_charge(billed, rate.percent or ZERO, cap),
            parameter=f"{rate.percent} of the charge{words}",
            source="" if cap is None else _fee_source(line, rate.cap_fee_schedule),
        )

    def by_apc(self, line: LineContext, rate: ContractRate, billed: Billed) -> Allowance:
        """Price a line by its APC."""
        row = line.apc
        references = (("APC", row.apc),) if row is not None and row.apc else ()
        source = f"{rate.apc_table} for {line.terms.day}"
        if self.agreed[line.line.number] is None:
            status = "no procedure code" if row is None else f"status {row.status}"
            words = f"{status}: packaged"
            return Allowance(amount=ZERO, reason=PACKAGED, references=references, parameter=words, source=source)
        allowed, adjustments = self.ranked(line, rate, billed)
        rank = self.shares.get(line.line.number)
        told = f"APC {row.apc}, status {row.status}, {row.rate}" if row is not None else ""
        return Allowance(
            amount=allowed,
            adjustments=adjustments,
            references=references,
            parameter=told + ("" if rank is None else f", {rank} by rank"),
            source=source,
        )

    def by_capitation(self, line: LineContext, rate: ContractRate, _billed: Billed) -> Allowance | Pends:
        """Price a line that is paid by the member and month."""
        allowance = price_by_capitation(rate, codes_of(self.context, CAPITATED))
        if allowance is None:
            message = f"Neither the rate nor a reason `{CAPITATED}` has the codes of such a service; load one."
            return Pends(reason=CAPITATED, message=message, line=line.line.number)
        return allowance

    def by_per_diem(self, _line: LineContext, rate: ContractRate, billed: Billed) -> Allowance:
        """Price a line of days."""
        amount = price_by_per_diem(rate.rate or ZERO, billed.units)
        allowed = min(amount, billed.charged) if rate.allows_lesser_charge else amount
        return Allowance(amount=allowed, parameter=f"{rate.rate} a day")

    def by_case_rate(self, line: LineContext, rate: ContractRate, billed: Billed) -> Allowance | Pends:
        """Price a service of an episode."""
        episode = self._episode(line, rate)
        service = Service(line.terms.day, billed.units)
        earlier = self.services.setdefault(episode, [])
        place = place_in_episode(service, earlier, rate)
        earlier.append(service)
        beyond = self._beyond(line, rate, billed, place)
        if isinstance(beyond, Pends):
            return beyond
        number = f"service {place.before + 1:f} of at most {rate.max_services} in {rate.window_days} days"
        if not place.is_first and not place.beyond:
            return Allowance(amount=ZERO, reason=INCLUDED, episode=episode, parameter=number)
        amount = beyond + (rate.rate or ZERO if place.is_first else ZERO)
        source = _fee_source(line, rate.after_max.fee_schedule) if rate.after_max is not None and place.beyond else ""
        words = f"{rate.rate} an episode, {number}"
        return Allowance(amount=amount, episode=episode, parameter=words, source=source)

    def _episode(self, line: LineContext, rate: ContractRate) -> str:
        claim, matched = self.context.claim, self.context.matched
        codes = [each.code for each in claim.diagnoses if each.qualifier in PRINCIPAL]
        principal = next(iter([*codes, *(each.code for each in claim.diagnoses)]), "")
        return episode_of(
            line.terms.contract.id if line.terms.contract is not None else "",
            rate,
            {
                "member": matched.member.id if matched is not None else "",
                "billing_provider": self.context.provider.id,
                "principal_dx": principal,
            },
        )

    def _beyond(self, line: LineContext, rate: ContractRate, billed: Billed, place: Place) -> Usd | Pends:
        if not place.beyond:
            return ZERO
        if rate.after_max is None or line.fee is None:
            message = "A service is beyond the most of its case rate, and no fee is in force for it. Load one."
            return Pends(reason="case_rate", message=message, line=line.line.number)
        fee = rounded(line.fee * place.beyond)
        charged = rounded(billed.charged / billed.units * place.beyond)
        return min(fee, charged) if rate.after_max.lesser_of_charge else fee


def _fee_source(line: LineContext, schedule: str | None) -> str:
    return "" if line.fees is None else f"{schedule} {line.fees.version} from {line.fees.start}"


LineMethod = Callable[[LinePricer, LineContext, ContractRate, Billed], Allowance | Pends]

AGREED: Final[Mapping[Method, Callable[[LinePricer, LineContext, ContractRate], Usd | None]]] = {
    "fee_schedule": LinePricer.agree_fee,
    "apc": LinePricer.agree_apc,
}
"""Methods whose lines may be ranked."""

METHODS: Final[Mapping[Method, LineMethod]] = {
    "fee_schedule": LinePricer.by_fee_schedule,
    "percent_of_charge": LinePricer.by_percent_of_charge,
    "apc": LinePricer.by_apc,
    "per_diem": LinePricer.by_per_diem,
    "case_rate": LinePricer.by_case_rate,
    "capitation": LinePricer.by_capitation,
}
"""By method; a rate of another method prices the claim."""
