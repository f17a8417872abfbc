"""From what is seldom sent with a claim or line to its models: what a rule may need that most claims do not say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias, TypeVar

from hpedi.claims.claim import Ambulance, Attachment, LineProviders, Professional, ProfessionalService
from hpedi.claims.details import (
    Certification,
    Contract,
    Equipment,
    EventDate,
    FormAnswer,
    Measurement,
    PurchasedService,
    Repricing,
    SpinalManipulation,
    SupportingForm,
)
from hpedi.claims.model import Model
from hpedi.claims.parties import PayToPlan
from hpedi.transactions.claim_837.draft import ClaimDraft, LineDraft, PartyDraft, Placed
from hpedi.transactions.claim_837.elements import Cut, Elements
from hpedi.transactions.claim_837.parties import Parties

Made = TypeVar("Made", bound=Model)
Segments: TypeAlias = dict[str, list[tuple[Cut, int]]]
"""Segments by their id, each split and with its position."""

PICK_UP, DROP_OFF = "PW", "45"
LINE_ROLES: Final = {
    "DN": "referring",
    "P3": "primary_care",
    "DK": "ordering",
    "DQ": "supervising",
    "77": "service_facility",
    "QB": "purchased_from",
    "72": "operating",
    "ZZ": "other_operating",
    "DD": "assistant_surgeon",
}
"""Field of `LineProviders` by NM101."""

_YES, _COPAY_EXEMPT, _TAX_ID = "Y", "0", "EI"
_CONDITIONS, _ANESTHESIA = "BG", ("BP", "BO")


class DetailsBuilder:
    """Makes the models of what is seldom sent, for one set."""

    __slots__ = ("_elements", "_parties")

    def __init__(self, elements: Elements, parties: Parties) -> None:
        """Begin.

        Args:
            elements: Reads elements.
            parties: Makes the models of providers and addresses.
        """
        self._elements = elements
        self._parties = parties

    def of_claim(self, draft: ClaimDraft) -> dict[str, object]:
        """Return the fields of a claim that its seldom sent segments fill."""
        segments = self._elements.by_id(draft.further)
        return {
            "event_dates": self.event_dates(segments, "2300"),
            "references": _pairs(segments.get("REF", ())),
            "notes": _pairs(segments.get("NTE", ())),
            "file_information": _file_information(segments),
            "certifications": _certifications(segments),
            "contract": self._contract(segments, "2300"),
            "repricing": self._repricing(segments, "2300"),
        }

    def of_line(self, segments: Segments, draft: LineDraft) -> dict[str, object]:
        """Return the fields of a line of any type that its seldom sent segments and providers fill."""
        amounts = segments.get("AMT", ())
        return {
            "event_dates": self.event_dates(segments, "2400"),
            "references": _pairs(segments.get("REF", ())),
            "amounts": tuple(
                [(cut[1], self._elements.amount(cut[2], position, "2400", "AMT", 2)) for cut, position in amounts]
            ),
            "attachments": tuple([attachment(cut) for cut, _ in segments.get("PWK", ())]),
            "notes": _pairs(segments.get("NTE", ())),
            "file_information": _file_information(segments),
            "contract": self._contract(segments, "2400"),
            "repricing": self._repricing(segments, "2400"),
            "providers": self._line_providers(draft.providers),
        }

    def _line_providers(self, drafts: dict[str, PartyDraft]) -> LineProviders | None:
        provider = self._parties.provider
        made = {field: provider(drafts[role]) for role, field in LINE_ROLES.items() if role in drafts}
        return LineProviders(**made) if made else None

    # --- of professional claims ---------------------------------------------------------------------------------

    def professional(self, draft: ClaimDraft) -> Professional | None:
        """Return what only a professional claim says; None where it says none of it."""
        segments = self._elements.by_id(draft.further)
        composites = [
            self._elements.components(each, 2)
            for text, _ in draft.codes
            for each in text.split(self._elements.element)[1:]
        ]
        made = Professional(
            conditions=tuple([code for kind, code in composites if kind == _CONDITIONS]),
            anesthesia_procedures=tuple([code for kind, code in composites if kind in _ANESTHESIA]),
            ambulance=self._ambulance(segments, draft.providers, "2300"),
            spinal_manipulation=next((_spinal(cut) for cut, _ in segments.get("CR2", ())), None),
        )
        return _said(made)

    def professional_service(self, service: Cut, segments: Segments, draft: LineDraft) -> ProfessionalService | None:
        """Return what only a line of a professional claim says; None where it says none of it."""
        quantities = segments.get("QTY", ())
        made = ProfessionalService(
            screening=service[11] == _YES,
            family_planning=service[12] == _YES,
            copay_exempt=service[15] == _COPAY_EXEMPT,
            equipment=self._equipment(segments),
            ambulance=self._ambulance(segments, draft.providers, "2400"),
            certifications=_certifications(segments),
            quantities=tuple(
                [(cut[1], self._elements.quantity(cut[2], position, "2400", "QTY", 2)) for cut, position in quantities]
            ),
            measurements=tuple([self._measurement(cut, position) for cut, position in segments.get("MEA", ())]),
            purchased=next((self._purchased(cut, position) for cut, position in segments.get("PS1", ())), None),
            forms=_forms(draft.further, self._elements),
        )
        return _said(made)

    def _ambulance(self, segments: Segments, parties: dict[str, PartyDraft], loop: str) -> Ambulance | None:
        """Make the transport of a CR1 and of the places it went between."""
        pick_up, drop_off = parties.get(PICK_UP), parties.get(DROP_OFF)
        cut, position = segments.get("CR1", [(self._elements.split("CR1"), 0)])[0]
        made = Ambulance(
            weight=self._elements.maybe_quantity(cut, position, loop, 2),
            reason=cut[4],
            miles=self._elements.maybe_quantity(cut, position, loop, 6),
            round_trip_purpose=cut[9],
            stretcher_purpose=cut[10],
            pick_up=self._parties.address(pick_up),
            drop_off=self._parties.address(drop_off),
            drop_off_name="" if drop_off is None else self._elements.split(drop_off.name[0])[3],
        )
        return _said(made)

    def _equipment(self, segments: Segments) -> Equipment | None:
        elements, split = self._elements, self._elements.split
        service, at = segments.get("SV5", [(split("SV5"), 0)])[0]
        certified, certified_at = segments.get("CR3", [(split("CR3"), 0)])[0]
        qualifier, code = elements.components(service[1], 2)
        made = Equipment(
            code_qualifier=qualifier,
            code=code,
            days=elements.maybe_quantity(service, at, "2400", 3),
            rental_price=elements.maybe_amount(service, at, "2400", 4),
            purchase_price=elements.maybe_amount(service, at, "2400", 5),
            rental_unit=service[6],
            certification=certified[1],
            certified_months=elements.maybe_quantity(certified, certified_at, "2400", 3),
        )
        return _said(made)

    def _measurement(self, cut: Cut, position: int) -> Measurement:
        value = self._elements.quantity(cut[3], position, "2400", "MEA", 3)
        return Measurement(reference=cut[1], qualifier=cut[2], value=value)

    def _purchased(self, cut: Cut, position: int) -> PurchasedService:
        charged = self._elements.amount(cut[2], position, "2400", "PS1", 2)
        return PurchasedService(provider=cut[1], charged=charged)

    # --- of claims and lines ------------------------------------------------------------------------------------

    def event_dates(self, segments: Segments, loop: str) -> tuple[EventDate, ...]:
        """Make the dates of events that have no field of their own."""
        made = []
        for cut, position in segments.get("DTP", ()):
            dates = self._elements.dates(cut, position, loop)
            if dates is not None:
                made.append(EventDate(event=cut[1], dates=dates))
        return tuple(made)

    def pay_to_plan(self, draft: PartyDraft) -> PayToPlan:
        """Make the plan of a 2010AC."""
        cut = self._elements.split(draft.name[0])
        references = self._parties.references(draft)
        return PayToPlan(
            name=cut[3],
            id=cut[9],
            tax_id=next((value for qualifier, value in references if qualifier == _TAX_ID), ""),
            secondary_ids=tuple([each for each in references if each[0] != _TAX_ID]),
            address=self._parties.address(draft),
        )

    def _contract(self, segments: Segments, loop: str) -> Contract | None:
        for cut, position in segments.get("CN1", ()):
            return Contract(
                type=cut[1],
                amount=self._elements.maybe_amount(cut, position, loop, 2),
                percent=self._elements.maybe_quantity(cut, position, loop, 3),
                code=cut[4],
                terms_discount_percent=self._elements.maybe_quantity(cut, position, loop, 5),
                version=cut[6],
            )
        return None

    def _repricing(self, segments: Segments, loop: str) -> Repricing | None:
        elements = self._elements
        for cut, position in segments.get("HCP", ()):
            return Repricing(
                methodology=cut[1],
                allowed=elements.amount(cut[2], position, loop, "HCP", 2),
                savings=elements.maybe_amount(cut, position, loop, 3),
                organisation=cut[4],
                rate=elements.maybe_quantity(cut, position, loop, 5),
                ambulatory_group=cut[6],
                ambulatory_group_amount=elements.maybe_amount(cut, position, loop, 7),
                revenue_code=cut[8],
                code_qualifier=cut[9],
                code=cut[10],
                unit=cut[11],
                units=elements.maybe_quantity(cut, position, loop, 12),
                reject_reason=cut[13],
                policy_compliance=cut[14],
                exception=cut[15],
            )
        return None


def attachment(cut: Cut) -> Attachment:
    """Make the attachment of a PWK."""
    return Attachment(type=cut[1], transmission=cut[2], control_number=cut[6])


def _pairs(segments: Iterable[tuple[Cut, int]]) -> tuple[tuple[str, str], ...]:
    return tuple([(cut[1], cut[2]) for cut, _ in segments])


def _file_information(segments: Segments) -> tuple[str, ...]:
    return tuple([cut[1] for cut, _ in segments.get("K3", ())])


def _certifications(segments: Segments) -> tuple[Certification, ...]:
    return tuple(
        [
            Certification(
                category=cut[1], applies=cut[2] == _YES, conditions=tuple([each for each in cut[3:8] if each])
            )
            for cut, _ in segments.get("CRC", ())
        ]
    )


def _spinal(cut: Cut) -> SpinalManipulation:
    return SpinalManipulation(condition=cut[8], descriptions=tuple([each for each in cut[10:12] if each]))


def _forms(segments: Sequence[Placed], elements: Elements) -> tuple[SupportingForm, ...]:
    """Make the forms of a line: each LQ with the answers behind it."""
    forms: list[tuple[Cut, list[FormAnswer]]] = []
    for text, _ in segments:
        cut = elements.split(text)
        if cut[0] == "LQ":
            forms.append((cut, []))
        elif cut[0] == "FRM" and forms:
            values = list(cut[2:6])
            while values and not values[-1]:
                values.pop()
            forms[-1][1].append(FormAnswer(question=cut[1], values=tuple(values)))
    return tuple([SupportingForm(qualifier=cut[1], code=cut[2], answers=tuple(answers)) for cut, answers in forms])


def _said(made: Made) -> Made | None:
    """Return a model whose fields may all be left out; None where they are."""
    return None if made == type(made)() else made
