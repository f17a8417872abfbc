"""What stands above the claims of one submission: who sends them to whom, under which reference (BHT, 1000A, 1000B)."""

from __future__ import annotations

from datetime import date

from hpedi.claims.model import Model
from hpedi.claims.parties import Name


class SubmissionHeader(Model, frozen=True, kw_only=True):
    """The head of an 837 transaction set."""

    reference: str  # BHT03
    created: date | None  # BHT04
    created_time: str = ""  # BHT05 as sent: HHMM, HHMMSS or with hundredths
    is_resubmission: bool = False  # BHT02 = 18
    is_chargeable: bool = True  # BHT06 = CH; RP is an encounter report
    submitter_id: str  # 1000A NM109
    submitter: Name | None  # 1000A NM103-NM105
    submitter_is_person: bool = False  # 1000A NM102 = 1
    contact_name: str = ""  # 1000A PER02
    contact_phone: str = ""  # 1000A PER04 where PER03 = TE
    receiver_name: str = ""  # 1000B NM103
    receiver_id: str = ""  # 1000B NM109
