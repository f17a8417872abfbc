"""A set of inquiries being answered: who asks, when, and from what.

Nothing is answered here: `answer_inquiries` has the table of who answers what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from hpedi.inquiries.eligibility_rules import EligibilityRules
from hpedi.inquiries.status_table import StatusTables
from hpedi.partners.states import TEST
from hpedi.pipeline.inquirers import Inquirer
from hpedi.pipeline.ports import Work
from hpedi.reference.reference import Reference

PURPOSE: Final = "inquiry"
_LONGEST: Final = 120
"""What the audit log keeps of a reason or result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryData:
    """Dated data that answers are made by: mappings/inquiries.

    Attributes:
        eligibility: Rules of eligibility answers.
        claim_status: What each state of a claim is told with.
        refusal_statuses: What a 277CA tells for the findings that refuse claims, by their codes.
    """

    eligibility: EligibilityRules
    claim_status: StatusTables
    refusal_statuses: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A set being answered: who asks, when, and from what.

    Attributes:
        work: The transaction: it reads, and takes the audit rows.
        reference: The payer's reference data.
        data: Dated data of answers.
        who: Who asks.
        today: The day of the inquiry.
        instant: The moment of the answer, in local time.
        reference_number: Our number of the answer.
    """

    work: Work
    reference: Reference
    data: InquiryData
    who: Inquirer
    today: date
    instant: datetime
    reference_number: str

    @property
    def is_test(self) -> bool:
        """Whether it was sent for testing (ISA15 = T): nothing of production is shown then."""
        return self.who.usage == TEST

    def record(self, thing: str, subject: str, members: Iterable[str], *, asked: str, result: str) -> None:
        """Leave the audit row of an inquiry: what was asked and how it was answered, by codes and our own ids."""
        self.work.audit.record(
            f"inquire {thing}",
            subject,
            members=sorted(set(members)) or [""],
            recipient=self.who.recipient,
            reason=f"{PURPOSE} {asked}"[:_LONGEST].rstrip(),
            result=result[:_LONGEST],
        )
