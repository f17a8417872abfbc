"""From the drafts of a claim to its model.

Every amount, quantity and date is converted here, exactly or not at all. What cannot be converted becomes a finding,
and the claim is then not made: a claim is read whole or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import (
    Attachment,
    Claim,
    Diagnosis,
    Drug,
    LineAdjudication,
    OtherPayer,
    Provider,
    ServiceLine,
)
from hpedi.money import ZERO, Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.draft import (
    NOTHING,
    ClaimDraft,
    DecisionDraft,
    LineDraft,
    OtherPayerDraft,
    Placed,
    SetDraft,
)
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.problems import Problems
from hpedi.transactions.claim_837.values import (
    read_amount,
    read_causes,
    read_dated,
    read_day,
    read_diagnosis,
    read_identifier,
    read_line_number,
    read_place,
    read_pointers,
    read_procedure,
    read_quantity,
)

_DAYS_OF_SERVICE = ("472", "434")
_TYPE_OF_BILL = "A"
_CLAIM_DAYS = ("439", "435", "096")
_NO_DAY = DateSpan(date.min, date.min)


class ClaimBuilder:
    """Makes claims of drafts for one set."""

    __slots__ = ("_component", "_element", "_parties", "_problems", "_split")

    def __init__(self, element: str, component: str, parties: Parties, problems: Problems) -> None:
        """Begin.

        Args:
            element: The element separator.
            component: The component separator.
            parties: Makes the models of providers, subscriber, patient and payer.
            problems: Takes what cannot be read.
        """
        self._element = element
        self._component = component
        self._parties = parties
        self._problems = problems
        self._split = parties.split

    def claim(self, levels: SetDraft, draft: ClaimDraft) -> Claim | None:
        """Make the claim; None if anything in it could not be read.

        Args:
            levels: The levels above the claim, with the models made of them.
            draft: The claim's own segments.

        Findings:
            claim-amount, claim-quantity, claim-date, claim-incomplete, claim-without-line
        """
        cut = self._split(draft.segment[0])
        charged = self._amount(cut[2], draft.segment[1], "2300", "CLM", 2)
        lines = tuple([self._line(line, number) for number, line in enumerate(draft.lines, 1)])
        others = tuple([self._other_payer(other) for other in draft.others])
        accident, admission, discharge = [self._day(draft.dates.get(kind), "2300") for kind in _CLAIM_DAYS]
        patient_paid = self._amount_at(draft.amounts, "F5", "2300")
        billing, subscriber, payer = levels.billing_model, levels.subscriber_model, levels.payer_model
        lacks_patient = levels.patient_model is None and levels.patient is not None
        if billing is None or subscriber is None or payer is None or lacks_patient or not lines:
            self._tell_missing(levels, draft)
            return None
        if self._problems:
            return None
        place, frequency = read_place(cut[5], self._component)
        causes, state = read_causes(cut[11], self._component)
        reference, provider = draft.references.get, self._provider
        # fmt: off
        return Claim(
            patient_control_number=cut[1], charged=charged, place_of_service=place, frequency=frequency,
            signature_on_file=cut[6] == "Y", assignment=cut[7], benefits_assigned=cut[8], release_of_information=cut[9],
            related_causes=causes, accident_state=state,
            submitter_id=read_identifier(levels.submitter[0], self._element), billing=billing,
            pay_to_address=self._parties.address(levels.pay_to),
            subscriber=subscriber, payer=payer, patient=levels.patient_model,
            diagnoses=self._diagnoses(draft.diagnoses),
            accident_date=accident, admission_date=admission, discharge_date=discharge,
            original_reference=reference("F8", ""), prior_authorization=reference("G1", ""),
            referral_number=reference("9F", ""), clearinghouse_trace=reference("D9", ""),
            medical_record_number=reference("EA", ""),
            patient_paid=patient_paid, note="" if draft.note is NOTHING else self._split(draft.note[0])[2],
            attachments=tuple([self._attachment(text) for text, _ in draft.attachments]),
            rendering=provider(draft, "82"), referring=provider(draft, "DN"),
            service_facility=provider(draft, "77"), supervising=provider(draft, "DQ"),
            other_payers=others, lines=lines,
        )
        # fmt: on

    def charged(self, draft: ClaimDraft) -> Usd | None:
        """Return CLM02, where it is an amount, of a claim that could not be made."""
        return read_amount(self._split(draft.segment[0])[2])

    def service_dates(self, draft: ClaimDraft) -> DateSpan | None:
        """Return the first readable days of service of a claim that no model was made of: of its lines, or its own."""
        of_lines = (line.dates.get("472", NOTHING) for line in draft.lines)
        of_claim = (draft.dates.get(kind, NOTHING) for kind in _DAYS_OF_SERVICE)
        spans = (read_dated(text, self._element) for text, _ in (*of_lines, *of_claim))
        return next((span for span in spans if span is not None), None)

    def bill_type(self, draft: ClaimDraft) -> str:
        """Return the type of bill of an institutional claim: CLM05-1 and CLM05-3; empty for any other."""
        facility, qualifier, frequency = self._components(self._split(draft.segment[0])[5], 3)
        return facility + frequency if qualifier == _TYPE_OF_BILL else ""

    def _tell_missing(self, levels: SetDraft, draft: ClaimDraft) -> None:
        position = draft.segment[1]
        if not draft.lines:
            self._problems.add("claim-without-line", position, loop="2400", segment_id="LX")
        for model, loop in (
            (levels.billing_model, "2010AA"),
            (levels.subscriber_model, "2010BA"),
            (levels.payer_model, "2010BB"),
        ):
            if model is None:
                self._problems.add("claim-incomplete", position, loop=loop, segment_id="NM1")
        if levels.patient is not None and levels.patient_model is None:
            self._problems.add("claim-incomplete", position, loop="2010CA", segment_id="NM1")

    def _line(self, draft: LineDraft, ordinal: int) -> ServiceLine:
        service, position = self._split(draft.service[0]), draft.service[1]
        if draft.service is NOTHING:
            self._problems.add("claim-incomplete", draft.number[1], loop="2400", segment_id="SV1")
        number = read_line_number(draft.number[0], self._element)
        qualifier, code, modifiers = read_procedure(service[1], self._component)
        charged, units = read_amount(service[2]), read_quantity(service[4])
        return ServiceLine(
            number=ordinal if number is None else number,
            code=code,
            code_qualifier=qualifier,
            modifiers=modifiers,
            charged=self._amount(service[2], position, "2400", "SV1", 2) if charged is None else charged,
            unit=service[3],
            units=self._quantity(service[4], position, "2400", "SV1", 4) if units is None else units,
            place_of_service=service[5],
            diagnosis_pointers=read_pointers(service[7], self._component),
            emergency=service[9] == "Y",
            dates=self._service_dates(draft),
            control_number=draft.references.get("6R", ""),
            prior_authorization=draft.references.get("G1", ""),
            rendering=self._parties.provider(draft.rendering) if draft.rendering is not None else None,
            drug=self._drug(draft) if draft.drug is not NOTHING else None,
            adjudications=tuple([self._decision(each, service[1]) for each in draft.decisions]),
        )

    def _service_dates(self, draft: LineDraft) -> DateSpan:
        segment = draft.dates.get("472")
        if segment is None:
            self._problems.add("claim-incomplete", draft.number[1], loop="2400", segment_id="DTP")
            return _NO_DAY
        span = read_dated(segment[0], self._element)
        if span is None:
            self._problems.add("claim-date", segment[1], loop="2400", segment_id="DTP", element=3)
            return _NO_DAY
        return span

    def _drug(self, draft: LineDraft) -> Drug:
        cut = self._split(draft.drug_quantity[0])
        return Drug(
            ndc=self._split(draft.drug[0])[3],
            quantity=self._quantity(cut[4], draft.drug_quantity[1] or draft.drug[1], "2410", "CTP", 4),
            unit=self._components(cut[5], 1)[0],
        )

    def _decision(self, draft: DecisionDraft, line_procedure: str) -> LineAdjudication:
        cut, position = self._split(draft.service[0]), draft.service[1]
        of_line = cut[3] == line_procedure
        qualifier, code, modifiers = ("HC", "", ()) if of_line else read_procedure(cut[3], self._component)
        return LineAdjudication(
            payer_id=cut[1],
            paid=self._amount(cut[2], position, "2430", "SVD", 2),
            code=code,
            code_qualifier=qualifier,
            modifiers=modifiers,
            units=self._quantity(cut[5], position, "2430", "SVD", 5),
            adjustments=self._adjustments(draft.adjustments, "2430"),
            paid_on=self._day(draft.dates.get("573"), "2430"),
        )

    def _other_payer(self, draft: OtherPayerDraft) -> OtherPayer:
        level, insurance = self._split(draft.level[0]), self._split(draft.insurance[0])
        subscriber, payer = self._split(draft.subscriber[0]), self._split(draft.payer[0])
        return OtherPayer(
            payer_responsibility=level[1],
            relationship=level[2],
            claim_filing=level[9],
            group_number=level[3],
            group_name=level[4],
            subscriber=self._parties.name(draft.subscriber),
            subscriber_is_person=subscriber[2] != "2",
            subscriber_member_id=subscriber[9],
            benefits_assigned=insurance[3],
            release_of_information=insurance[6],
            payer_name=payer[3],
            payer_id=payer[9],
            paid=self._amount_at(draft.amounts, "D", "2320"),
            remaining=self._amount_at(draft.amounts, "EAF", "2320"),
            adjustments=self._adjustments(draft.adjustments, "2320"),
            adjudicated_on=self._day(draft.dates.get("573"), "2330B"),
        )

    def _adjustments(self, segments: Sequence[Placed], loop: str) -> tuple[Adjustment, ...]:
        """Make the adjustments of CAS segments: up to six of reason, amount and quantity in each."""
        made: list[Adjustment] = []
        for text, position in segments:
            cut = self._split(text)
            for at in range(2, 20, 3):
                if cut[at]:
                    amount = self._amount(cut[at + 1], position, loop, "CAS", at + 1)
                    quantity = self._quantity(cut[at + 2], position, loop, "CAS", at + 2) if cut[at + 2] else None
                    made.append(Adjustment(cut[1], cut[at], amount, quantity))
        return tuple(made)

    def _diagnoses(self, segments: Sequence[Placed]) -> tuple[Diagnosis, ...]:
        made = [read_diagnosis(each, self._component) for text, _ in segments for each in text.split(self._element)[1:]]
        return tuple([diagnosis for diagnosis in made if diagnosis is not None])

    def _attachment(self, text: str) -> Attachment:
        cut = self._split(text)
        return Attachment(type=cut[1], transmission=cut[2], control_number=cut[6])

    def _components(self, element: str, count: int) -> list[str]:
        return [*element.split(self._component), *([""] * count)][:count]

    def _provider(self, draft: ClaimDraft, role: str) -> Provider | None:
        party = draft.providers.get(role)
        return None if party is None else self._parties.provider(party)

    def _day(self, segment: Placed | None, loop: str) -> date | None:
        """Read the day of a DTP; None where there is none."""
        if segment is None:
            return None
        day = read_day(self._split(segment[0])[3])
        if day is None:
            self._problems.add("claim-date", segment[1], loop=loop, segment_id="DTP", element=3)
        return day

    def _amount_at(self, amounts: Mapping[str, Placed], qualifier: str, loop: str) -> Usd | None:
        segment = amounts.get(qualifier)
        if segment is None:
            return None
        return self._amount(self._split(segment[0])[2], segment[1], loop, "AMT", 2)

    def _amount(self, text: str, position: int, loop: str, segment_id: str, element: int) -> Usd:
        amount = read_amount(text)
        if amount is None:
            self._problems.add("claim-amount", position, loop=loop, segment_id=segment_id, element=element)
            return ZERO
        return amount

    def _quantity(self, text: str, position: int, loop: str, segment_id: str, element: int) -> Decimal:
        quantity = read_quantity(text)
        if quantity is None:
            self._problems.add("claim-quantity", position, loop=loop, segment_id=segment_id, element=element)
            return Decimal(0)
        return quantity
