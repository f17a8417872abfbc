"""What has been read of a claim and of the levels above it, as texts, before models are made of it.

Nothing is judged here and nothing is converted. `steps` says which placed segment goes where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from hpedi.claims.parties import Patient, Payer, Provider, Subscriber

Placed: TypeAlias = tuple[str, int]
"""A segment's text and its position in the set."""

NOTHING: Final[Placed] = ("", 0)


class PartyDraft:
    """The segments of one provider, subscriber or patient.

    `level` is the SBR or PAT above its name, `condition` the PAT of a subscriber who is the patient.
    """

    __slots__ = ("city", "condition", "demographics", "level", "name", "references", "specialty", "street")

    def __init__(self) -> None:
        """Begin a party."""
        self.level = self.name = self.street = self.city = self.specialty = self.demographics = self.condition = NOTHING
        self.references: list[Placed] = []


class OtherPayerDraft:
    """The segments of one 2320 and the loops below it."""

    __slots__ = (
        "adjustments", "amounts", "dates", "inpatient", "insurance", "level", "outpatient", "payer", "references",
        "subscriber",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin another payer."""
        self.level = self.insurance = self.payer = self.subscriber = self.inpatient = self.outpatient = NOTHING
        self.adjustments: list[Placed] = []
        self.amounts: dict[str, Placed] = {}
        self.dates: dict[str, Placed] = {}
        self.references: list[Placed] = []


class DecisionDraft:
    """The segments of one 2430."""

    __slots__ = ("adjustments", "amounts", "dates", "service")

    def __init__(self) -> None:
        """Begin a decision of another payer."""
        self.service = NOTHING
        self.adjustments: list[Placed] = []
        self.amounts: dict[str, Placed] = {}
        self.dates: dict[str, Placed] = {}


class LineDraft:
    """The segments of one 2400 and the loops below it: `providers` by NM101, seldom sent ones in `further`."""

    __slots__ = (
        "dates", "decisions", "drug", "drug_quantity", "further", "number", "providers", "references", "service",
    )  # fmt: skip

    def __init__(self, number: Placed = NOTHING) -> None:
        """Begin a line at its LX."""
        self.number = number
        self.service = self.drug = self.drug_quantity = NOTHING
        self.dates: dict[str, Placed] = {}
        self.references: dict[str, str] = {}
        self.providers: dict[str, PartyDraft] = {}
        self.decisions: list[DecisionDraft] = []
        self.further: list[Placed] = []


class ClaimDraft:
    """The segments of one 2300 and the loops below it: `providers` by NM101, seldom sent ones in `further`."""

    __slots__ = (
        "amounts", "attachments", "codes", "dates", "further", "lines", "note", "others", "providers", "references",
        "segment",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin a claim."""
        self.segment = self.note = NOTHING
        self.amounts: dict[str, Placed] = {}
        self.dates: dict[str, Placed] = {}
        self.references: dict[str, str] = {}
        self.codes: list[Placed] = []
        self.attachments: list[Placed] = []
        self.further: list[Placed] = []
        self.providers: dict[str, PartyDraft] = {}
        self.others: list[OtherPayerDraft] = []
        self.lines: list[LineDraft] = []


class SetDraft:
    """Where the reading of a set stands: the levels in force and what is under way.

    Attributes:
        element: The element separator.
        finish: Called with the position before a segment that ends the claim under way.
        party, claim, other, line, decision: What the next segments belong to; `nowhere` stands for the claim between
            claims, and what was never begun is never made a model of.
        billing_ids: The payer's numbers of the billing provider.
        billing_model: The model made of `billing`, None until asked for; likewise the other models.
    """

    __slots__ = (
        "billing", "billing_ids", "billing_model", "claim", "contact", "decision", "element", "finish", "head", "line",
        "nowhere", "other", "party", "patient", "patient_model", "pay_to", "pay_to_plan", "payer", "payer_model",
        "receiver", "submitter", "subscriber", "subscriber_model",
    )  # fmt: skip

    def __init__(self, element: str, finish: Callable[[int], None]) -> None:
        """Begin a set."""
        self.element = element
        self.finish = finish
        self.head = self.submitter = self.contact = self.receiver = self.payer = NOTHING
        self.nowhere = self.claim = ClaimDraft()
        self.other = OtherPayerDraft()
        self.line, self.decision = LineDraft(), DecisionDraft()
        self.begin_billing()

    def begin_billing(self) -> None:
        """Enter a 2000A."""
        self.party = self.billing = PartyDraft()
        self.pay_to: PartyDraft | None = None
        self.pay_to_plan: PartyDraft | None = None
        self.billing_model: Provider | None = None
        self.begin_subscriber()
        self.party = self.billing

    def begin_subscriber(self) -> None:
        """Enter a 2000B."""
        self.party = PartyDraft()
        self.subscriber: PartyDraft | None = None
        self.subscriber_model: Subscriber | None = None
        self.payer = NOTHING
        self.billing_ids: list[Placed] = []
        self.payer_model: Payer | None = None
        self.begin_patient()

    def begin_patient(self) -> None:
        """Enter a 2000C."""
        self.patient: PartyDraft | None = None
        self.patient_model: Patient | None = None
