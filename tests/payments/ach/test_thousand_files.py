"""A thousand Nacha files of all kinds: judged by an independent engine, read back, and refused once changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import achkit
from msgspec import structs

from hpedi.identifiers import routing_number
from hpedi.payments.ach.ach_file import AchFile, write_ach
from hpedi.payments.ach.build import PrenoteDue, build_ach_file
from hpedi.payments.ach.read import read_ach
from hpedi.transactions.remittance_835.model import BankAccount
from tests.payments.ach.test_ach_file import MADE, ORIGINATOR, conventions, payment
from tests.payments.ach.test_corporate_exchange import EFT_NUMBER, REMITTANCE
from tests.payments.worked_example import LAKES

FILES = 1_000
CONVENTIONS = conventions()


def drawn_account(dice: random.Random) -> BankAccount:
    """Return an account of some bank."""
    first = f"{dice.randrange(10**8):08d}"
    number = str(dice.randrange(1, 10 ** dice.randrange(1, 18)))
    return BankAccount(
        routing_number=first + routing_number.calc_check_digit(first),
        account_number=number,
        kind=dice.choice(["DA", "SG"]),
    )


def drawn_file(dice: random.Random) -> AchFile:
    """Return a file of up to nine credits and prenotifications, of both classes, days and funding accounts."""
    payments, inside, prenotes = [], {}, []
    for number in range(dice.randrange(1, 10)):
        payee = structs.replace(LAKES, account=drawn_account(dice))
        day = date(2026, 5, 18) + timedelta(days=dice.randrange(2))
        funding = dice.choice(["payer", "pine"])
        if dice.random() < 0.3:
            prenotes.append(PrenoteDue(payee=payee, effective=day, funding_account=funding, is_ctx=dice.random() < 0.5))
            continue
        trace = f"9{number:08d}"
        cents = dice.randrange(1, 10 ** dice.randrange(3, 11))
        payments.append(
            payment(f"{cents // 100}.{cents % 100:02d}", trace, payee=payee, payment_date=day, funding_account=funding)
        )
        if dice.random() < 0.3:
            text = REMITTANCE.replace(EFT_NUMBER, trace) + "X" * dice.randrange(400)
            inside[trace] = text.encode()
    file = build_ach_file(
        payments, ORIGINATOR, CONVENTIONS, created=MADE, modifier="A", inside=inside, prenotes=prenotes
    )
    assert file is not None
    return file


def drawn_files() -> Iterator[tuple[random.Random, AchFile, str]]:
    """Yield the files with their text."""
    dice = random.Random(6)  # noqa: S311 - not for secrets
    for _each in range(FILES):
        file = drawn_file(dice)
        yield dice, file, write_ach(file).decode()


def test_each_is_accepted_and_reads_back() -> None:
    """Achkit finds nothing wrong in any, and ours reads back what was written."""
    for _dice, file, text in drawn_files():
        assert achkit.validate(text) == {"ok": True, "errors": []}
        assert read_ach(text.encode()).file == file


def test_each_is_refused_once_a_digit_of_its_control_is_another() -> None:
    """A digit of an amount, routing number, trace number, count, hash or total: the reader finds it."""
    places = {"6": [*range(3, 12), *range(29, 39), *range(79, 94)], "8": [*range(4, 44)], "9": [*range(1, 55)]}
    for dice, _file, text in drawn_files():
        lines = text.splitlines()
        number = dice.choice([n for n, line in enumerate(lines) if line[0] in places and line != "9" * 94])
        place = dice.choice(
            [each for each in places[lines[number][0]] if not _only_says_where_it_begins(lines, number, each)]
        )
        digit = str((int(lines[number][place]) + dice.randrange(1, 10)) % 10)
        lines[number] = lines[number][:place] + digit + lines[number][place + 1 :]
        assert read_ach("\n".join(lines).encode()).file is None, (number, place)


def _only_says_where_it_begins(lines: list[str], number: int, place: int) -> bool:
    """Say whether nothing else in the file tells a digit: the number of an only entry without addenda."""
    is_alone = sum(line[0] == "6" for line in lines) == 1 and lines[number][78] == "0"
    return lines[number][0] == "6" and is_alone and place >= 87
