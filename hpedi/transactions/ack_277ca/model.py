"""The 277CA as models: one for the answered 837 set, one for each claim of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hpedi.claims.claim import Name
from hpedi.money import ZERO, Usd
from hpedi.service_dates import DateSpan


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """A status triple (STC01, STC10, STC11): category, status code and the entity it is about."""

    category: str
    code: str
    entity: str = ""


RECEIVED = ClaimStatus("A1", "19", "PR")
ACCEPTED = ClaimStatus("A2", "20")
STATUSES_SENT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A submitter, billing provider or patient with its identifier."""

    is_person: bool  # NM102 = 1
    name: Name  # NM103-NM107
    id_qualifier: str  # NM108
    id: str  # NM109


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredClaim:
    """One claim answered (2200D).

    Attributes:
        statuses: Why it was refused, the first three are sent; empty means accepted (A2:20).
    """

    billing: Party  # 2100C
    patient: Party  # 2100D
    patient_control_number: str  # TRN02 = CLM01
    charged: Usd  # STC04 = CLM02
    statuses: tuple[ClaimStatus, ...] = ()
    payer_claim_control_number: str = ""  # REF*1K
    clearinghouse_trace: str = ""  # REF*D9
    service_dates: DateSpan  # DTP*472

    @property
    def is_accepted(self) -> bool:
        """Say whether the claim goes on to be decided."""
        return not self.statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAcknowledgment:
    """One 277CA: the answer to one 837 transaction set."""

    reference: str  # BHT03
    created: datetime  # BHT04, BHT05
    payer_name: str  # 2100A NM103
    payer_id: str  # 2100A NM109, qualifier PI
    payer_trace: str  # 2200A TRN02
    received: date  # DTP*050
    answered: date  # DTP*009, STC02
    submitter: Party  # 2100B, qualifier 46
    submission_trace: str  # 2200B TRN02 = BHT03 of the 837
    claims: Sequence[AnsweredClaim]

    def charged(self, *, accepted: bool) -> Usd:
        """Add up the charges of the accepted, or of the refused, claims."""
        return sum((claim.charged for claim in self.claims if claim.is_accepted is accepted), ZERO)

    def count(self, *, accepted: bool) -> int:
        """Count the accepted, or the refused, claims."""
        return sum(1 for claim in self.claims if claim.is_accepted is accepted)
