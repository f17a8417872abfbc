"""Write a first 837P for a sender of your own: a visit of this week that the sample clinic Riverbend bills.

python -m samples.first_file LAKESBILL first.837
python -m samples.first_file LAKESBILL --test test.837
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hpedi.claims.parties import Name
from hpedi.claims.submission import SubmissionHeader
from hpedi.transactions.claim_837.write import FUNCTIONAL_ID, SET_ID, VERSION, write_claims
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, InterchangeParty, TransactionSet, write_x12
from samples.sample_claims import PAYER, Service, claim_of

DAYS_AGO: Final = 3
SORE_THROAT: Final = "J029"
PRODUCTION_NUMBER, TEST_NUMBER = 2, 1
"""ISA13 of the production and of the test file."""


def first_file(sender: str, now: datetime, *, test: bool = False) -> bytes:
    """Return an interchange with one claim.

    Args:
        sender: What stands in ISA06, GS02 and NM109 of 1000A.
        now: When it is written; the visit was three days before.
        test: For testing (ISA15 = T).
    """
    control_number = TEST_NUMBER if test else PRODUCTION_NUMBER
    body = TransactionSet(id=SET_ID, control_number="0001", version=VERSION, segments=_segments(sender, now))
    group = FunctionalGroup(
        functional_id=FUNCTIONAL_ID,
        sender=sender,
        receiver=PAYER.id,
        instant=now,
        control_number=control_number,
        version=VERSION,
        sets=(body,),
    )
    whole = Interchange(
        sender=InterchangeParty("ZZ", sender),
        receiver=InterchangeParty("ZZ", PAYER.id),
        instant=now,
        control_number=control_number,
        usage="T" if test else "P",
        ack_requested=True,
        groups=(group,),
    )
    return write_x12(whole, line_breaks=True)


def _segments(sender: str, now: datetime) -> tuple[SegmentValues, ...]:
    service = Service("T1015", now.date() - timedelta(days=DAYS_AGO), "145.00")
    claim = claim_of("FIRST-1", "RIVERBEND", "M01", (service,), diagnoses=(SORE_THROAT,), submitter_id=sender)
    header = SubmissionHeader(
        reference=f"{sender}-1",
        created=now.date(),
        created_time=f"{now:%H%M}",
        submitter_id=sender,
        submitter=Name(last=sender),
        contact_name="CLAIMS OFFICE",
        contact_phone="5075550199",
        receiver_name=PAYER.name,
        receiver_id=PAYER.id,
    )
    return tuple(write_claims([claim], header))


def main() -> None:
    """Write it as the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sender")
    parser.add_argument("file", type=Path)
    parser.add_argument("--test", action="store_true", help="For testing (ISA15 = T).")
    asked = parser.parse_args()
    asked.file.write_bytes(first_file(asked.sender, datetime.now(), test=asked.test))  # noqa: DTZ005 - the sender's clock


if __name__ == "__main__":
    main()
