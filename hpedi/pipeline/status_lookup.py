"""Claims for claim status inquiries, read from the books: those asked about and what became of them, many at once.

Every question is asked of an index, so many for a file of inquiries as for one. A claim that took another's decision
back is read too, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hpedi.adjudication.correction import taken_back_by
from hpedi.inquiries.status_model import KnownClaim, Standing
from hpedi.inquiries.status_search import days_of
from hpedi.inquiries.status_table import State, StatusTable
from hpedi.pipeline.correct import REPLACEMENT
from hpedi.pipeline.granting import OUT
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import PaidBy, StoredClaim, StoredDecision
from hpedi.pipeline.sought import ClaimsAsked
from hpedi.reference.reference import Reference
from hpedi.transactions.status_276.model import StatusInquiry

_REVERSAL: Final = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLookup:
    """Where claims are looked up, and what of them may be seen.

    Attributes:
        work: The transaction.
        reference: The payer's reference data.
        refusals: The statuses of findings in a 277CA, by their codes.
        npis: The billing providers whose claims may be seen.
    """

    work: Work
    reference: Reference
    refusals: Mapping[str, str]
    npis: tuple[str, ...]

    def claims(self, inquiries: Sequence[StatusInquiry], table: StatusTable) -> dict[str, KnownClaim]:
        """Return the claims that inquiries may be about, and those that took their decisions back, by our number."""
        known: dict[str, KnownClaim] = {}
        asked = claims_asked(inquiries, table, self.npis)
        while stored := [
            each for each in self.work.claims.asked(asked) if each.received.payer_claim_control_number not in known
        ]:
            found = self.known(stored)
            known.update(found)
            after = {each.standing.successor for each in found.values() if each.standing is not None} - {"", *known}
            asked = ClaimsAsked(numbers=tuple(sorted(after)), npis=self.npis)
        return known

    def known(self, stored: Sequence[StoredClaim]) -> dict[str, KnownClaim]:
        """Return what became of claims, by our number."""
        numbers = [each.received.payer_claim_control_number for each in stored]
        in_state: dict[str, list[str]] = defaultdict(list)
        for each in stored:
            in_state[each.state].append(each.received.payer_claim_control_number)
        newest: dict[str, StoredDecision] = {}  # versions come in their order
        for decided in self.work.decisions.of_claims(in_state["decided"]):
            newest[decided.decision.payer_claim_control_number] = decided
        paid_by = self.work.payments.of_claims(in_state["decided"])
        waiting = {each.pend.payer_claim_control_number: each for each in self.work.pends.of_claims(in_state["pended"])}
        return {
            number: KnownClaim(
                received=each.received,
                provider=self._provider(each),
                state=each.state,
                refusals=self._refusals(each),
                pend=(waiting[number].pend, waiting[number].pended_on) if number in waiting else None,
                standing=_standing(newest[number], paid_by) if number in newest else None,
            )
            for number, each in zip(numbers, stored, strict=True)
        }

    def _provider(self, stored: StoredClaim) -> str:
        billing = self.reference.provider_by_npi(stored.received.claim.billing.npi)
        return "" if billing is None else billing.id

    def _refusals(self, stored: StoredClaim) -> tuple[str, ...]:
        """Return the statuses of the findings for which a claim was refused; what is no whole code tells none."""
        told = (self.refusals.get(code, "") for code in stored.note.split())
        return tuple(dict.fromkeys(each for each in told if each)) if stored.state == State.REFUSED else ()


def claims_asked(inquiries: Iterable[StatusInquiry], table: StatusTable, npis: tuple[str, ...]) -> ClaimsAsked:
    """Return what the books are asked for inquiries: by number, by the sender's number, and by member and days."""
    numbers, accounts, members, spans = set[str](), set[str](), set[str](), []
    for each in inquiries:
        numbers.add(each.payer_claim_control_number)
        accounts.add(each.patient_control_number)
        days = days_of(each)
        if days is not None and not each.patient_control_number:
            members.add(each.subscriber.party.id)
            spans.append(days)
    asked = ClaimsAsked(
        numbers=tuple(sorted(numbers - {""})),
        patient_accounts=tuple(sorted(accounts - {""})),
        npis=npis,
    )
    if not spans:
        return asked
    return replace(
        asked,
        members=tuple(sorted(members - {""})),
        since=_days_before(min(each.start for each in spans), table.longest_claim_days),
        until=max(each.end or each.start for each in spans),
    )


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(day.toordinal() - days, date.min.toordinal()))


def _standing(decided: StoredDecision, paid_by: Mapping[tuple[str, int], PaidBy]) -> Standing:
    """Return how the newest decision of a claim stands; a payment counts once it went out and while it is out."""
    made = decided.decision
    if made.kind == _REVERSAL:
        taken_back = State.REPLACED if made.reason == REPLACEMENT else State.VOIDED
        successor = taken_back_by(made)
        return Standing(decision=made, decided_on=decided.decided_on, taken_back=taken_back, successor=successor)
    paid = paid_by.get((made.payer_claim_control_number, made.version))
    if paid is None or paid.state not in OUT:
        return Standing(decision=made, decided_on=decided.decided_on)
    return Standing(
        decision=made,
        decided_on=decided.decided_on,
        remitted=paid.payment_date,
        remittance_number=paid.trace_number,
    )
