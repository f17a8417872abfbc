"""From the segments of a party to its model: providers, subscribers, patients, payers, the submission's head.

A file names the same few providers again and again: models of equal segments are made once, within a bound.
"""

from __future__ import annotations

from datetime import date

from hpedi.claims.parties import Address, Name, Patient, PatientCondition, Payer, Provider, Subscriber
from hpedi.claims.submission import SubmissionHeader
from hpedi.transactions.claim_837.draft import NOTHING, PartyDraft, Placed, SetDraft
from hpedi.transactions.claim_837.elements import Cut, Elements
from hpedi.transactions.claim_837.values import read_day, read_segment

_REMEMBERED = 4096
_NPI, _MEMBER_ID = "XX", "MI"
_TAX_IDS = ("EI", "SY")


class Parties:
    """Makes models of parties for one set."""

    __slots__ = ("_elements", "_payers", "_providers", "_split")

    def __init__(self, elements: Elements) -> None:
        """Begin with nothing remembered.

        Args:
            elements: Reads elements.
        """
        self._elements = elements
        self._split = elements.split
        self._providers: dict[tuple[str, ...], Provider] = {}
        self._payers: dict[str, Payer] = {}

    def provider(self, draft: PartyDraft | None) -> Provider | None:
        """Make a provider of a billing, referring, rendering, supervising or facility loop."""
        if draft is None or draft.name is NOTHING:
            return None
        key: tuple[str, ...] = (draft.name[0], draft.street[0], draft.city[0], draft.specialty[0])
        if draft.references:
            key += tuple([text for text, _ in draft.references])
        if (known := self._providers.get(key)) is not None:
            return known
        if len(self._providers) >= _REMEMBERED:
            self._providers.clear()
        made = self._providers[key] = self._provider(draft)
        return made

    def _provider(self, draft: PartyDraft) -> Provider:
        name = self._split(draft.name[0])
        references = self.references(draft)
        tax_id = next((pair for pair in references if pair[0] in _TAX_IDS), ("", ""))
        return Provider(
            is_person=name[2] == "1",
            name=self.name(draft.name),
            npi=name[9] if name[8] == _NPI else "",
            tax_id=tax_id[1],
            tax_id_qualifier=tax_id[0],
            taxonomy=self._split(draft.specialty[0])[3],
            address=self.address(draft),
            secondary_ids=tuple(pair for pair in references if pair[0] not in _TAX_IDS),
        )

    def references(self, draft: PartyDraft) -> list[tuple[str, str]]:
        """Return qualifier and value of the REFs of a party, less those that REF04 gives to another payer."""
        cuts = (self._split(text) for text, _ in draft.references)
        return [(cut[1], cut[2]) for cut in cuts if not cut[4]]

    def subscriber(self, draft: PartyDraft | None) -> Subscriber | None:
        """Make the subscriber of a 2000B and its 2010BA; None where it is not named."""
        if draft is None:
            return None
        cut = self._split(draft.name[0])
        name = _name(cut)
        if name is None:
            return None
        level = read_segment(draft.level[0], self._elements.element)
        birth, sex = self._demographics(draft, "2010BA")
        return Subscriber(
            payer_responsibility=level[1],
            name=name,
            member_id=cut[9] if cut[8] == _MEMBER_ID else "",
            is_person=cut[2] == "1",
            group_number=level[3],
            group_name=level[4],
            insurance_type=level[5],
            claim_filing=level[9],
            birth_date=birth,
            sex=sex,
            address=self.address(draft),
            secondary_ids=tuple(self.references(draft)) if draft.references else (),
            condition=self._condition(draft.condition, "2000B") if draft.condition is not NOTHING else None,
        )

    def patient(self, draft: PartyDraft | None) -> Patient | None:
        """Make the patient of a 2000C and its 2010CA; None where there is none or it is not named."""
        if draft is None or (name := self.name(draft.name)) is None:
            return None
        birth, sex = self._demographics(draft, "2010CA")
        return Patient(
            relationship=read_segment(draft.level[0], self._elements.element)[1],
            name=name,
            birth_date=birth,
            sex=sex,
            address=self.address(draft),
            secondary_ids=tuple(self.references(draft)) if draft.references else (),
            condition=self._condition(draft.level, "2000C"),
        )

    def _condition(self, segment: Placed, loop: str) -> PatientCondition | None:
        """Make what a PAT says of who is treated; None where it says nothing of that."""
        cut, position = read_segment(segment[0], self._elements.element), segment[1]
        if not (cut[6] or cut[8] or cut[9]):
            return None
        died = read_day(cut[6])
        if cut[6] and died is None:
            self._elements.problems.add("claim-date", position, loop=loop, segment_id="PAT", element=6)
        weight = self._elements.maybe_quantity(cut, position, loop, 8)
        return PatientCondition(death_date=died, weight=weight, is_pregnant=cut[9] == "Y")

    def payer(self, segment: Placed) -> Payer | None:
        """Make the payer of a 2010BB; None where it is not named."""
        if segment is NOTHING:
            return None
        if (known := self._payers.get(segment[0])) is not None:
            return known
        if len(self._payers) >= _REMEMBERED:
            self._payers.clear()
        cut = self._split(segment[0])
        made = self._payers[segment[0]] = Payer(name=cut[3], id=cut[9])
        return made

    def name(self, segment: Placed) -> Name | None:
        """Make the name of an NM1; None where it has none."""
        return _name(self._split(segment[0]))

    def address(self, draft: PartyDraft | None) -> Address | None:
        """Make the address of an N3 and N4; None where there is neither."""
        if draft is None or (draft.street is NOTHING and draft.city is NOTHING):
            return None
        street, city = self._split(draft.street[0]), read_segment(draft.city[0], self._elements.element)
        return Address(
            lines=tuple([line for line in street[1:3] if line]),
            city=city[1],
            state=city[2],
            postal_code=city[3],
            country=city[4],
        )

    def _demographics(self, draft: PartyDraft, loop: str) -> tuple[date | None, str]:
        text, position = draft.demographics
        if not text:
            return None, ""
        cut = self._split(text)
        birth = read_day(cut[2])
        if cut[2] and birth is None:
            self._elements.problems.add("claim-date", position, loop=loop, segment_id="DMG", element=2)
        return birth, cut[3]

    def header(self, draft: SetDraft) -> SubmissionHeader:
        """Make the head of the submission."""
        head, submitter = self._split(draft.head[0]), self._split(draft.submitter[0])
        contact, receiver = self._split(draft.contact[0]), self._split(draft.receiver[0])
        phones = [number for kind, number in zip(contact[3:9:2], contact[4:10:2], strict=True) if kind == "TE"]
        return SubmissionHeader(
            reference=head[3],
            created=read_day(head[4]),
            created_time=head[5],
            is_resubmission=head[2] == "18",
            is_chargeable=head[6] != "RP",
            submitter_id=submitter[9],
            submitter=self.name(draft.submitter),
            submitter_is_person=submitter[2] == "1",
            contact_name=contact[2],
            contact_phone=phones[0] if phones else "",
            receiver_name=receiver[3],
            receiver_id=receiver[9],
        )


def _name(cut: Cut) -> Name | None:
    if not (cut[3] or cut[4]):
        return None
    return Name(last=cut[3], first=cut[4], middle=cut[5], suffix=cut[7])
