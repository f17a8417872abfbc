"""An eligibility inquiry as a 270 asks it. It knows no member, plan or provider of ours."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from hpedi.claims.model import Model
from hpedi.claims.parties import Name
from hpedi.service_dates import DateSpan

PATIENTS_ID = "MI"
NPI_QUALIFIER = "XX"
PAYER_ROLE = "PR"
PAYER_QUALIFIER = "PI"
PROVIDER_ROLE = "1P"


class Trace(Model, frozen=True, kw_only=True):
    """A trace number of who asks (TRN): number, who gave it, and the part of it."""

    number: str  # TRN02
    originator: str  # TRN03
    part: str = ""  # TRN04


class OtherId(Model, frozen=True, kw_only=True):
    """A further identifier (REF)."""

    qualifier: str  # REF01
    value: str  # REF02
    description: str = ""  # REF03


class InquiryParty(Model, frozen=True, kw_only=True):
    """Information source or receiver (NM1)."""

    role: str  # NM101
    is_person: bool  # NM102
    name: Name
    id_qualifier: str = ""  # NM108
    id: str = ""  # NM109


class Procedure(Model, frozen=True, kw_only=True):
    """A procedure that is asked about (EQ02)."""

    qualifier: str  # EQ02-1
    code: str  # EQ02-2
    modifiers: tuple[str, ...] = ()  # EQ02-3 to EQ02-6


class Diagnosis(Model, frozen=True, kw_only=True):
    """A diagnosis of the patient (HI)."""

    qualifier: str  # HI01-1
    code: str  # HI01-2, without a point


class Question(Model, frozen=True, kw_only=True):
    """What is asked about a patient (2110).

    Attributes:
        service_types: EQ01.
        procedure: EQ02.
        pointers: Places in the patient's diagnoses, from 1 (EQ05).
        place_of_service: III02.
        dates: DTP*291; None where it was not sent, or cannot be read.
        is_date_wrong: It was sent and cannot be read.
    """

    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    pointers: tuple[int, ...] = ()
    place_of_service: str = ""
    dates: DateSpan | None = None
    is_date_wrong: bool = False


class AskedPatient(Model, frozen=True, kw_only=True):
    """A subscriber or dependent as sent.

    Attributes:
        name: NM103 to NM107, empty where left out.
        member_id: NM109 of a subscriber.
        birth_date: DMG02; None where it was not sent, or cannot be read.
        sex: DMG03.
        traces: TRN.
        ids: REF.
        diagnoses: HI, the principal one first.
        dates: DTP*291, as in a question.
        questions: What is asked; empty where only a dependent is asked about.
    """

    unshown: ClassVar[frozenset[str]] = frozenset({"name", "member_id", "birth_date", "ids", "diagnoses"})

    name: Name
    is_person: bool = True
    member_id: str = ""
    birth_date: date | None = None
    sex: str = ""
    traces: tuple[Trace, ...] = ()
    ids: tuple[OtherId, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    dates: DateSpan | None = None
    is_date_wrong: bool = False
    questions: tuple[Question, ...] = ()


class AskedSubscriber(Model, frozen=True, kw_only=True):
    """A subscriber (2000C) with the dependents below it that are asked about (2000D)."""

    patient: AskedPatient
    dependents: tuple[AskedPatient, ...] = ()

    @property
    def is_patient(self) -> bool:
        """Whether something is asked about who was sent as subscriber."""
        return bool(self.patient.questions) or not self.dependents


class AskingReceiver(Model, frozen=True, kw_only=True):
    """Who asks (2000B), and about whom."""

    party: InquiryParty
    ids: tuple[OtherId, ...] = ()
    subscribers: tuple[AskedSubscriber, ...] = ()


class AskedSource(Model, frozen=True, kw_only=True):
    """Who is asked (2000A), and by whom."""

    party: InquiryParty
    receivers: tuple[AskingReceiver, ...] = ()


class EligibilityInquiry(Model, frozen=True, kw_only=True):
    """A set.

    Attributes:
        reference: BHT03, which the answer repeats.
        sources: Who is asked.
    """

    reference: str = ""
    sources: tuple[AskedSource, ...] = ()
