"""Which placed segment of an 837 goes where in the drafts: one table, by loop and segment.

A segment that is not in the table has no field in the models and is passed over; which, and why, stands in
tests/transactions/claim_837/not_kept.yaml. Loops and segments are those of 837P, 837I and 837D.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final, TypeAlias

from hpedi.transactions.claim_837.draft import (
    NOTHING,
    ClaimDraft,
    DecisionDraft,
    LineDraft,
    OtherPayerDraft,
    PartyDraft,
    SetDraft,
)

Step: TypeAlias = Callable[[SetDraft, str, int], None]
"""Takes a segment's text and its position in the set into the drafts."""

EVERY: Final[frozenset[str]] = frozenset()
"""All qualifiers have a field."""

_QUALIFIER_AND_VALUE, _OTHER_PAYER = 3, 4  # a REF of two elements; REF04
_ADDITIONAL = "ADD"
_NUMBERS_OF_BILLING = frozenset({"G2", "LU"})


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


def _sorts(slot: str, *, of: str, known: frozenset[str] = EVERY) -> Step:
    """Make a step that keeps the segment under its first element, its qualifier; the first of a kind stays.

    Those of a qualifier that is not `known` have no field of their own: they are gathered in `further`.
    """
    owner, by_qualifier = attrgetter(of), attrgetter(f"{of}.{slot}")

    def step(draft: SetDraft, text: str, position: int) -> None:
        qualifier = text.partition(draft.element)[2].partition(draft.element)[0]
        if known and qualifier not in known:
            owner(draft).further.append((text, position))
        else:
            by_qualifier(draft).setdefault(qualifier, (text, position))

    return step


def _refers(known: frozenset[str], *, of: str) -> Step:
    """Make a step that keeps a REF's value under its qualifier; the first of a kind stays.

    Those of a qualifier that is not `known` are gathered in `further`. What REF04 gives to another payer is not ours.
    """
    owner = attrgetter(of)

    def step(draft: SetDraft, text: str, position: int) -> None:
        cut = text.split(draft.element)
        if len(cut) != _QUALIFIER_AND_VALUE:
            if len(cut) > _OTHER_PAYER and cut[_OTHER_PAYER]:
                return
            cut += "", ""
        if cut[1] in known:
            owner(draft).references.setdefault(cut[1], cut[2])
        else:
            owner(draft).further.append((text, position))

    return step


def _note(draft: SetDraft, text: str, position: int) -> None:
    """Keep the first NTE*ADD of a claim; the others are gathered."""
    claim = draft.claim
    if claim.note is NOTHING and text.startswith(f"NTE{draft.element}{_ADDITIONAL}{draft.element}"):
        claim.note = (text, position)
    else:
        claim.further.append((text, position))


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


def _subscriber_condition(draft: SetDraft, text: str, position: int) -> None:
    draft.party.condition = (text, position)


def _billing_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.billing
    draft.billing.name = (text, position)


def _pay_to_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.pay_to = PartyDraft()
    draft.pay_to.name = (text, position)


def _pay_to_plan_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party = draft.pay_to_plan = PartyDraft()
    draft.pay_to_plan.name = (text, position)


def _payer_reference(draft: SetDraft, text: str, position: int) -> None:
    """Keep a number that the payer gave the billing provider; the payer itself goes by its NM109."""
    if text.partition(draft.element)[2].partition(draft.element)[0] in _NUMBERS_OF_BILLING:
        draft.billing_ids.append((text, position))


def _begins_claim(draft: SetDraft, text: str, position: int) -> None:
    draft.finish(position - 1)
    draft.claim = ClaimDraft()
    draft.claim.segment = (text, position)


def _claim_provider(draft: SetDraft, text: str, position: int) -> None:
    draft.party = PartyDraft()
    draft.party.name = (text, position)
    role = text.partition(draft.element)[2].partition(draft.element)[0]
    draft.claim.providers.setdefault(role, draft.party)


def _party_name(draft: SetDraft, text: str, position: int) -> None:
    draft.party.name = (text, position)


def _street(draft: SetDraft, text: str, position: int) -> None:
    draft.party.street = (text, position)


def _city(draft: SetDraft, text: str, position: int) -> None:
    draft.party.city = (text, position)


def _demographics(draft: SetDraft, text: str, position: int) -> None:
    draft.party.demographics = (text, position)


def _begins_other_payer(draft: SetDraft, text: str, position: int) -> None:
    draft.other = OtherPayerDraft()
    draft.other.level = (text, position)
    draft.claim.others.append(draft.other)


def _begins_line(draft: SetDraft, text: str, position: int) -> None:
    line = draft.line = LineDraft((text, position))
    draft.claim.lines.append(line)


def _service(draft: SetDraft, text: str, position: int) -> None:
    draft.line.service = (text, position)


def _line_provider(draft: SetDraft, text: str, position: int) -> None:
    draft.party = PartyDraft()
    draft.party.name = (text, position)
    role = text.partition(draft.element)[2].partition(draft.element)[0]
    draft.line.providers.setdefault(role, draft.party)


def _begins_decision(draft: SetDraft, text: str, position: int) -> None:
    draft.decision = DecisionDraft()
    draft.decision.service = (text, position)
    draft.line.decisions.append(draft.decision)


_specialty, _party_reference = _keeps("specialty", of="party"), _gathers("references", of="party")
_further_of_claim, _further_of_line = _gathers("further", of="claim"), _gathers("further", of="line")
_PARTY: Final = {"PRV": _specialty, "N3": _street, "N4": _city, "REF": _party_reference}

STEPS: Final[dict[tuple[str, str], Step]] = {
    ("HEADER", "BHT"): _keeps("head"),
    ("1000A", "NM1"): _keeps("submitter"),
    ("1000A", "PER"): _keeps("contact"),
    ("1000B", "NM1"): _keeps("receiver"),
    ("2000A", "HL"): _begins_billing,
    ("2000A", "PRV"): _keeps("specialty", of="billing"),
    ("2010AA", "NM1"): _billing_name,
    ("2010AB", "NM1"): _pay_to_name,
    ("2010AC", "NM1"): _pay_to_plan_name,
    **{(loop, segment): _PARTY[segment] for loop in ("2010AA", "2010AB", "2010AC") for segment in ("N3", "N4", "REF")},
    ("2000B", "HL"): _begins_subscriber,
    ("2000B", "SBR"): _subscriber_level,
    ("2000B", "PAT"): _subscriber_condition,
    ("2010BB", "NM1"): _keeps("payer"),
    ("2010BB", "REF"): _payer_reference,
    ("2000C", "HL"): _begins_patient,
    ("2000C", "PAT"): _patient_level,
    **{(loop, "NM1"): _party_name for loop in ("2010BA", "2010CA")},
    **{(loop, segment): _PARTY[segment] for loop in ("2010BA", "2010CA") for segment in ("N3", "N4", "REF")},
    **{(loop, "DMG"): _demographics for loop in ("2010BA", "2010CA")},
    ("2300", "CLM"): _begins_claim,
    ("2300", "DTP"): _sorts("dates", of="claim", known=frozenset({"439", "435", "096", "434", "472", "452"})),
    ("2300", "PWK"): _gathers("attachments", of="claim"),
    ("2300", "AMT"): _sorts("amounts", of="claim"),
    ("2300", "REF"): _refers(frozenset({"F8", "G1", "9F", "D9", "EA"}), of="claim"),
    ("2300", "NTE"): _note,
    ("2300", "HI"): _gathers("codes", of="claim"),
    **{
        ("2300", segment): _further_of_claim
        for segment in ("CL1", "CN1", "CR1", "CR2", "CRC", "DN1", "DN2", "HCP", "K3")
    },
    **{(f"2310{letter}", "NM1"): _claim_provider for letter in "ABCDEF"},
    **{(f"2310{letter}", segment): step for letter in "ABCDEF" for segment, step in _PARTY.items()},
    ("2320", "SBR"): _begins_other_payer,
    ("2320", "CAS"): _gathers("adjustments", of="other"),
    ("2320", "AMT"): _sorts("amounts", of="other"),
    ("2320", "OI"): _keeps("insurance", of="other"),
    ("2320", "MIA"): _keeps("inpatient", of="other"),
    ("2320", "MOA"): _keeps("outpatient", of="other"),
    ("2330A", "NM1"): _keeps("subscriber", of="other"),
    ("2330B", "NM1"): _keeps("payer", of="other"),
    ("2330B", "DTP"): _sorts("dates", of="other"),
    ("2330B", "REF"): _gathers("references", of="other"),
    ("2400", "LX"): _begins_line,
    **{("2400", segment): _service for segment in ("SV1", "SV2", "SV3")},
    ("2400", "DTP"): _sorts("dates", of="line", known=frozenset({"472"})),
    ("2400", "REF"): _refers(frozenset({"6R", "G1"}), of="line"),
    **{
        ("2400", segment): _further_of_line
        for segment in (
            "AMT", "CN1", "CR1", "CR3", "CRC", "HCP", "K3", "MEA", "NTE", "PS1", "PWK", "QTY", "SV5", "TOO",
        )
    },
    ("2410", "LIN"): _keeps("drug", of="line"),
    ("2410", "CTP"): _keeps("drug_quantity", of="line"),
    ("2410", "REF"): _refers(frozenset({"XZ", "VY"}), of="line"),
    **{(f"2420{letter}", "NM1"): _line_provider for letter in "ABCDEFGH"},
    **{(f"2420{letter}", segment): step for letter in "ABCDEFGH" for segment, step in _PARTY.items()},
    ("2430", "SVD"): _begins_decision,
    ("2430", "CAS"): _gathers("adjustments", of="decision"),
    ("2430", "DTP"): _sorts("dates", of="decision"),
    ("2430", "AMT"): _sorts("amounts", of="decision"),
    ("2440", "LQ"): _further_of_line,
    ("2440", "FRM"): _further_of_line,
}  # fmt: skip
"""In sets that have no such loop or segment a row is never asked for; the letters of providers differ by set."""
