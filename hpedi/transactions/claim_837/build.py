"""From the drafts of a claim to its model.

Every amount, quantity and date is converted here, exactly or not at all. What cannot be converted becomes a finding,
and the claim is then not made: a claim is read whole or refused. What every claim says is made first; what its type or
seldom sent segments add is put in afterwards, so that it costs an ordinary claim nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import ClassVar, TypeAlias

from msgspec.structs import replace

from hpedi.claims.claim import Attachment, Claim, Diagnosis, Drug, LineAdjudication, ServiceLine
from hpedi.claims.parties import Provider
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.build_coordination import CoordinationBuilder
from hpedi.transactions.claim_837.build_dental import DentalBuilder
from hpedi.transactions.claim_837.build_details import DetailsBuilder, attachment
from hpedi.transactions.claim_837.build_institutional import InstitutionalBuilder
from hpedi.transactions.claim_837.claim_types import DENTAL, INSTITUTIONAL, PROFESSIONAL
from hpedi.transactions.claim_837.draft import NOTHING, ClaimDraft, LineDraft, Placed, SetDraft
from hpedi.transactions.claim_837.elements import Elements
from hpedi.transactions.claim_837.parties import Parties
from hpedi.transactions.claim_837.values import (
    read_amount,
    read_causes,
    read_dated,
    read_diagnoses,
    read_identifier,
    read_line_number,
    read_place,
    read_pointers,
    read_procedure,
    read_quantity,
)

_DAYS_OF_SERVICE = ("472", "434")
_TYPE_OF_BILL = "A"
_NO_DAY = DateSpan(date.min, date.min)
_RENDERING, _PRIMARY_CARE, _PROCEDURE = "82", "P3", "HC"
MakesLine: TypeAlias = "Callable[[ClaimBuilder, LineDraft, int, DateSpan | None], ServiceLine]"


class ClaimBuilder:
    """Makes claims of drafts for one set."""

    __slots__ = (
        "_component", "_coordination", "_dental", "_details", "_element", "_elements", "_institutional", "_line",
        "_parties", "_problems", "_split", "_type",
    )  # fmt: skip

    def __init__(self, claim_type: str, elements: Elements, parties: Parties) -> None:
        """Begin.

        Args:
            claim_type: P, I or D.
            elements: Reads elements.
            parties: Makes the models of providers, subscriber, patient and payer.
        """
        self._type = claim_type
        self._elements = elements
        self._element, self._component = elements.element, elements.component
        self._parties = parties
        self._problems = elements.problems
        self._split = elements.split
        self._coordination = CoordinationBuilder(elements, parties)
        self._details = DetailsBuilder(elements, parties)
        self._institutional = InstitutionalBuilder(elements, parties)
        self._dental = DentalBuilder(elements, parties)
        self._line = self._makes_line[claim_type]

    def claim(self, levels: SetDraft, draft: ClaimDraft) -> Claim | None:
        """Make the claim; None if anything in it could not be read.

        Args:
            levels: The levels above the claim, with the models made of them.
            draft: The claim's own segments.

        Findings:
            claim-amount, claim-quantity, claim-date, claim-undated, claim-incomplete, claim-without-line
        """
        dates = None if self._type == PROFESSIONAL else self._dates(levels, draft)
        claim = self._usual(levels, draft, dates)
        if claim is None or (self._type == PROFESSIONAL and not _says_more(levels, draft)):
            return claim
        further = self._further(levels, draft, dates)
        return None if self._problems else replace(claim, **further)

    def _usual(self, levels: SetDraft, draft: ClaimDraft, dates: DateSpan | None) -> Claim | None:
        """Make what every claim says; `dates` are those of lines that do not say their own."""
        cut, elements = self._split(draft.segment[0]), self._elements
        charged = read_amount(cut[2])
        if charged is None:
            charged = elements.amount(cut[2], draft.segment[1], "2300", "CLM", 2)
        lines = tuple([self._line(self, line, number, dates) for number, line in enumerate(draft.lines, 1)])
        others = tuple([self._coordination.other_payer(other) for other in draft.others]) if draft.others else ()
        patient_paid = elements.amount_at(draft.amounts, "F5", "2300") if draft.amounts else None
        billing, subscriber, payer = levels.billing_model, levels.subscriber_model, levels.payer_model
        lacks_patient = levels.patient_model is None and levels.patient is not None
        if billing is None or subscriber is None or payer is None or lacks_patient or not lines:
            self._tell_missing(levels, draft)
            return None
        if self._problems:
            return None
        place, frequency = read_place(cut[5], self._component)
        causes, state, country = read_causes(cut[11], self._component)
        reference, party, provider = draft.references.get, draft.providers.get, self._parties.provider
        # fmt: off
        return Claim(
            patient_control_number=cut[1], charged=charged, place_of_service=place, frequency=frequency,
            signature_on_file=cut[6] == "Y", assignment=cut[7], benefits_assigned=cut[8], release_of_information=cut[9],
            related_causes=causes, accident_state=state, accident_country=country, special_program=cut[12],
            delay_reason=cut[20],
            submitter_id=read_identifier(levels.submitter[0], self._element), billing=billing,
            pay_to_address=self._parties.address(levels.pay_to),
            subscriber=subscriber, payer=payer, patient=levels.patient_model,
            diagnoses=self._diagnoses(draft.codes),
            original_reference=reference("F8", ""), prior_authorization=reference("G1", ""),
            referral_number=reference("9F", ""), clearinghouse_trace=reference("D9", ""),
            medical_record_number=reference("EA", ""),
            patient_paid=patient_paid, note="" if draft.note is NOTHING else self._split(draft.note[0])[2],
            attachments=self._attachments(draft.attachments) if draft.attachments else (),
            rendering=provider(party(_RENDERING)), referring=provider(party("DN")),
            service_facility=provider(party("77")), supervising=provider(party("DQ")),
            other_payers=others, lines=lines,
        )
        # fmt: on

    def _dates(self, levels: SetDraft, draft: ClaimDraft) -> DateSpan | None:
        """Return the days of service of lines that do not say their own."""
        if self._type == DENTAL:
            return self._dental.service_dates(levels, draft)
        return self._institutional.statement_dates(draft)

    # --- what the type of a claim and seldom sent segments add ------------------------------------------------------

    def _further(self, levels: SetDraft, draft: ClaimDraft, dates: DateSpan | None) -> dict[str, object]:
        further: dict[str, object] = {}
        if draft.further:
            further |= self._details.of_claim(draft)
        if draft.dates:
            further["accident_date"] = self._elements.day(draft.dates.get("439"), "2300")
        if _PRIMARY_CARE in draft.providers:
            further["primary_care"] = self._parties.provider(draft.providers[_PRIMARY_CARE])
        if levels.pay_to_plan is not None:
            further["pay_to_plan"] = self._details.pay_to_plan(levels.pay_to_plan)
        if levels.billing_ids:
            cuts = [self._split(text) for text, _ in levels.billing_ids]
            further["billing_ids"] = tuple([(cut[1], cut[2]) for cut in cuts])
        if self._type == PROFESSIONAL:
            return further | self._of_professional(draft)
        if self._type == DENTAL:
            return further | {"dental": self._dental.dental(draft)}
        return further if dates is None else further | self._of_institutional(draft, dates)

    def _of_professional(self, draft: ClaimDraft) -> dict[str, object]:
        further: dict[str, object] = {}
        if draft.dates:
            further["admission_date"] = self._elements.day(draft.dates.get("435"), "2300")
            further["discharge_date"] = self._elements.day(draft.dates.get("096"), "2300")
        if draft.further or len(draft.codes) > 1:
            further["professional"] = self._details.professional(draft)
        return further

    def _of_institutional(self, draft: ClaimDraft, dates: DateSpan) -> dict[str, object]:
        """A claim form without a signature to tell has it on file; its accident is told by a REF and by codes."""
        admitted, hour = self._institutional.admission(draft)
        states = [cut[2] for cut in (self._split(text) for text, _ in draft.further) if cut[:2] == ["REF", "LU"]]
        return {
            "place_of_service": "",
            "signature_on_file": True,
            "accident_state": states[0] if states else "",
            "references": tuple([each for each in self._references(draft) if each[0] != "LU"]),
            "admission_date": admitted,
            "patient_due": self._elements.amount_at(draft.amounts, "F3", "2300"),
            "institutional": self._institutional.institutional(draft, dates, hour),
        }

    def _references(self, draft: ClaimDraft) -> list[tuple[str, str]]:
        cuts = (self._split(text) for text, _ in draft.further)
        return [(cut[1], cut[2]) for cut in cuts if cut[0] == "REF"]

    # --- of a claim that could not be made ------------------------------------------------------------------------

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
        facility, qualifier, frequency = self._elements.components(self._split(draft.segment[0])[5], 3)
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

    # --- lines ------------------------------------------------------------------------------------------------------

    def _professional_line(self, draft: LineDraft, ordinal: int, _dates: DateSpan | None) -> ServiceLine:
        service, position = self._split(draft.service[0]), draft.service[1]
        if draft.service is NOTHING:
            self._problems.add("claim-incomplete", draft.number[1], loop="2400", segment_id="SV1")
        number = read_line_number(draft.number[0], self._element)
        qualifier, code, modifiers, description = read_procedure(service[1], self._component)
        charged, units = read_amount(service[2]), read_quantity(service[4])
        line = ServiceLine(
            number=ordinal if number is None else number,
            code=code,
            code_qualifier=qualifier,
            modifiers=modifiers,
            charged=self._elements.amount(service[2], position, "2400", "SV1", 2) if charged is None else charged,
            unit=service[3],
            units=self._elements.quantity(service[4], position, "2400", "SV1", 4) if units is None else units,
            place_of_service=service[5],
            diagnosis_pointers=read_pointers(service[7], self._component),
            emergency=service[9] == "Y",
            description=description,
            dates=read_dated(draft.dates.get("472", NOTHING)[0], self._element) or self._service_dates(draft, None),
            control_number=draft.references.get("6R", ""),
            prior_authorization=draft.references.get("G1", ""),
            rendering=self._rendering(draft) if draft.providers else None,
            drug=self._drug(draft) if draft.drug is not NOTHING else None,
            adjudications=self._decisions(draft, service[1]) if draft.decisions else (),
        )
        if not (draft.further or draft.providers or service[11] or service[12] or service[15]):
            return line
        segments = self._elements.by_id(draft.further)
        professional = self._details.professional_service(service, segments, draft)
        return replace(line, **self._details.of_line(segments, draft), professional=professional)

    def _institutional_line(self, draft: LineDraft, ordinal: int, dates: DateSpan | None) -> ServiceLine:
        elements = self._elements
        service, position = self._split(draft.service[0]), draft.service[1]
        if draft.service is NOTHING:
            self._problems.add("claim-incomplete", draft.number[1], loop="2400", segment_id="SV2")
        number = read_line_number(draft.number[0], self._element)
        qualifier, code, modifiers, description = read_procedure(service[2], self._component)
        revenue_code = service[1]
        line = ServiceLine(
            number=ordinal if number is None else number,
            code=code,
            code_qualifier=qualifier or _PROCEDURE,
            modifiers=modifiers,
            charged=elements.amount(service[3], position, "2400", "SV2", 3),
            unit=service[4],
            units=elements.quantity(service[5], position, "2400", "SV2", 5),
            non_covered=elements.maybe_amount(service, position, "2400", 7),
            revenue_code=revenue_code,
            description=description,
            dates=self._service_dates(draft, dates),
            control_number=draft.references.get("6R", ""),
            rendering=self._rendering(draft) if draft.providers else None,
            drug=self._drug(draft) if draft.drug is not NOTHING else None,
            adjudications=self._decisions(draft, service[2], revenue_code),
        )
        if not draft.further and not draft.providers:
            return line
        return replace(line, **self._details.of_line(elements.by_id(draft.further), draft))

    def _dental_line(self, draft: LineDraft, ordinal: int, dates: DateSpan | None) -> ServiceLine:
        """Make a line; without a quantity it is one service."""
        elements = self._elements
        service, position = self._split(draft.service[0]), draft.service[1]
        if draft.service is NOTHING:
            self._problems.add("claim-incomplete", draft.number[1], loop="2400", segment_id="SV3")
        number = read_line_number(draft.number[0], self._element)
        qualifier, code, modifiers, description = read_procedure(service[1], self._component)
        line = ServiceLine(
            number=ordinal if number is None else number,
            code=code,
            code_qualifier=qualifier,
            modifiers=modifiers,
            charged=elements.amount(service[2], position, "2400", "SV3", 2),
            units=elements.quantity(service[6] or "1", position, "2400", "SV3", 6),
            place_of_service=service[3],
            diagnosis_pointers=read_pointers(service[11], self._component),
            description=description,
            dates=self._service_dates(draft, dates),
            control_number=draft.references.get("6R", ""),
            prior_authorization=draft.references.get("G1", ""),
            rendering=self._rendering(draft) if draft.providers else None,
            adjudications=self._decisions(draft, service[1]),
        )
        segments = elements.by_id(draft.further)
        dental = self._dental.dental_service(service, segments)
        return replace(line, dental=dental, **self._details.of_line(segments, draft))

    def _service_dates(self, draft: LineDraft, of_claim: DateSpan | None) -> DateSpan:
        segment = draft.dates.get("472")
        if segment is None:
            if of_claim is None:
                self._problems.add("claim-undated", draft.number[1], loop="2400", segment_id="DTP")
            return of_claim or _NO_DAY
        span = read_dated(segment[0], self._element)
        if span is None:
            self._problems.add("claim-date", segment[1], loop="2400", segment_id="DTP", element=3)
            return _NO_DAY
        return span

    def _drug(self, draft: LineDraft) -> Drug:
        cut = self._split(draft.drug_quantity[0])
        return Drug(
            ndc=self._split(draft.drug[0])[3],
            quantity=self._elements.quantity(cut[4], draft.drug_quantity[1] or draft.drug[1], "2410", "CTP", 4),
            unit=self._elements.components(cut[5], 1)[0],
            prescription=draft.references.get("XZ", ""),
            compound=draft.references.get("VY", ""),
        )

    def _rendering(self, draft: LineDraft) -> Provider | None:
        return self._parties.provider(draft.providers.get(_RENDERING))

    def _decisions(self, draft: LineDraft, procedure: str, revenue_code: str = "") -> tuple[LineAdjudication, ...]:
        return tuple([self._coordination.decision(each, procedure, revenue_code) for each in draft.decisions])

    def _attachments(self, segments: Sequence[Placed]) -> tuple[Attachment, ...]:
        return tuple([attachment(self._split(text)) for text, _ in segments])

    def _diagnoses(self, segments: Sequence[Placed]) -> tuple[Diagnosis, ...]:
        element, component = self._element, self._component
        if len(segments) == 1:
            return read_diagnoses(segments[0][0], element, component)
        return tuple([each for text, _ in segments for each in read_diagnoses(text, element, component)])

    _makes_line: ClassVar[Mapping[str, MakesLine]] = {
        PROFESSIONAL: _professional_line,
        INSTITUTIONAL: _institutional_line,
        DENTAL: _dental_line,
    }


def _says_more(levels: SetDraft, draft: ClaimDraft) -> bool:
    """Say whether a professional claim says more than every claim does."""
    return bool(
        draft.further
        or draft.dates
        or len(draft.codes) > 1
        or levels.pay_to_plan
        or levels.billing_ids
        or _PRIMARY_CARE in draft.providers
    )
