"""Bytes of an 835 back to the remittance, by the real reader and guide walk."""

from __future__ import annotations

import oxedi
import pytest
from hypothesis import given
from msgspec.structs import replace

from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.payments.balancing import check_remittance
from hpedi.payments.verification import read_remittances
from hpedi.transactions.remittance_835.model import PaymentMethod, Remittance, as_sent
from hpedi.x12.events import Delimiters
from tests.shared import samples_dir
from tests.transactions.remittance_835.as_bytes import VERSION, interchange_of
from tests.transactions.remittance_835.examples import GS56, remittances

OTHER_DELIMITERS = Delimiters(element="|", component=">", repetition="!", segment="\n")


def guide() -> Guide:
    """Return the 835 guide that hpedi ships."""
    found = GuideFiles().guide_for("HP", VERSION, "835")
    assert found is not None
    return found


def test_gs56_reads_back() -> None:
    """The golden example reads back as what it says, without a finding."""
    read = read_remittances(interchange_of(GS56), guide())
    assert read.findings == ()
    assert read.remittances == (as_sent(GS56),)


@given(remittances())
def test_read_of_written_is_what_was_sent(remittance: Remittance) -> None:
    """Any balanced remittance reads back as sent, without a finding, and balances again."""
    read = read_remittances(interchange_of(remittance), guide())
    assert read.findings == ()
    assert read.remittances == (as_sent(remittance),)
    check_remittance(read.remittances[0])


@given(remittances())
def test_other_delimiters_read_the_same(remittance: Remittance) -> None:
    """What is read does not depend on the delimiters."""
    read = read_remittances(interchange_of(remittance, delimiters=OTHER_DELIMITERS), guide())
    assert read.remittances == (as_sent(remittance),)


def test_several_sets_keep_their_order() -> None:
    """Each set of an interchange is its own remittance."""
    second = replace(GS56, trace_number="2")
    read = read_remittances(interchange_of(GS56, second), guide())
    assert [remittance.trace_number for remittance in read.remittances] == ["9426700000056", "2"]


@pytest.mark.parametrize(
    ("old", "new", "segment_id", "position"),
    [
        ("CLP*GS56b*1*820*", "CLP*GS56b*1*8X0*", "CLP", 21),
        ("BPR*I*589.5*", "BPR*I*5.8.9*", None, None),
        ("BPR*I*589.5*", f"BPR*I*{'9' * 40}*", None, None),
        ("*ACH*CCP*", "*XYZ*CCP*", None, None),
        ("DTM*472*20260310", "DTM*472*20261310", "CLP", 15),
        ("DTM*405*20260515", "DTM*405*2026051", None, None),
        ("PLB*1000000012*20261231*L6:GS56B*-4.5*", "PLB*1000000012*20261231*L6:GS56B*-4.505*", None, None),
        ("CAS*CO*45*250~", "CAS*CO*45*250*ONE~", "CLP", 21),
    ],
)
def test_a_value_that_cannot_be_read_is_a_finding(
    old: str, new: str, segment_id: str | None, position: int | None
) -> None:
    """An amount, date, count or method that cannot be read is told with its claim, and there is no remittance."""
    content = interchange_of(GS56).replace(old.encode(), new.encode())
    read = read_remittances(content, guide())
    assert read.remittances == ()
    (finding,) = [finding for finding in read.findings if finding.code == "remittance-unreadable"]
    assert (finding.where.segment_id, finding.where.segment) == (segment_id, position)
    assert new.split("*")[-2] not in finding.message


def test_a_line_without_a_date_is_read() -> None:
    """A service line may leave its date to the claim."""
    read = read_remittances(interchange_of(GS56, GS56).replace(b"DTM*472*20260310~", b""), guide())
    assert [each.claims[0].services[0].service_date for each in read.remittances] == [None, None]


def test_sample_files_are_read_or_told() -> None:
    """Every 835 written by others is read with the payment that an independent reader sees, or told with findings."""
    for path in sorted((samples_dir() / "835").iterdir()):
        content = path.read_bytes()
        read = read_remittances(content, guide())
        unreadable = [finding for finding in read.findings if finding.code == "remittance-unreadable"]
        assert len(read.remittances) + len({finding.where.transaction_set for finding in unreadable}) > 0
        if not unreadable:
            assert sum(each.amount for each in read.remittances) == oxedi.parse(content).sum_payments()


def test_payment_method_of_others_is_read() -> None:
    """A wire transfer (FWT) has both accounts, as an ACH payment has."""
    wire = replace(GS56, method=PaymentMethod.WIRE)
    read = read_remittances(interchange_of(wire), guide())
    assert read.remittances == (as_sent(wire),)
