"""276 sets are read to the claims they ask about, each with all above it; what cannot be read is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hpedi.claims.parties import Name
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import Party
from hpedi.transactions.status_276.model import AskedLine, AskedPerson, StatusInquiry, StatusInquirySet
from hpedi.transactions.status_276.read import StatusInquiryReader
from hpedi.x12.events import Delimiters
from tests.transactions.status_276.asking import FUNCTIONAL_ID, SET_ID, VERSION, Ask, asked_file
from tests.transactions.walked import walked

MARY = AskedPerson(
    party=Party(is_person=True, name=Name(last="LAKE", first="MARY"), id_qualifier="MI", id="HS1000001"),
    birth_date=date(1964, 11, 20),
)
INQUIRY = StatusInquiry(
    payer=Party(is_person=False, name=Name(last="HPEDI HEALTH PLAN"), id_qualifier="PI", id="94267"),
    receiver=Party(is_person=False, name=Name(last="LAKES BILLING"), id_qualifier="46", id="LAKES"),
    providers=(Party(is_person=False, name=Name(last="A CLINIC"), id_qualifier="XX", id="1000002018"),),
    subscriber=MARY,
    trace="TRACE1",
)


def read(content: bytes) -> StatusInquirySet:
    """Read a file of one set, which its guide accepts."""
    reader = StatusInquiryReader(Delimiters())
    for placed in walked(content, FUNCTIONAL_ID, VERSION, SET_ID):
        assert not placed.findings
        reader.read(placed)
    return reader.close()


def test_every_criterion_is_read() -> None:
    """References, charge, days and lines of a claim asked about stand in its model."""
    line = (
        ("SVC", ("HC", "99213", "25"), "145", "", "0510", "", "", "1"),
        ("REF", "FJ", "L1"),
        ("DTP", "472", "D8", "20260210"),
    )
    references = {"1K": "26061000010000001", "BLT": "111", "EJ": "RB-1", "XZ": "RX9", "D9": "CH7"}
    ask = Ask(references=references, charge="145.5", dates="20260210-20260212", lines=(line,))
    sent = read(asked_file(ask))
    tenth = DateSpan(date(2026, 2, 10), date(2026, 2, 10))
    assert sent.reference == "INQ7"
    assert sent.inquiries == (
        replace(
            INQUIRY,
            payer_claim_control_number="26061000010000001",
            bill_type="111",
            patient_control_number="RB-1",
            prescription="RX9",
            clearinghouse_trace="CH7",
            charged=Decimal("145.50"),
            service_dates=DateSpan(date(2026, 2, 10), date(2026, 2, 12)),
            lines=(
                AskedLine(
                    procedure=("HC", "99213", "25"),
                    charged=Decimal("145.00"),
                    revenue_code="0510",
                    units="1",
                    control_number="L1",
                    service_dates=tenth,
                ),
            ),
        ),
    )


def test_a_dependent_is_the_patient() -> None:
    """The claim of a dependent has its subscriber beside it, and each claim of a set is one inquiry, in order."""
    ask = Ask(dependent=("LAKE", "TOM"), born="20150102", dates="20260210", trace="TRACE2")
    first, second = read(asked_file(Ask(references={"EJ": "RB-1"}), ask)).inquiries
    assert first == replace(INQUIRY, patient_control_number="RB-1")
    assert first.patient is first.subscriber
    assert second.trace == "TRACE2"
    assert second.subscriber == replace(MARY, birth_date=None)
    assert second.patient == second.dependent
    assert second.patient.party == Party(is_person=True, name=Name(last="LAKE", first="TOM"), id_qualifier="", id="")
    assert second.patient.birth_date == date(2015, 1, 2)


@pytest.mark.parametrize(
    ("ask", "unreadable"),
    [
        (Ask(charge="145.005", dates="20260210"), ("charge",)),
        (Ask(dates="20260212-20260210"), ("dates",)),
        (Ask(dates="20260210", born="19641131"), ("birth date",)),
    ],
)
def test_what_cannot_be_read_is_named(ask: Ask, unreadable: tuple[str, ...]) -> None:
    """A part of a cent, days that end before they start and a day that is none are named and not taken."""
    reader = StatusInquiryReader(Delimiters())
    for placed in walked(asked_file(ask), FUNCTIONAL_ID, VERSION, SET_ID):
        reader.read(placed)
    (inquiry,) = reader.close().inquiries
    assert inquiry.unreadable == unreadable
