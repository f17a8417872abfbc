"""A provider's receivables: 835s posted to patient accounts, provider adjustments, and cash that is expected.

Written from the X12 835 rules alone: nothing of hpedi is here. What cannot be posted without a human raises.
Amounts are US dollars; a provider adjustment has the sign of its PLB, so that a positive one was taken from a payment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tests.posting.balancing import imbalances
from tests.posting.remittance import ZERO, Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine

BALANCE_FORWARD, OVERPAYMENT = "FB", "WO"
OPEN_ITEMS: Final = frozenset({BALANCE_FORWARD, OVERPAYMENT})
"""What stays with the provider from one 835 to the next, by the reference of its PLB rows."""

IN_PLACE_OF: Final = "CS"
"""With the trace number of an earlier 835: its money comes with this one."""

WITHHELD: Final = frozenset({("CO", "104"), ("CO", "245")})
PAID_TO_PATIENT: Final = ("PR", "100")
OF_GROUP: Final[Mapping[str, str]] = {"CO": "contractual", "PI": "contractual", "OA": "other", "PR": "patient"}

Totals = dict[str, Decimal]
"""US dollars by charge, contractual, withheld, other, patient, to_patient, paid; the charge is the sum of the rest."""


class CannotPost(Exception):
    """A human would have to look at this remittance."""


@dataclass(slots=True)
class PatientAccount:
    """What the payer told about one claim, by the payer's own number of it."""

    patient_control_number: str
    posted: list[tuple[str, ClaimPayment]] = field(default_factory=list)
    ever: list[ClaimPayment] = field(default_factory=list)

    @property
    def standing(self) -> int:
        """How many times it stands decided: reversals count against the others."""
        return sum(-1 if claim.is_reversal else 1 for _trace, claim in self.posted)

    @property
    def totals(self) -> Totals:
        """What it comes to."""
        sums: Totals = defaultdict(Decimal)
        for _trace, claim in self.posted:
            sums["charge"] += claim.charge
            sums["paid"] += claim.paid
            for each in claim.every_adjustment:
                sums[kind_of(each)] += each.amount
        return sums


def kind_of(each: Adjustment) -> str:
    """Return where an adjustment is posted."""
    if (each.group, each.reason) in WITHHELD:
        return "withheld"
    if (each.group, each.reason) == PAID_TO_PATIENT:
        return "to_patient"
    if each.group not in OF_GROUP:
        raise CannotPost("an adjustment group that is not known")
    return OF_GROUP[each.group]


@dataclass(slots=True)
class Books:
    """The books of one payee (NPI)."""

    accounts: dict[str, PatientAccount] = field(default_factory=dict)
    adjustments: list[tuple[str, ProviderAdjustment]] = field(default_factory=list)
    opening: list[ProviderAdjustment] = field(default_factory=list)
    expected: dict[str, Remittance] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)

    def open_items(self, code: str) -> dict[str, Decimal]:
        """Return what the payee still owes by reference, those that are settled left out."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in (*self.opening, *(row for _trace, row in self.adjustments)):
            if each.code == code:
                sums[each.reference] -= each.amount
        return {reference: amount for reference, amount in sums.items() if amount}

    def adjusted(self, codes: Iterable[str]) -> Decimal:
        """Return what provider adjustments of some codes brought to the payee."""
        wanted = frozenset(codes)
        return -sum((each.amount for _trace, each in self.adjustments if each.code in wanted), ZERO)

    @property
    def totals(self) -> Totals:
        """What all accounts come to."""
        sums: Totals = defaultdict(Decimal)
        for account in self.accounts.values():
            for kind, amount in account.totals.items():
                sums[kind] += amount
        return sums

    @property
    def cash(self) -> Decimal:
        """What was paid to it."""
        return sum((each.amount for each in self.expected.values()), ZERO)


class Receivables:
    """The books of every payee that one system posts for."""

    def __init__(self) -> None:
        """Nothing is posted yet."""
        self.books: dict[str, Books] = defaultdict(Books)
        self.posted = 0
        self.told: Counter[str] = Counter()
        self._payee_of: dict[str, str] = {}

    def owe(self, payee: str, code: str, reference: str, amount: Decimal) -> None:
        """Begin with something that the payee owes from before."""
        self.books[payee].opening.append(ProviderAdjustment(code, reference, -amount))

    def post(self, remittance: Remittance) -> None:
        """Post a remittance.

        Raises:
            CannotPost: It does not balance, was posted before, takes back what was not posted, or pays what stands.
        """
        broken = imbalances(remittance)
        if broken:
            raise CannotPost(f"it does not balance: {broken[0]}")
        if remittance.trace_number in self._payee_of:
            raise CannotPost("this trace number was posted before")
        books = self.books[remittance.payee_npi]
        for claim in remittance.claims:
            _post_claim(books, remittance.trace_number, claim)
        for each in remittance.provider_adjustments:
            if each.code == IN_PLACE_OF and each.reference in books.expected:
                _replace(books, each)
            else:
                books.adjustments.append((remittance.trace_number, each))
        _check_open_items(books, remittance)
        books.expected[remittance.trace_number] = remittance
        self._payee_of[remittance.trace_number] = remittance.payee_npi
        self.posted += 1
        self.told.update(features_of(remittance))

    def undo(self, trace_number: str) -> None:
        """Take back all that a remittance posted: its payment came back from the bank, or its check was stopped."""
        books = self.books[self._payee_of[trace_number]]
        for account in books.accounts.values():
            account.posted = [each for each in account.posted if each[0] != trace_number]
        books.adjustments = [each for each in books.adjustments if each[0] != trace_number]
        del books.expected[trace_number]

    def payee_of(self, trace_number: str) -> str:
        """Return the payee of a remittance that was posted; empty where none was."""
        return self._payee_of.get(trace_number, "")

    def expected(self) -> dict[str, Remittance]:
        """Return the remittances that stand, by trace number."""
        return {trace: each for books in self.books.values() for trace, each in books.expected.items()}


def _post_claim(books: Books, trace: str, claim: ClaimPayment) -> None:
    account = books.accounts.setdefault(claim.payer_control_number, PatientAccount(claim.patient_control_number))
    if account.patient_control_number != claim.patient_control_number:
        raise CannotPost("a claim comes back under another patient control number")
    if claim.is_reversal and not any(_negates(claim, each) for each in account.ever):
        raise CannotPost("a reversal takes back what was not posted so")
    if not claim.is_reversal and account.standing > 0:
        raise CannotPost("a claim is decided again without a reversal")
    account.posted.append((trace, claim))
    account.ever.append(claim)


def _replace(books: Books, row: ProviderAdjustment) -> None:
    """Expect the money of an earlier remittance no more: it comes now, and what that one posted stays."""
    if books.expected[row.reference].amount != -row.amount:
        raise CannotPost("another amount takes the place of a payment")
    books.replaced.add(row.reference)
    del books.expected[row.reference]


def _negates(reversal: ClaimPayment, claim: ClaimPayment) -> bool:
    """Say whether every amount is the negative of the original's, under its own groups and reasons."""
    return not claim.is_reversal and _amounts(reversal, Decimal(-1)) == _amounts(claim, Decimal(1))


def _amounts(claim: ClaimPayment, sign: Decimal) -> object:
    def adjusted(adjustments: Iterable[Adjustment]) -> object:
        return Counter((each.group, each.reason, sign * each.amount) for each in adjustments)

    def line(service: ServiceLine) -> object:
        return service.procedure, sign * service.charge, sign * service.paid, adjusted(service.adjustments)

    lines = [line(each) for each in claim.services]
    return sign * claim.charge, sign * claim.paid, adjusted(claim.adjustments), lines


def _check_open_items(books: Books, remittance: Remittance) -> None:
    """A balance is told before it is taken back, never over-taken, and one forward at a time (RFI 222, 738)."""
    for code in OPEN_ITEMS:
        if any(amount < 0 for amount in books.open_items(code).values()):
            raise CannotPost(f"more is taken back by PLB {code} than was told")
    forward = books.open_items(BALANCE_FORWARD)
    if len(forward) > 1:
        raise CannotPost("two balances forward are open")
    told = [each for each in remittance.provider_adjustments if each.code == BALANCE_FORWARD and each.amount < 0]
    if any(each.reference != remittance.trace_number for each in told) or (told and remittance.amount):
        raise CannotPost("a balance forward is not told under its own trace number, with nothing paid")


def features_of(remittance: Remittance) -> Counter[str]:
    """Count what a remittance holds: status of claims, codes of provider adjustments, method."""
    found = Counter({f"method {remittance.method}": 1})
    found.update(f"status {claim.status}" for claim in remittance.claims)
    found.update(f"frequency {claim.frequency}" for claim in remittance.claims)
    found.update(f"PLB {each.code}{'-' if each.amount < 0 else '+'}" for each in remittance.provider_adjustments)
    for claim in remittance.claims:
        found.update({f"CAS {each.group}-{each.reason}" for each in claim.every_adjustment})
        found["claim level"] += not claim.services
        found["interest"] += bool(claim.interest)
        found["denied"] += not claim.is_reversal and not claim.paid
    return found
