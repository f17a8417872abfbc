"""A member's explanation of benefits: words for every reason, balances as they stood, a page that stands alone."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision, LineDecision
from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, PostedEntry
from hpedi.claims.adjustment import Adjustment
from hpedi.documents.html_page import html_page
from hpedi.mappings_folder import mapping
from hpedi.payments.eob import Eob, EobVersion, balances_of, lines_of, load_eob_texts, reasons_of
from hpedi.payments.eob_document import eob_document
from hpedi.reference.plans import (
    Accumulator,
    Benefit,
    BenefitLimit,
    BenefitYear,
    CoordinationOfBenefits,
    Funding,
    LineMatch,
    PlanVersion,
)

DAY = date(2026, 3, 16)
YEAR = date(2026, 1, 1)
TEXTS = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), DAY)
LINE = LineDecision(
    number=1,
    code="99213",
    modifiers=(),
    date=date(2026, 2, 9),
    units_billed=Decimal(1),
    units_paid=Decimal(1),
    charged=Decimal("150.00"),
    allowed=Decimal("100.00"),
    paid=Decimal("60.00"),
    adjustments=(
        Adjustment("CO", "45", Decimal("50.00")),
        Adjustment("PR", "1", Decimal("25.00")),
        Adjustment("PR", "2", Decimal("15.00")),
    ),
)
DECISION = ClaimDecision(
    payer_claim_control_number="C1",
    snapshot=1,
    member="M1",
    family="F1",
    plan="P1",
    provider="HARBOR",
    status="1",
    status277="F1:65",
    lines=(LINE,),
)


def test_a_service_tells_billed_allowed_paid_and_owed() -> None:
    """150.00 billed, 100.00 allowed, 60.00 paid: 40.00 may be owed, the discount may not."""
    (line,) = lines_of(DECISION, {}, TEXTS)
    amounts = (line.billed, line.allowed, line.paid, line.owed)
    assert amounts == (Decimal("150.00"), Decimal("100.00"), Decimal("60.00"), Decimal("40.00"))
    assert [(each.code, each.owed) for each in line.reasons] == [("CO-45", False), ("PR-1", True), ("PR-2", True)]
    assert "deductible" in line.reasons[1].text


def test_what_is_owed_for_a_claim_priced_as_one_stands_with_the_claim() -> None:
    """A stay has its deductible as a whole: no line says that nothing is owed; a line without a code is named."""
    stay = replace(DECISION, lines=(replace(LINE, code="", adjustments=()),))
    reasons = reasons_of([Adjustment("PR", "1", Decimal("40.00"))], TEXTS)
    page = Page(eob_page(explained(lines=lines_of(stay, {1: "0120"}, TEXTS), reasons=reasons)))
    assert "revenue code 0120" in page.text
    assert "with the claim" in page.text
    assert "$0.00" not in page.text.partition("Total")[0]


def test_a_count_says_what_it_is_of() -> None:
    """Visits are of the benefits that they limit; a deductible is of all."""
    told = [(each.kind, each.of) for each in balances_of(DECISION, DAY, PLAN, YEAR, [])]
    assert told == [("deductible", ""), ("visits", "hand therapy")]
    assert "Visits of hand therapy" in eob_page(explained())


def test_every_reason_has_words() -> None:
    """A code with no words of its own gets those of its group; the same code differs by who bears it."""
    found = reasons_of([Adjustment(group, "999", Decimal("1.00")) for group in ("PR", "CO", "OA", "PI", "CR")], TEXTS)
    assert all(each.text for each in found)
    two = reasons_of([Adjustment("PR", "45", Decimal("1.00")), Adjustment("CO", "45", Decimal("1.00"))], TEXTS)
    assert two[0].text != two[1].text


def posted(source: str, amount: str, day: date, owner: str = "M1", period: date = YEAR) -> PostedEntry:
    """Return an entry of the deductible."""
    key = AccumulatorKey("P1", "ded", owner, period)
    return PostedEntry(entry=AccumulatorEntry(key, Decimal(amount), source), posted_on=day)


PLAN = PlanVersion(
    start=date(2025, 1, 1),
    funding=Funding(type="fully_insured"),
    benefit_year=BenefitYear(type="calendar"),
    family_tier="embedded",
    accumulators=(
        Accumulator(id="ded", kind="deductible", scope="individual", tier="INN", limit=Decimal("500.00")),
        Accumulator(id="vis", kind="visits", scope="individual", tier="ALL", limit=Decimal(20)),
    ),
    benefits=(
        Benefit(id="HAND-THERAPY", tiers=("INN",), match=LineMatch(), limit=BenefitLimit(acc="vis", reason="maximum")),
    ),
    cob=CoordinationOfBenefits(method="COB-STD", deductible_credit="as_if_primary"),
)


def test_balances_stand_as_of_the_claim() -> None:
    """What was counted before and by the claim counts; what a later claim of the day adds does not."""
    entries = [
        posted("opening:1", "100.00", DAY),
        posted("claim:C1/1/1", "25.00", DAY),
        posted("claim:C2/1/1", "30.00", DAY),
        posted("claim:C0/1/1", "77.00", DAY, period=date(2025, 1, 1)),
    ]
    balance, _visits = balances_of(DECISION, DAY, PLAN, YEAR, entries)
    assert (balance.used, balance.left) == (Decimal("125.00"), Decimal("375.00"))


def test_a_claim_that_counted_nothing_stands_at_the_end_of_its_day() -> None:
    """Entries of later days are left out where the claim has none of its own."""
    entries = [posted("claim:C0/1/1", "40.00", DAY), posted("claim:C2/1/1", "30.00", date(2026, 3, 17))]
    balance, _visits = balances_of(DECISION, DAY, PLAN, YEAR, entries)
    assert balance.used == Decimal("40.00")


def explained(**changed: object) -> Eob:
    """Return an explanation."""
    facts: dict[str, object] = {
        "claim": "C1", "version": 1, "decided_on": DAY, "payer": "PLAN & CO", "contact": ("PLAN & CO", "PO BOX 1"),
        "patient": "ANNA <LAKE>", "member_id": "HS1", "provider": "HARBOR", "plan": "GOLD",
        "lines": lines_of(DECISION, {}, TEXTS), "reasons": (),
        "billed": Decimal("150.00"), "allowed": Decimal("100.00"),
        "paid": Decimal("60.00"), "paid_to_member": Decimal("0.00"), "owed": Decimal("40.00"),
        "balances": balances_of(DECISION, DAY, PLAN, YEAR, [posted("claim:C1/1/1", "25.00", DAY)]),
        "versions": (EobVersion(version=1, kind="adjudicated", decided_on=DAY, paid=Decimal("60.00"),
                                owed=Decimal("40.00"), is_shown=True),),
        "appeals": TEXTS.appeals,
    }  # fmt: skip
    return Eob(**{**facts, **changed})  # type: ignore[arg-type]


def eob_page(eob: Eob) -> str:
    """Return the page of an explanation."""
    return b"".join(html_page(eob_document(eob))).decode()


class Page(HTMLParser):
    """A page as its elements: what opens and what closes, headings and text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.opened: Counter[str] = Counter()
        self.stack: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.opened[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that is open."""
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather text."""
        self.text += data


def test_the_page_says_it_all_and_is_well_formed() -> None:
    """All is told: no bill, the amounts, the words of each reason, limits and appeal; names are escaped."""
    page = Page(eob_page(explained()))
    told = ("This is not a bill.", "$150.00", "$100.00", "$60.00", "$40.00", "$475.00", "ANNA <LAKE>", "PLAN & CO")
    assert [each for each in told if each not in page.text] == []
    assert all(each.text in page.text for line in explained().lines for each in line.reasons)
    assert all(paragraph in page.text for paragraph in TEXTS.appeals)
    assert page.opened["h1"] == 1
    assert page.opened["table"] == page.opened["thead"] == 3
    assert page.opened["th"] == sum(name == "scope" for name, _value in page.attributes)


def test_the_page_refers_to_nothing_outside() -> None:
    """No script, image, link, font or address of another place stands in it; it has rules for printing."""
    text = eob_page(explained())
    page = Page(text)
    assert not {"script", "img", "link", "iframe", "a", "object", "form"} & set(page.opened)
    assert not {"src", "href", "onclick"} & {name for name, _value in page.attributes}
    assert not re.search(r"https?:|url\(|@import", text)
    assert "@media print" in text


def test_the_rows_of_a_table_are_as_wide_as_its_head() -> None:
    """Every table's rows have as many cells as its head, spans counted."""
    text = eob_page(explained())
    for table in re.findall(r"<table>.*?</table>", text, re.DOTALL):
        head, *rows = re.findall(r"<tr>(.*?)</tr>", table)
        widths = {len(re.findall("<t[dh]", row)) for row in rows}
        assert widths == {head.count("<th ")}


def test_versions_are_told_where_there_are_several() -> None:
    """A claim that was corrected shows how it was decided before, and which decision is explained."""
    versions = tuple(
        EobVersion(version=number, kind=kind, decided_on=DAY, paid=Decimal(paid), owed=Decimal("0.00"), is_shown=shown)
        for number, kind, paid, shown in (
            (1, "adjudicated", "60.00", False), (2, "reversal", "-60.00", False), (3, "correction", "70.00", True)
        )
    )  # fmt: skip
    text = Page(eob_page(explained(versions=versions))).text
    assert all(each in text for each in ("First decision", "Taken back", "Corrected", "-$60.00", "explained here"))


def test_nothing_owed_is_said() -> None:
    """Where the patient owes nothing the page says so in words."""
    assert "You owe nothing for this claim" in Page(eob_page(explained(owed=Decimal("0.00")))).text
