"""Which placed segment of an 837 goes where in the drafts: one table, by loop and segment.

A segment that is not in the table has no field in the models and is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final, TypeAlias

from hpedi.transactions.claim_837.draft import (
    ClaimDraft,
    DecisionDraft,
    LineDraft,
    OtherPayerDraft,
    PartyDraft,
    SetDraft,
)

Step: TypeAlias = Callable[[SetDraft, str, int], None]
"""Takes a segment's text and its position in the set into the drafts."""


def _keeps(slot: str, *, of: str = "") -> Step:
    """Make a step that keeps the segment in a slot of the set, or of what is under way (`of`)."""
    if not of:
        return lambda draft, text, position: setattr(draft, slot, (text, position))
    owner = attrgetter(of)
    return lambda draft, text, position: setattr(owner(draft), slot, (text, position))


def _gathers(slot: str, *, of: str) -> Step:
    """Make a step that adds the segment to a list."""
    listed = attrgetter(f"{of}.{slot}")
    return lambda draft, text, position: listed(draft).append((text, position))


def _sorts(slot: str, *, of: str) -> Step:
    """Make a step that keeps the segment under its first element, its qualifier; the first of a kind stays."""
    by_qualifier = attrgetter(f"{of}.{slot}")

    def step(draft: SetDraft, text: str, position: int) -> None:
        qualifier = text.partition(draft.element)[2].partition(draft.element)[0]
        by_qualifier(draft).setdefault(qualifier, (text, position))

    return step


def _refers(*, of: str) -> Step:
    """Make a step that keeps a REF's value under its qualifier; the first of a kind stays."""
    values = attrgetter(f"{of}.references")

    def step(draft: SetDraft, text: str, _position: int) -> None:
        _, qualifier, value, *_ = [*text.split(draft.element), "", ""]
        values(draft).setdefault(qualifier, value)

    return step


def _begins_billing(draft: SetDraft, _text: str, position: int) -> None:
    draft.finish(position - 1)
    draft.begin_billing()


def _begins_subscriber(draft: SetDraft, _text: str, position: int) -> None:
    draft.finish(position - 1)
    draft.begin_subscriber()


def _begins_patient(draft: SetDraft, _text: str, position: int) -> None:
    draft.finish(position - 1)
    draft.begin_patient()


def _subscriber_level(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.subscriber = PartyDraft()
    draft.subscriber.level = (text, position)


def _patient_level(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.patient = PartyDraft()
    draft.patient.level = (text, position)


def _billing_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.billing
    draft.billing.name = (text, position)


def _pay_to_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.pay_to = PartyDraft()
    draft.pay_to.name = (text, position)


def _begins_claim(draft: SetDraft, text: str, position: int) -> None:
    draft.finish(position - 1)
    draft.claim = ClaimDraft()
    draft.claim.segment = (text, position)


def _claim_provider(draft: SetDraft, text: str, position: int) -> None:
    draft.party = PartyDraft()
    draft.party.name = (text, position)
    role = text.partition(draft.element)[2].partition(draft.element)[0]
    draft.claim.providers.setdefault(role, draft.party)


def _begins_other_payer(draft: SetDraft, text: str, position: int) -> None:
    draft.other = OtherPayerDraft()
    draft.other.level = (text, position)
    draft.claim.others.append(draft.other)


def _begins_line(draft: SetDraft, text: str, position: int) -> None:
    draft.line = LineDraft()
    draft.line.number = (text, position)
    draft.claim.lines.append(draft.line)


def _line_provider(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.line.rendering = PartyDraft()
    draft.party.name = (text, position)


def _begins_decision(draft: SetDraft, text: str, position: int) -> None:
    draft.decision = DecisionDraft()
    draft.decision.service = (text, position)
    draft.line.decisions.append(draft.decision)


_street, _city = _keeps("street", of="party"), _keeps("city", of="party")
_specialty, _party_reference = _keeps("specialty", of="party"), _gathers("references", of="party")
_demographics, _level_name = _keeps("demographics", of="party"), _keeps("name", of="party")

STEPS: Final[dict[tuple[str, str], Step]] = {
    ("HEADER", "BHT"): _keeps("head"),
    ("1000A", "NM1"): _keeps("submitter"),
    ("1000A", "PER"): _keeps("contact"),
    ("1000B", "NM1"): _keeps("receiver"),
    ("2000A", "HL"): _begins_billing,
    ("2000A", "PRV"): _keeps("specialty", of="billing"),
    ("2010AA", "NM1"): _billing_name,
    ("2010AA", "N3"): _street,
    ("2010AA", "N4"): _city,
    ("2010AA", "REF"): _party_reference,
    ("2010AB", "NM1"): _pay_to_name,
    ("2010AB", "N3"): _street,
    ("2010AB", "N4"): _city,
    ("2000B", "HL"): _begins_subscriber,
    ("2000B", "SBR"): _subscriber_level,
    ("2010BA", "NM1"): _level_name,
    ("2010BA", "N3"): _street,
    ("2010BA", "N4"): _city,
    ("2010BA", "DMG"): _demographics,
    ("2010BB", "NM1"): _keeps("payer"),
    ("2000C", "HL"): _begins_patient,
    ("2000C", "PAT"): _patient_level,
    ("2010CA", "NM1"): _level_name,
    ("2010CA", "N3"): _street,
    ("2010CA", "N4"): _city,
    ("2010CA", "DMG"): _demographics,
    ("2300", "CLM"): _begins_claim,
    ("2300", "DTP"): _sorts("dates", of="claim"),
    ("2300", "PWK"): _gathers("attachments", of="claim"),
    ("2300", "AMT"): _sorts("amounts", of="claim"),
    ("2300", "REF"): _refers(of="claim"),
    ("2300", "NTE"): _keeps("note", of="claim"),
    ("2300", "HI"): _gathers("diagnoses", of="claim"),
    ("2310A", "NM1"): _claim_provider,
    ("2310A", "REF"): _party_reference,
    ("2310B", "NM1"): _claim_provider,
    ("2310B", "PRV"): _specialty,
    ("2310B", "REF"): _party_reference,
    ("2310C", "NM1"): _claim_provider,
    ("2310C", "N3"): _street,
    ("2310C", "N4"): _city,
    ("2310C", "REF"): _party_reference,
    ("2310D", "NM1"): _claim_provider,
    ("2310D", "REF"): _party_reference,
    ("2320", "SBR"): _begins_other_payer,
    ("2320", "CAS"): _gathers("adjustments", of="other"),
    ("2320", "AMT"): _sorts("amounts", of="other"),
    ("2320", "OI"): _keeps("insurance", of="other"),
    ("2330A", "NM1"): _keeps("subscriber", of="other"),
    ("2330B", "NM1"): _keeps("payer", of="other"),
    ("2330B", "DTP"): _sorts("dates", of="other"),
    ("2400", "LX"): _begins_line,
    ("2400", "SV1"): _keeps("service", of="line"),
    ("2400", "SV2"): _keeps("service", of="line"),
    ("2400", "SV3"): _keeps("service", of="line"),
    ("2400", "DTP"): _sorts("dates", of="line"),
    ("2400", "REF"): _refers(of="line"),
    ("2410", "LIN"): _keeps("drug", of="line"),
    ("2410", "CTP"): _keeps("drug_quantity", of="line"),
    ("2410", "REF"): _refers(of="line"),
    ("2420A", "NM1"): _line_provider,
    ("2420A", "PRV"): _specialty,
    ("2420A", "REF"): _party_reference,
    ("2430", "SVD"): _begins_decision,
    ("2430", "CAS"): _gathers("adjustments", of="decision"),
    ("2430", "DTP"): _sorts("dates", of="decision"),
}
