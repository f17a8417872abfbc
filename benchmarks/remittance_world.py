"""Claims of the adjudication benchmark's members, spread over many payees, decided and waiting to be paid.

Each payee has a contract of its own at the standard fees, an account, and claims in their turn, so that a run pays all
payees about as many. Every tenth payee has no account and is paid by check. The same in every run.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace as with_fields

from benchmarks.adjudication_world import (
    CLAIMS_A_RECEIPT,
    DECIDED_ON,
    PARTNER,
    RECEIVED,
    Numbered,
    claim,
    write_payer_folder,
)
from benchmarks.claims_837p import ANY_AMOUNT, SAMPLE_LIMIT
from hpedi.claims.claim import Claim
from hpedi.claims.parties import Address, Name, Provider
from hpedi.commands.jobs import Jobs
from hpedi.commands.payer_files import load_folder
from hpedi.commands.workspace import Workspace, context_for, create, open_workspace
from hpedi.pipeline.records import InterchangeIdentity

CHECKED: Final = 10
NPI_PREFIX, FIRST_NPI, FIRST_TAX_ID, FIRST_ACCOUNT = "80840", 100_010_000, 411_000_000, 600_000_000
ADDRESS: Final = {"lines": ["1 PAYEE WAY"], "city": "DULUTH", "state": "MN", "postal_code": "558020400"}


def npi(number: int) -> str:
    """Return the NPI of a payee, with its check digit (Luhn, prefix 80840)."""
    digits = f"{NPI_PREFIX}{FIRST_NPI + number}"
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return f"{digits[len(NPI_PREFIX) :]}{-total % 10}"


def payee(number: int) -> dict[str, Any]:
    """Return a payee as the payer folder has it."""
    account = {"from": "2025-01-01", "routing": "123456780", "account": f"{FIRST_ACCOUNT + number}"}
    return {
        "id": f"PAYEE{number:04d}",
        "name": f"PAYEE CLINIC {number:04d}",
        "npi": npi(number),
        "tax_id": f"{FIRST_TAX_ID + number}",
        "address": ADDRESS,
        "accounts": [] if number % CHECKED == CHECKED - 1 else [account],
    }


def contract(number: int) -> dict[str, Any]:
    """Return the contract of a payee."""
    rate = {"id": f"FEE{number:04d}", "when": {"claim_types": ["P"]}, "method": "fee_schedule"}
    return {
        "id": f"K-PAYEE{number:04d}",
        "provider": f"PAYEE{number:04d}",
        "network": "INN",
        "lines_of_business": ["commercial"],
        "from": "2025-01-01",
        "rates": [{**rate, "fee_schedule": "FS-STANDARD", "lesser_of_charge": "true"}],
    }


@cache
def billing(number: int) -> Provider:
    """Return a payee as its claims name it."""
    told = payee(number)
    address = Address(lines=("1 PAYEE WAY",), city="DULUTH", state="MN", postal_code="558020400")
    return Provider(
        is_person=False,
        name=Name(last=told["name"]),
        npi=told["npi"],
        tax_id=told["tax_id"],
        tax_id_qualifier="EI",
        address=address,
    )


def claim_of(number: int, payees: int) -> Claim:
    """Return a claim of the adjudication benchmark as one of so many payees bills it."""
    return with_fields(claim(number), billing=billing(number % payees))


def make_decided(home: Path, claims: int, payees: int) -> Workspace:
    """Make a workspace in which so many claims of so many payees are decided and unpaid."""
    folder = home.parent / f"{home.name}-payer"
    write_payer_folder(folder)
    payer = folder / "payer.yaml"
    payer.write_text(payer.read_text().replace(SAMPLE_LIMIT, ANY_AMOUNT))
    numbers = range(payees)
    sections = {"providers": [payee(each) for each in numbers], "contracts": [contract(each) for each in numbers]}
    (folder / "payees.yaml").write_text(json.dumps(sections))  # JSON is YAML without anchors
    create(home)
    workspace = open_workspace(home)
    context = context_for(DECIDED_ON)
    _loaded, outcome = load_folder(workspace, context, folder)
    if outcome is None:
        raise RuntimeError("the payer of the benchmark has errors")
    _stage(workspace, claims, payees)
    decided = Jobs(workspace, context).adjudicate()
    if decided.decided != claims:
        raise RuntimeError(f"{decided.decided} of {claims} claims were decided")
    return workspace


def _stage(workspace: Workspace, claims: int, payees: int) -> None:
    numbers = iter(range(claims))
    while of_receipt := list(islice(numbers, CLAIMS_A_RECEIPT)):
        with workspace.books.writing(context_for(DECIDED_ON)) as work:
            name = f"{of_receipt[0]:09d}"
            file = work.receipts.register_file(name, 1, RECEIVED, RECEIVED.date())
            identity = InterchangeIdentity(sender="bench", receiver="payer", control_number=name, usage="P")
            receipt = work.receipts.begin(file, 1, PARTNER, identity)
            models = tuple(claim_of(number, payees) for number in of_receipt)
            work.claims.stage(Numbered(receipt.id, of_receipt[0], models).stored())
            work.receipts.publish(receipt.id, digest=name, verdict="accepted", summary="")
            work.receipts.finish_file(file.id, "done")
