"""The 277CA as models: one for the answered 837 set, one for each claim of it, one for each line at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from hpedi.claims.parties import Name
from hpedi.money import ZERO, Usd
from hpedi.service_dates import DateSpan

_SUBMITTER, _BILLING_PROVIDER, _PAY_TO_PROVIDER = "41", "85", "87"
_INCORRECT_PAYER = "116"


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """A status triple (STC01, STC10, STC11): category, status code and the entity it is about."""

    category: str
    code: str
    entity: str = ""

    @property
    def is_about_submission(self) -> bool:
        """Say whether it is about who submitted, or about where it was submitted to."""
        return self.entity == _SUBMITTER or self.code == _INCORRECT_PAYER

    @property
    def is_about_provider(self) -> bool:
        """Say whether it is about the billing provider."""
        return self.entity in (_BILLING_PROVIDER, _PAY_TO_PROVIDER)


RECEIVED = ClaimStatus("A1", "19", "PR")
ACCEPTED = ClaimStatus("A2", "20")
STATUSES_A_SEGMENT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A submitter, billing provider or patient with its identifier."""

    is_person: bool  # NM102 = 1
    name: Name  # NM103-NM107
    id_qualifier: str  # NM108
    id: str  # NM109


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredLine:
    """A service line that refused its claim (2220D)."""

    procedure: tuple[str, ...]  # SVC01: qualifier, code, modifiers
    charged: Usd  # SVC02
    revenue_code: str = ""  # SVC04
    units: str = ""  # SVC07
    statuses: tuple[ClaimStatus, ...]  # STC
    control_number: str  # REF*FJ
    prescription: str = ""  # REF*XZ
    service_dates: DateSpan | None = None  # DTP*472


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredClaim:
    """One claim answered (2200D).

    Attributes:
        statuses: Why it was refused, those of its lines among them; empty means accepted (A2:20).
        lines: Its lines at fault; none of an accepted claim.
    """

    billing: Party  # 2100C
    patient: Party  # 2100D
    patient_control_number: str  # TRN02 = CLM01
    charged: Usd  # STC04 = CLM02
    statuses: tuple[ClaimStatus, ...] = ()
    payer_claim_control_number: str = ""  # REF*1K
    clearinghouse_trace: str = ""  # REF*D9
    bill_type: str = ""  # REF*BLT, of an institutional claim
    service_dates: DateSpan  # DTP*472
    lines: tuple[AnsweredLine, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Say whether the claim goes on to be decided."""
        return not self.statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredProvider:
    """The claims under one billing provider level of the 837 (2000C)."""

    billing: Party
    claims: Sequence[AnsweredClaim]

    @property
    def refusal(self) -> tuple[ClaimStatus, ...]:
        """The statuses about the provider that all its claims have; empty where it is not refused as a whole."""
        return tuple(status for status in _shared(self.claims) if status.is_about_provider)

    @property
    def charged(self) -> Usd:
        """Add up the charges of its claims."""
        return sum((claim.charged for claim in self.claims), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAcknowledgment:
    """One 277CA: the answer to one 837 transaction set."""

    reference: str  # BHT03
    created: datetime  # BHT04, BHT05
    payer_name: str  # 2100A NM103
    payer_id: str  # 2100A NM109, qualifier PI
    payer_trace: str  # 2200A TRN02; 2200C TRN02 begins with it
    received: date  # DTP*050
    answered: date  # DTP*009, STC02
    submitter: Party  # 2100B, qualifier 46
    submission_trace: str  # 2200B TRN02 = BHT03 of the 837
    claims: Sequence[AnsweredClaim]

    @property
    def refusal(self) -> tuple[ClaimStatus, ...]:
        """The statuses about the submission that all its claims have; empty where it is not refused as a whole."""
        return tuple(status for status in _shared(self.claims) if status.is_about_submission)

    def providers(self) -> Iterator[AnsweredProvider]:
        """Yield its billing providers with their claims, in the order of the 837."""
        for billing, of_provider in groupby(self.claims, key=lambda claim: claim.billing):
            yield AnsweredProvider(billing=billing, claims=tuple(of_provider))

    def totals(self, *, accepted: bool) -> tuple[int, Usd]:
        """Count the accepted, or the refused, claims and add up their charges."""
        charged = [claim.charged for claim in self.claims if claim.is_accepted is accepted]
        return len(charged), sum(charged, ZERO)


def _shared(claims: Sequence[AnsweredClaim]) -> list[ClaimStatus]:
    """Return the statuses that every one of some claims has, in the order of the first one's."""
    first = claims[0].statuses if claims else ()
    return [status for status in first if all(status in claim.statuses for claim in claims)]
