"""A 270 answered from the books: providers and members are looked up, each inquiry is recorded, the 271 is made.

What a provider may not ask about is answered as what nobody knows. An inquiry sent for testing is answered about the
payer's test families, and nobody else is looked for. Families are read a batch of subscribers at a time; what is
answered of them is the matter of `inquiries`, which is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from hpedi.benefits.carry_over import DatedCounts, plans_that_carry_over
from hpedi.benefits.membership import Family
from hpedi.claims.parties import Name
from hpedi.inquiries.eligibility import AnswerTerms, Known, SoughtSubscriber, answer, seek
from hpedi.inquiries.eligibility_rules import EligibilityRules, RulesOfDay
from hpedi.pipeline.asking import Asking
from hpedi.pipeline.inquirers import is_identified, providers_named
from hpedi.reference.members import lookup_of_birth
from hpedi.reference.payer import Payer
from hpedi.reference.providers import BillingProvider
from hpedi.transactions.eligibility_270.model import (
    PAYER_QUALIFIER,
    PAYER_ROLE,
    AskedPatient,
    AskedSource,
    AskedSubscriber,
    AskingReceiver,
    EligibilityInquiry,
    InquiryParty,
    Trace,
)
from hpedi.transactions.eligibility_271.model import (
    AnsweredReceiver,
    AnsweredSubscriber,
    AnsweringSource,
    EligibilityAnswer,
)

THING: Final = "member"
"""The kind of thing that is asked about, as in mappings/access/roles.yaml."""
SUBSCRIBERS_A_BATCH: Final = 200
_OUR_TRACES: Final = "1"
"""What stands before the payer's EIN in TRN03, as in the 835."""


def answer_eligibility(asking: Asking, inquiry: EligibilityInquiry) -> EligibilityAnswer:
    """Answer a set of eligibility inquiries and leave an audit row for each patient.

    Args:
        asking: Who asks, when, and the books.
        inquiry: What is asked.
    """
    sources = tuple(_Answering(asking).source(each) for each in inquiry.sources)
    reference = inquiry.reference or asking.reference_number
    return EligibilityAnswer(reference=reference, created=asking.instant, sources=sources)


@lru_cache(maxsize=8)
def _rules_of(rules: EligibilityRules, today: date) -> RulesOfDay:
    return rules.on(today)


class _Answering:
    """Answers one set."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.reference = asking.reference
        self.rules = _rules_of(asking.data.eligibility, asking.today)
        self.own_trace = Trace(number=asking.reference_number, originator=f"{_OUR_TRACES}{asking.reference.payer.ein}")

    def source(self, asked: AskedSource) -> AnsweringSource:
        """Answer what is asked of a payer: of us, or of one that we are not."""
        payer = self.reference.payer
        if asked.party.id not in {payer.payer_id, payer.ein}:
            self._record((), asked="270", result="not our payer id")
            return AnsweringSource(party=asked.party, rejections=(self.rules.rejection("source", "other_payer"),))
        receivers = tuple(self._receiver(each) for each in asked.receivers)
        contact = None
        if payer.contact is not None and payer.contact.phone and any(map(_is_refused, receivers)):
            contact = (payer.contact.name, payer.contact.phone)
        return AnsweringSource(party=party_of(payer), contact=contact, receivers=receivers)

    def _receiver(self, asked: AskingReceiver) -> AnsweredReceiver:
        ids = [(asked.party.id_qualifier, asked.party.id), *((each.qualifier, each.value) for each in asked.ids)]
        found = (each for each in providers_named(self.reference, ids) if self.asking.who.may_see(THING, each))
        provider = next(found, None)
        if provider is None:
            situation = "provider_unknown" if is_identified(ids) else "provider_missing"
            self._record((), asked="270", result=situation.replace("_", " "))
            rejections = (self.rules.rejection("receiver", situation),)
            return AnsweredReceiver(party=asked.party, ids=asked.ids, rejections=rejections)
        subscribers = tuple(self._subscribers(asked.subscribers, provider))
        return AnsweredReceiver(party=asked.party, ids=asked.ids, subscribers=subscribers)

    def _subscribers(self, asked: Sequence[AskedSubscriber], provider: BillingProvider) -> Iterator[AnsweredSubscriber]:
        terms = AnswerTerms(
            reference=self.reference,
            rules=self.rules,
            today=self.asking.today,
            provider=provider,
            own_trace=self.own_trace,
        )
        for start in range(0, len(asked), SUBSCRIBERS_A_BATCH):
            sought = self._sought(asked[start : start + SUBSCRIBERS_A_BATCH])
            known = self._known(sought)
            for each in sought:
                answered = answer(each, known, terms)
                self._tell(each, answered, provider)
                yield answered

    # --- from the books ---------------------------------------------------------------------------------------------

    def _sought(self, asked: Sequence[AskedSubscriber]) -> list[SoughtSubscriber]:
        """Find some subscribers, and the dependents who are asked about, with one look into the books."""
        found: dict[str, list[Family]] = {}
        for family in self._families({lookup for each in asked for lookup in _lookups(each.patient)}):
            for lookup in {name for member in family.members for name in _names(member.member_id, member.birth_date)}:
                found.setdefault(lookup, []).append(family)
        return [
            seek(each, [family for name in _lookups(each.patient) for family in found.get(name, ())], self.rules)
            for each in asked
        ]

    def _families(self, lookups: set[str]) -> Iterable[Family]:
        """Read the families that may be those who are asked about."""
        if self.asking.is_test:
            return map(Family.told, self.reference.eligibility.test_families)
        records = self.asking.work.reference.families(self.reference.snapshot, lookups)
        return (Family.of(record.body) for record in records)

    def _known(self, sought: Sequence[SoughtSubscriber]) -> Known:
        """Read what was used of the accumulators and authorisations of who was found; of who is made up, nothing."""
        if self.asking.is_test:
            return Known(balances={}, counts=None, units_used={})
        families = {patient.family.id: patient.family for each in sought for patient in each.patients}
        members = [member.id for family in families.values() for member in family.members]
        owners = [*members, *families]
        work, plans = self.asking.work, plans_that_carry_over(self.reference)
        authorized = sorted({each.member for family in families.values() for each in family.authorizations})
        return Known(
            balances=work.accumulators.balances(owners) if owners else {},
            counts=DatedCounts.of(e.entry for e in work.accumulators.of(owners, plans)) if plans and owners else None,
            units_used=work.authorizations.used(authorized),
        )

    # --- what is kept -----------------------------------------------------------------------------------------------

    def _tell(self, sought: SoughtSubscriber, answered: AnsweredSubscriber, provider: BillingProvider) -> None:
        """Leave the audit rows of a subscriber and its dependents: a row a member, or one for who was not found."""
        patients = [sought.asked.patient, *sought.asked.dependents]
        questions = [question for each in patients for question in each.questions]
        types = dict.fromkeys(name for question in questions for name in question.service_types)
        rejections = [each for one in (answered.patient, *answered.dependents) for each in one.rejections]
        members = [each.member.id for each in sought.patients]
        codes = [f"AAA {code}" for code in dict.fromkeys(each.reason for each in rejections)]
        result = " ".join([f"271 {self.asking.reference_number}", *codes])
        self._record(members, asked=" ".join(["270", provider.id, *types]), result=result)

    def _record(self, members: Sequence[str], *, asked: str, result: str) -> None:
        self.asking.record(THING, THING, members, asked=asked, result=result)


def party_of(payer: Payer) -> InquiryParty:
    """Return the payer as an information source."""
    name = Name(last=payer.name)
    return InquiryParty(role=PAYER_ROLE, is_person=False, name=name, id_qualifier=PAYER_QUALIFIER, id=payer.payer_id)


def _is_refused(receiver: AnsweredReceiver) -> bool:
    """Say whether something that a receiver asked is not answered: whom to ask then is told with it."""
    patients = [each for one in receiver.subscribers for each in (one.patient, *one.dependents)]
    return bool(receiver.rejections) or any(each.rejections for each in patients)


def _lookups(asked: AskedPatient) -> tuple[str, ...]:
    """Return what the family of a subscriber as sent is looked up by: the card, or without it the day of birth."""
    if asked.member_id:
        return (asked.member_id,)
    return (lookup_of_birth(asked.birth_date),) if asked.birth_date is not None else ()


def _names(member_id: str, born: date) -> tuple[str, str]:
    return member_id, lookup_of_birth(born)
