"""An answer to an eligibility inquiry, in the codes of a 271. What they are worked out from is not known here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from hpedi.claims.model import Model
from hpedi.claims.parties import Name
from hpedi.money import Usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import Diagnosis, InquiryParty, OtherId, Procedure, Trace


class Rejection(Model, frozen=True):
    """Why something is not answered, and what to do (AAA)."""

    reason: str  # AAA03
    follow_up: str  # AAA04


class DatedFact(Model, frozen=True, kw_only=True):
    """A day or days (DTP); days that do not end are written as the first of them."""

    qualifier: str  # DTP01
    dates: DateSpan


class Benefit(Model, frozen=True, kw_only=True):
    """A benefit (2110).

    Attributes:
        information: EB01: 1 active, 6 inactive, A coinsurance, B copay, C deductible, F limitation, G out of pocket ...
        coverage_level: EB02: IND or FAM.
        service_types: EB03.
        plan: EB05: the plan's name.
        period: EB06: 23 calendar year, 29 remaining ...
        amount: EB07, US dollars.
        rate: EB08, 0 to 1.
        quantity_type: EB09.
        quantity: EB10.
        authorization: EB11: Y needed, N not needed, U depends.
        in_network: EB12: Y in network, N out of it, W both.
        procedure: EB13.
        pointers: Places in the patient's diagnoses, from 1 (EB14).
        ids: REF.
        dates: DTP.
        rejections: AAA.
        messages: MSG.
        places: Places of service (2115 III02).
        party: Who has to do with it (2120): another payer, or the provider who gives it.
    """

    information: str
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    plan: str = ""
    period: str = ""
    amount: Usd | None = None
    rate: Decimal | None = None
    quantity_type: str = ""
    quantity: Decimal | None = None
    authorization: str = ""
    in_network: str = ""
    procedure: Procedure | None = None
    pointers: tuple[int, ...] = ()
    ids: tuple[OtherId, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    messages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    party: InquiryParty | None = None


class AnsweredPatient(Model, frozen=True, kw_only=True):
    """A subscriber or dependent: as on file where found, else as sent.

    Attributes:
        traces: Those of the inquiry (TRN01 2).
        own_trace: Ours (TRN01 1); None where nothing was asked about a subscriber.
        name: NM103 to NM107.
        member_id: NM109 of a subscriber.
        ids: REF.
        rejections: AAA.
        birth_date: DMG02.
        sex: DMG03.
        relationship: INS02; empty where it is not told.
        is_changed: Something is on file otherwise than it was sent (INS03, INS04).
        diagnoses: HI: those of the inquiry that the answer was worked out by.
        dates: DTP.
        benefits: EB.
    """

    unshown: ClassVar[frozenset[str]] = frozenset({"name", "member_id", "birth_date", "ids", "diagnoses"})

    name: Name
    is_person: bool = True
    traces: tuple[Trace, ...] = ()
    own_trace: Trace | None = None
    member_id: str = ""
    ids: tuple[OtherId, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    birth_date: date | None = None
    sex: str = ""
    relationship: str = ""
    is_changed: bool = False
    diagnoses: tuple[Diagnosis, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    benefits: tuple[Benefit, ...] = ()


class AnsweredSubscriber(Model, frozen=True, kw_only=True):
    """A subscriber with the dependents that were asked about."""

    patient: AnsweredPatient
    dependents: tuple[AnsweredPatient, ...] = ()


class AnsweredReceiver(Model, frozen=True, kw_only=True):
    """Who asked; `rejections` say why none of it is answered."""

    party: InquiryParty
    ids: tuple[OtherId, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    subscribers: tuple[AnsweredSubscriber, ...] = ()


class AnsweringSource(Model, frozen=True, kw_only=True):
    """Who answers; `rejections` say why nothing is answered.

    Attributes:
        contact: Name and telephone number of whom to ask (PER).
    """

    party: InquiryParty
    contact: tuple[str, str] | None = None
    rejections: tuple[Rejection, ...] = ()
    receivers: tuple[AnsweredReceiver, ...] = ()


class EligibilityAnswer(Model, frozen=True, kw_only=True):
    """A set.

    Attributes:
        reference: BHT03: that of the inquiry.
        created: BHT04 and BHT05, local time.
        sources: Who answers.
    """

    reference: str
    created: datetime
    sources: tuple[AnsweringSource, ...]
