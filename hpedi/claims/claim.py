"""The payer's claim: what a provider asks to be paid for, free of X12.

`transactions.claim_837` reads placed segments straight into these models and writes them back; adjudication reads
nothing else. Field comments name the element once, of the 837P X222A1 where the sets agree. Codes are as sent:
diagnoses without a point. What only claims of one type say stands in `professional`, `institutional` or `dental`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.details import (
    AdjudicationInformation,
    Certification,
    Contract,
    Equipment,
    EventDate,
    Measurement,
    PurchasedService,
    Repricing,
    SpinalManipulation,
    SupportingForm,
)
from hpedi.claims.model import Model
from hpedi.claims.parties import Address, Name, Patient, Payer, PayToPlan, Provider, Subscriber
from hpedi.money import Usd
from hpedi.service_dates import DateSpan


class Diagnosis(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A diagnosis (HI); its pointer is its place in `Claim.diagnoses`, from 1."""

    qualifier: str  # ABK principal, ABF other, BK/BF ICD-9, TQ SNODENT; ABJ, APR, ABN of an institutional claim
    code: str  # without the point
    present_on_admission: str = ""  # Y, N, U, W; empty = exempt or not said


class Attachment(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Paperwork that goes with a claim or line (PWK)."""

    type: str  # PWK01
    transmission: str  # PWK02
    control_number: str = ""  # PWK06


class LineAdjudication(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What another payer decided on a line (2430)."""

    payer_id: str  # SVD01
    paid: Usd  # SVD02
    code: str = ""  # SVD03-2; empty = the line's, with its modifiers
    code_qualifier: str = "HC"  # SVD03-1
    modifiers: tuple[str, ...] = ()  # SVD03-3 to -6
    revenue_code: str = ""  # SVD04 (837I); empty = the line's
    units: Decimal  # SVD05
    bundled_into: int | None = None  # SVD06, number of the line
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    paid_on: date | None = None  # DTP*573
    remaining: Usd | None = None  # AMT*EAF


class OtherPayer(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Another payer of the claim (2320, 2330B)."""

    payer_responsibility: str  # SBR01
    relationship: str  # SBR02
    claim_filing: str  # SBR09
    group_number: str = ""  # SBR03
    group_name: str = ""  # SBR04
    insurance_type: str = ""  # SBR05
    subscriber: Name | None = None  # 2330A NM103-NM107; None = the subscriber of the claim
    subscriber_is_person: bool = True  # 2330A NM102
    subscriber_member_id: str = ""  # 2330A NM109
    benefits_assigned: str = "Y"  # OI03
    release_of_information: str = "Y"  # OI06
    payer_name: str  # 2330B NM103
    payer_id: str  # 2330B NM109
    paid: Usd | None = None  # AMT*D
    remaining: Usd | None = None  # AMT*EAF
    non_covered: Usd | None = None  # AMT*A8
    adjustments: tuple[Adjustment, ...] = ()  # CAS
    inpatient: AdjudicationInformation | None = None  # MIA (837I)
    outpatient: AdjudicationInformation | None = None  # MOA
    adjudicated_on: date | None = None  # 2330B DTP*573
    references: tuple[tuple[str, str], ...] = ()  # 2330B (REF01, REF02): F8 its claim number, G1, 9F, T4 adjusted ...


class Ambulance(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A transport (CR1), and from where to where (NM1*PW, NM1*45)."""

    weight: Decimal | None = None  # CR102, pounds
    reason: str = ""  # CR104
    miles: Decimal | None = None  # CR106
    round_trip_purpose: str = ""  # CR109
    stretcher_purpose: str = ""  # CR110
    pick_up: Address | None = None  # NM1*PW
    drop_off: Address | None = None  # NM1*45
    drop_off_name: str = ""  # NM103


class Professional(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What only a professional claim may say (837P X222A1, 2300)."""

    conditions: tuple[str, ...] = ()  # HI*BG
    anesthesia_procedures: tuple[str, ...] = ()  # HI*BP and BO
    ambulance: Ambulance | None = None  # CR1, 2310E, 2310F
    spinal_manipulation: SpinalManipulation | None = None  # CR2


class ProfessionalService(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What only a line of a professional claim may say (837P X222A1, 2400)."""

    screening: bool = False  # SV111 = Y: EPSDT
    family_planning: bool = False  # SV112 = Y
    copay_exempt: bool = False  # SV115 = 0
    equipment: Equipment | None = None  # SV5, CR3
    ambulance: Ambulance | None = None  # CR1, 2420G, 2420H
    certifications: tuple[Certification, ...] = ()  # CRC
    quantities: tuple[tuple[str, Decimal], ...] = ()  # (QTY01, QTY02): PT patients in the ambulance, FL obstetric units
    measurements: tuple[Measurement, ...] = ()  # MEA
    purchased: PurchasedService | None = None  # PS1
    forms: tuple[SupportingForm, ...] = ()  # 2440


class ProcedureCode(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A procedure of an institutional claim (HI BBR, BBQ)."""

    qualifier: str  # BBR principal, BBQ other; BR, BQ ICD-9; CAH
    code: str  # ICD-10-PCS, without a point
    date: date


class OccurrenceCode(Model, frozen=True, kw_only=True, omit_defaults=True):
    """An event of an institutional claim, on a day or over a span of days (HI BH, BI)."""

    code: str
    dates: DateSpan


class ValueCode(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A value of an institutional claim (HI BE): US dollars, or a count or code, as the value code says."""

    code: str
    amount: Decimal


class Institutional(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What only an institutional claim says (837I X223A2, 2300)."""

    facility_code: str  # CLM05-1: type of bill without its leading zero and its frequency
    statement_dates: DateSpan  # DTP*434
    admission_hour: str = ""  # DTP*435, HHMM
    admission_type: str = ""  # CL101
    admission_source: str = ""  # CL102
    patient_status: str = ""  # CL103
    discharge_hour: str = ""  # DTP*096, HHMM
    drg: str = ""  # HI*DR, as submitted
    procedures: tuple[ProcedureCode, ...] = ()  # HI*BBR, HI*BBQ
    occurrences: tuple[OccurrenceCode, ...] = ()  # HI*BH
    occurrence_spans: tuple[OccurrenceCode, ...] = ()  # HI*BI
    values: tuple[ValueCode, ...] = ()  # HI*BE
    conditions: tuple[str, ...] = ()  # HI*BG
    treatments: tuple[str, ...] = ()  # HI*TC
    admitting_diagnosis: Diagnosis | None = None  # HI*ABJ
    visit_reasons: tuple[Diagnosis, ...] = ()  # HI*APR
    external_causes: tuple[Diagnosis, ...] = ()  # HI*ABN
    attending: Provider | None = None  # 2310A
    operating: Provider | None = None  # 2310B
    other_operating: Provider | None = None  # 2310C


class ToothStatus(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A tooth that is missing or to be extracted (DN2)."""

    tooth: str  # DN201
    status: str  # DN202: E to be extracted, M missing


class Dental(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What only a dental claim says (837D X224A2, 2300)."""

    orthodontic_months: int | None = None  # DN101
    orthodontic_months_left: int | None = None  # DN102
    orthodontic: bool = False  # DN104 = Y: orthodontic, where no months are told
    predetermination: bool = False  # CLM19 = PB: asks what would be paid, is never paid itself
    appliance_placed: date | None = None  # DTP*452
    tooth_statuses: tuple[ToothStatus, ...] = ()  # DN2
    assistant_surgeon: Provider | None = None  # 2310D


class Tooth(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A tooth that a service was done on, and its surfaces (TOO)."""

    code: str  # TOO02
    surfaces: tuple[str, ...] = ()  # TOO03-1 to -5


class DentalService(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What only a line of a dental claim says (SV3)."""

    oral_cavity: tuple[str, ...] = ()  # SV304-1 to -5
    prosthesis: str = ""  # SV305: I initial, R replacement
    prior_placement: date | None = None  # DTP*441, or DTP*139 where it is estimated
    prior_placement_is_estimated: bool = False
    teeth: tuple[Tooth, ...] = ()  # TOO


class Drug(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A drug of a line (2410)."""

    ndc: str  # LIN03
    quantity: Decimal  # CTP04
    unit: str  # CTP05-1
    prescription: str = ""  # REF*XZ
    compound: str = ""  # REF*VY: drugs of one compound have the same


class LineProviders(Model, frozen=True, kw_only=True, omit_defaults=True):
    """Providers of a line other than who rendered it, where they are not the claim's (2420)."""

    referring: Provider | None = None  # DN
    primary_care: Provider | None = None  # P3
    ordering: Provider | None = None  # DK
    supervising: Provider | None = None  # DQ
    service_facility: Provider | None = None  # 77
    purchased_from: Provider | None = None  # QB
    operating: Provider | None = None  # 72
    other_operating: Provider | None = None  # ZZ
    assistant_surgeon: Provider | None = None  # DD


class ServiceLine(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A service line (2400)."""

    number: int  # LX01
    code: str  # SV101-2
    code_qualifier: str = "HC"  # SV101-1
    modifiers: tuple[str, ...] = ()  # SV101-3 to -6
    charged: Usd  # SV102
    unit: str = "UN"  # SV103
    units: Decimal  # SV104
    place_of_service: str = ""  # SV105; empty = the claim's
    diagnosis_pointers: tuple[int, ...] = ()  # SV107
    emergency: bool = False  # SV109 = Y
    dates: DateSpan  # DTP*472
    control_number: str = ""  # REF*6R
    prior_authorization: str = ""  # REF*G1
    rendering: Provider | None = None  # 2420A
    description: str = ""  # SV101-7
    revenue_code: str = ""  # SV201 (837I)
    non_covered: Usd | None = None  # SV207 (837I)
    professional: ProfessionalService | None = None  # of an 837P only, where it says any of it
    dental: DentalService | None = None  # SV3 (837D)
    providers: LineProviders | None = None  # 2420
    event_dates: tuple[EventDate, ...] = ()  # DTP other than 472
    references: tuple[tuple[str, str], ...] = ()  # (REF01, REF02) of other kinds
    amounts: tuple[tuple[str, Usd], ...] = ()  # (AMT01, AMT02): taxes and postage, part of the charge
    attachments: tuple[Attachment, ...] = ()  # PWK
    notes: tuple[tuple[str, str], ...] = ()  # (NTE01, NTE02)
    file_information: tuple[str, ...] = ()  # K3
    contract: Contract | None = None  # CN1
    repricing: Repricing | None = None  # HCP
    drug: Drug | None = None  # 2410
    adjudications: tuple[LineAdjudication, ...] = ()  # 2430

    @property
    def particulars(self) -> str:
        """What makes it another service than one of the same code: teeth and surfaces, parts of the mouth, the drug."""
        if self.dental is None and self.drug is None:
            return ""
        teeth = self.dental.teeth if self.dental is not None else ()
        told = sorted(f"{tooth.code}:{''.join(sorted(tooth.surfaces))}" for tooth in teeth)
        told += sorted(self.dental.oral_cavity) if self.dental is not None else []
        return " ".join([*told, self.drug.ndc.replace("-", "")] if self.drug is not None else told)


class Claim(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A claim (837 2300) with all above it that it needs; `institutional` and `dental` tell its type."""

    patient_control_number: str  # CLM01
    charged: Usd  # CLM02
    place_of_service: str = ""  # CLM05-1 of a professional or dental claim
    frequency: str = "1"  # CLM05-3: 1 original, 7 replacement, 8 void
    signature_on_file: bool = True  # CLM06
    assignment: str = "A"  # CLM07
    benefits_assigned: str = "Y"  # CLM08
    release_of_information: str = "Y"  # CLM09
    related_causes: tuple[str, ...] = ()  # CLM11-1 to -3
    accident_state: str = ""  # CLM11-4; REF*LU of an 837I
    accident_country: str = ""  # CLM11-5
    special_program: str = ""  # CLM12
    delay_reason: str = ""  # CLM20
    submitter_id: str  # 1000A NM109
    billing: Provider  # 2010AA
    pay_to_address: Address | None = None  # 2010AB
    pay_to_plan: PayToPlan | None = None  # 2010AC
    billing_ids: tuple[tuple[str, str], ...] = ()  # 2010BB (REF01, REF02): G2, LU, numbers we gave the billing provider
    subscriber: Subscriber  # 2000B, 2010BA
    payer: Payer  # 2010BB
    patient: Patient | None = None  # 2000C; None = the subscriber
    diagnoses: tuple[Diagnosis, ...] = ()  # HI
    accident_date: date | None = None  # DTP*439
    admission_date: date | None = None  # DTP*435
    discharge_date: date | None = None  # DTP*096
    original_reference: str = ""  # REF*F8
    prior_authorization: str = ""  # REF*G1
    referral_number: str = ""  # REF*9F
    clearinghouse_trace: str = ""  # REF*D9
    medical_record_number: str = ""  # REF*EA
    patient_paid: Usd | None = None  # AMT*F5
    patient_due: Usd | None = None  # AMT*F3 (837I), as the provider estimates it
    event_dates: tuple[EventDate, ...] = ()  # DTP of other kinds
    references: tuple[tuple[str, str], ...] = ()  # (REF01, REF02) of other kinds
    note: str = ""  # NTE*ADD
    notes: tuple[tuple[str, str], ...] = ()  # (NTE01, NTE02) of other kinds, and further ones
    file_information: tuple[str, ...] = ()  # K3
    certifications: tuple[Certification, ...] = ()  # CRC
    contract: Contract | None = None  # CN1
    repricing: Repricing | None = None  # HCP
    attachments: tuple[Attachment, ...] = ()  # PWK
    rendering: Provider | None = None  # 2310B
    referring: Provider | None = None  # 2310A DN
    primary_care: Provider | None = None  # 2310A P3
    service_facility: Provider | None = None  # 2310C
    supervising: Provider | None = None  # 2310D
    other_payers: tuple[OtherPayer, ...] = ()  # 2320
    professional: Professional | None = None  # of an 837P only, where it says any of it
    institutional: Institutional | None = None  # of an 837I only
    dental: Dental | None = None  # of an 837D only
    lines: tuple[ServiceLine, ...]

    @property
    def type(self) -> str:
        """P professional, I institutional, D dental."""
        if self.institutional is not None:
            return "I"
        return "P" if self.dental is None else "D"

    @property
    def type_of_bill(self) -> str:
        """The four digits of an institutional claim, with leading zero and frequency; empty for the others."""
        return "" if self.institutional is None else f"0{self.institutional.facility_code}{self.frequency}"

    @property
    def is_predetermination(self) -> bool:
        """Whether it asks what would be paid for services that were not done yet."""
        return self.dental is not None and self.dental.predetermination

    @property
    def facility_code(self) -> str:
        """Where the services were given as CLM05-1 says it: a place of service, or the first of a type of bill."""
        return self.place_of_service if self.institutional is None else self.institutional.facility_code

    def diagnoses_of(self, line: ServiceLine) -> tuple[Diagnosis, ...]:
        """Return what a line points to; all of the claim's where it points to none, as institutional lines do."""
        if not line.diagnosis_pointers:
            return self.diagnoses
        known = len(self.diagnoses)
        return tuple([self.diagnoses[pointer - 1] for pointer in line.diagnosis_pointers if 0 < pointer <= known])

    @property
    def first_date(self) -> date:
        """The first day of service on the claim."""
        return min(line.dates.start for line in self.lines)

    @property
    def last_date(self) -> date:
        """The last day of service on the claim."""
        return max(line.dates.end or line.dates.start for line in self.lines)


class ReceivedClaim(Model, frozen=True, kw_only=True, omit_defaults=True):
    """A claim as it came in: the unit that is accepted, decided and paid.

    Attributes:
        payer_claim_control_number: Our number for it (ICN), sent in CLP07 and REF*1K.
        version: 1 for the first decision; corrections count on.
        claim: What was asked.
        received: Date of receipt in America/Chicago; starts timely filing and interest.
        partner: The trading partner that sent it.
        grouped_drg: The DRG that our grouper gives the stay of an admitted patient; empty where nobody grouped it.
        test: ISA15=T: answered, never decided or paid.
    """

    payer_claim_control_number: str
    version: int = 1
    claim: Claim
    received: date
    partner: str
    grouped_drg: str = ""
    test: bool = False
