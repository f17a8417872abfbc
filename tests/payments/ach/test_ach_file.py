"""The Nacha file: built, written, read back, and judged by an independent reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import achkit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hpedi.identifiers import routing_number
from hpedi.money import CENT, Usd, usd
from hpedi.payments.ach.ach_file import LINE_ENDINGS, AchFile, write_ach
from hpedi.payments.ach.build import AchOriginator, build_ach_file
from hpedi.payments.ach.read import read_ach
from hpedi.payments.ach.verification import credits_by_account, verify_ach_bytes
from hpedi.payments.conventions import AchConventions, load_ach_conventions
from hpedi.payments.faults import NotAsWritten, Unbalanced
from hpedi.payments.payment import Payment
from hpedi.transactions.remittance_835.model import BankAccount, PaymentMethod
from tests.payments.worked_example import COUNTY, LAKES
from tests.shared import PROJECT, samples_dir

ORIGINATOR = AchOriginator(
    odfi_routing="999999992",
    odfi_name="HPEDI DEMO ODFI",
    company_id="1411111111",
    company_name="HPEDI HEALTH PL",
    name="HPEDI HEALTH PLAN",
)
MADE = datetime(2026, 5, 15, 6, 0)  # noqa: DTZ001 - local time of the originator

# The file of golden scenario GS-56, run as_printed: 589.50 to LAKES FAMILY CLINIC under trace number 9426700000056.
GS56 = "".join(
    line.ljust(94) + "\n"
    for line in (
        "101 99999999214111111112605150600A094101HPEDI DEMO ODFI        HPEDI HEALTH PLAN",
        "5220HPEDI HEALTH PL                     1411111111CCDHCCLAIMPMT260515260518   1999999990000001",
        "622123456780100000012        00000589501000000012     LAKES FAMILY CLINIC     1999999990000001",
        "705TRN*1*9426700000056*1411111111~" + " " * 49 + "00010000001",
        "822000000200123456780000000000000000000589501411111111" + " " * 25 + "999999990000001",
        "9000001000001000000020012345678000000000000000000058950",
        *("9" * 94,) * 4,
    )
)


def conventions() -> AchConventions:
    """Return the conventions that hpedi ships."""
    content = (PROJECT / "mappings" / "payments" / "ach_conventions.yaml").read_bytes()
    return load_ach_conventions(content, date(2026, 5, 18))


def payment(amount: str = "589.50", trace_number: str = "9426700000056", **changed: object) -> Payment:
    """Return an ACH payment to LAKES FAMILY CLINIC."""
    made = Payment(
        trace_number=trace_number,
        method=PaymentMethod.ACH,
        amount=usd(amount),
        payment_date=date(2026, 5, 18),
        funding_account="main",
        payee=LAKES,
        originator_id="1411111111",
        claims=(),
        claims_paid=usd(amount),
        adjusted=usd(0),
        forwarded=usd(0),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def build(*payments: Payment) -> AchFile:
    """Build the file of some payments."""
    file = build_ach_file(payments, ORIGINATOR, conventions(), created=MADE, modifier="A")
    assert file is not None
    return file


def test_the_file_of_gs56_to_the_byte() -> None:
    """One payment of 589.50 gives the ten records of the golden file."""
    assert write_ach(build(payment())).decode() == GS56


def test_the_golden_file_of_the_scenarios() -> None:
    """The bytes are those of the golden folder."""
    assert write_ach(build(payment())) == (samples_dir().parent / "golden" / "gs56.ach").read_bytes()
    main = write_ach(build(payment("590.10")))
    assert main == (samples_dir().parent / "golden" / "gs56_main.ach").read_bytes()


def test_batches_by_effective_date_and_traces_that_ascend() -> None:
    """Each effective date has its batch, trace numbers ascend through the file, checks and zero payments stay out."""
    later = date(2026, 5, 19)
    file = build(
        payment("1.00", "T1", payment_date=later),
        payment("2.00", "T2"),
        payment("3.00", "T3", method=PaymentMethod.CHECK),
        payment("0.00", "T4", method=PaymentMethod.NONE),
        payment("4.00", "T5", payment_date=later),
    )
    told = [
        (batch.header.effective_entry_date, [(e.detail.trace_number[-7:], e.detail.amount) for e in batch.entries])
        for batch in file.batches
    ]
    assert told == [
        (date(2026, 5, 18), [("0000001", usd("2.00"))]),
        (later, [("0000002", usd("1.00")), ("0000003", usd("4.00"))]),
    ]
    # 3 entries and 3 addenda; hash 3 x 12345678; 2 + 2 x 2 + 6 = 12 records = 2 blocks.
    control = file.control
    assert (control.batch_count, control.entry_addenda_count, control.entry_hash) == (2, 6, 37037034)
    assert (control.block_count, control.total_credit, control.total_debit) == (2, usd("7.00"), usd(0))
    assert write_ach(file).count(b"\n") == 20


def test_savings_accounts_have_their_own_code() -> None:
    """A credit to savings (BPR14 SG) is transaction code 32."""
    savings = BankAccount(routing_number="123456780", account_number="1", kind="SG")
    file = build(payment(payee=structs.replace(LAKES, account=savings)))
    assert file.entries[0].detail.transaction_code == "32"


def test_names_are_cut_at_the_right_unless_a_short_one_is_stored() -> None:
    """A long name loses its end; a stored ACH name is taken instead."""
    long = structs.replace(LAKES, name="PRAIRIE COMMUNITY HEALTH CENTER")
    assert build(payment(payee=long)).entries[0].detail.receiving_company_name == "PRAIRIE COMMUNITY HEAL"
    short = structs.replace(long, ach_name="PRAIRIE CHC")
    assert build(payment(payee=short)).entries[0].detail.receiving_company_name == "PRAIRIE CHC"


@pytest.mark.parametrize(
    ("too_wide", "field"),
    [
        (payment("100000000.00"), "Amount"),
        (payment(trace_number="9" * 67), "Payment Related Information"),
        (payment(payee=structs.replace(LAKES, npi="1" * 16)), "Identification Number"),
        (
            payment(
                payee=structs.replace(LAKES, account=BankAccount(routing_number="123456780", account_number="1" * 18))
            ),
            "DFI Account Number",
        ),
        (payment(payee=structs.replace(LAKES, name="CLÍNICA")), "Receiving Company Name"),
    ],
)
def test_what_does_not_fit_is_never_cut(too_wide: Payment, field: str) -> None:
    """An amount, identifier or character without a place raises, naming the field and no value."""
    with pytest.raises(ValueError, match=field) as caught:
        write_ach(build(too_wide))
    assert "1111" not in str(caught.value)


def test_the_widest_amount_fits() -> None:
    """99,999,999.99 is the most one entry can carry."""
    assert b"9999999999" in write_ach(build(payment("99999999.99"))).split(b"\n")[2]


def test_no_account_no_entry() -> None:
    """An ACH payment without a bank account, or of another company, is a bug."""
    with pytest.raises(ValueError, match="account"):
        build(payment(payee=COUNTY))
    with pytest.raises(ValueError, match="company id"):
        build(payment(originator_id="1999999999"))
    assert build_ach_file([], ORIGINATOR, conventions(), created=MADE, modifier="A") is None


def test_modifier_is_one_letter_or_digit() -> None:
    """The file ID modifier is A to Z or 0 to 9."""
    file = build(payment())
    with pytest.raises(ValueError, match="File ID Modifier"):
        write_ach(replace(file, header=replace(file.header, modifier="a")))


amounts = st.integers(min_value=1, max_value=9_999_999_999).map(lambda cents: Usd(cents) * CENT)
routing_numbers = st.from_regex(r"[0-9]{8}", fullmatch=True).map(
    lambda first: first + routing_number.calc_check_digit(first)
)
printable = st.characters(min_codepoint=33, max_codepoint=126)
accounts = st.builds(
    BankAccount,
    routing_number=routing_numbers,
    account_number=st.text(printable, min_size=1, max_size=17),
    kind=st.sampled_from(["DA", "SG"]),
)
payments_of_a_day = st.lists(
    st.tuples(amounts, accounts, st.sampled_from([date(2026, 5, 18), date(2026, 5, 19)])), min_size=1, max_size=12
)


@given(payments_of_a_day, st.sampled_from(sorted(LINE_ENDINGS)))
def test_read_of_written_is_the_same(rows: list[tuple[Usd, BankAccount, date]], ending: str) -> None:
    """Whatever is paid, the bytes read back as the file, every payment in it once, and achkit finds nothing wrong."""
    payments = [
        payment(str(amount), f"T{n}", payee=structs.replace(LAKES, account=account), payment_date=day)
        for n, (amount, account, day) in enumerate(rows)
    ]
    file = build(*payments)
    content = write_ach(file, ending)
    assert verify_ach_bytes(content, file) == file
    assert credits_by_account(file, payments) == {"main": sum(amount for amount, _, _ in rows)}
    assert achkit.validate(content.decode()) == {"ok": True, "errors": []}


def test_achkit_reads_what_we_wrote() -> None:
    """An independent reader finds the entry, its amount in cents and its addenda."""
    entry = achkit.parse(GS56)["batches"][0]["entries"][0]
    assert (entry["routing"], entry["account"], entry["amount_cents"]) == ("123456780", "100000012", 58950)
    assert entry["addenda"][0]["info"] == "TRN*1*9426700000056*1411111111~"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("0000058950", "0000058951", "ach-total"),
        ("0012345678", "0012345679", "ach-total"),
        ("9000001000001", "9000001000002", "ach-total"),
        ("00010000001\n", "00010000002\n", "ach-record"),
        ("CCDHCCLAIMPMT", "PPDHCCLAIMPMT", "ach-record"),
        ("\n822", "\n922", "ach-record"),
        ("2605150600", "2613150600", "ach-record"),
        ("101 999999992", "x01 999999992", "ach-record"),
        ("LAKES", "LAKE", "ach-record"),
        ("9" * 94 + "\n", "", "ach-total"),
        ("0600A094", "2500A094", "ach-record"),
    ],
)
def test_a_changed_byte_is_found(old: str, new: str, code: str) -> None:
    """A changed amount, hash, count, link, class, record type, date or width is a finding with a line, and no file."""
    read = read_ach(GS56.replace(old, new, 1).encode(), "bank-1")
    assert read.file is None
    assert code in {finding.code for finding in read.findings}
    assert all(finding.where.line and finding.where.file == "bank-1" for finding in read.findings)


def test_a_file_cut_anywhere_is_found() -> None:
    """A file that ends early never reads as a file."""
    for end in range(0, len(GS56) - 95, 7):
        assert read_ach(GS56[:end].encode()).file is None


def test_line_endings_do_not_matter_to_the_reader() -> None:
    """LF, CRLF and no line endings at all read as the same file."""
    files = {repr(read_ach(GS56.replace("\n", ending).encode()).file) for ending in ("\n", "\r\n", "")}
    assert files == {repr(build(payment()))}


def test_verification_raises_on_another_file() -> None:
    """Bytes that read as another file, or break a total, release nothing."""
    with pytest.raises(NotAsWritten, match="another file"):
        verify_ach_bytes(write_ach(build(payment("589.51"))), build(payment()))
    with pytest.raises(NotAsWritten, match="ach-total"):
        verify_ach_bytes(GS56.replace("0000058950", "0000058951", 1).encode(), build(payment()))


@pytest.mark.parametrize(
    ("payments", "fault"),
    [
        ([payment("589.51")], Unbalanced),
        ([payment(), payment("1.00", "T2")], NotAsWritten),
        ([payment(trace_number="T2")], NotAsWritten),
        ([payment(payment_date=date(2026, 5, 19))], NotAsWritten),
        ([payment(payee=COUNTY)], NotAsWritten),
    ],
)
def test_entries_are_matched_with_payments(payments: list[Payment], fault: type[Exception]) -> None:
    """An entry of another amount, day, account or trace number, and a payment without an entry, release nothing."""
    with pytest.raises(fault):
        credits_by_account(build(payment()), payments)


def test_sample_files_never_crash() -> None:
    """Every Nacha file written by others is read as a file or told with findings."""
    for folder in ("nacha", "nacha-malformed"):
        for path in sorted((samples_dir() / folder).iterdir()):
            read = read_ach(path.read_bytes(), path.name)
            assert (read.file is None) == bool(read.findings)
            if read.file is not None:
                assert read_ach(write_ach(read.file)).file == read.file
