"""Nacha files of returns and notifications of change, written from the record layout alone: nothing of hpedi is here.

Source: Nacha Operating Rules, Appendices Three (records), Four (returns) and Five (notifications of change).
"""

from __future__ import annotations

from dataclasses import dataclass

OUR_BANK = "99999999"
COMPANY = "1410000942"


@dataclass(frozen=True)
class Back:
    """An entry that comes back: `code` R.. for a return, C.. for a change with its corrected data."""

    code: str
    original_trace: str
    cents: int
    account: str
    bank: str
    corrected: str = ""
    kind: str = "21"
    effective: str = "260316"


def check_digit(eight: str) -> str:
    """Return the ninth digit of a routing number: weights 3, 7, 1."""
    return str(-sum(int(digit) * weight for digit, weight in zip(eight, (3, 7, 1, 3, 7, 1, 3, 7), strict=True)) % 10)


def entry_lines(each: Back, number: int) -> list[str]:
    """Return records 6 and 7 of an entry."""
    trace = f"{each.bank}{number:07d}"
    to_us = f"{OUR_BANK}{check_digit(OUR_BANK)}"
    detail = f"6{each.kind}{to_us}{each.account:<17}{each.cents:010d}{'':15}{'PAYEE':<22}  1{trace}"
    if each.code[0] == "R":
        return [detail, f"799{each.code}{each.original_trace}{'':6}{each.bank}{'':44}{trace}"]
    return [detail, f"798{each.code}{each.original_trace}{'':6}{each.bank}{each.corrected:<29}{'':15}{trace}"]


def batch_lines(entries: list[Back], number: int) -> tuple[list[str], int, int, int]:
    """Return the records of a batch, their count of 6 and 7, their hash and their credits."""
    first = entries[0]
    kind = "CCD" if first.code[0] == "R" else "COR"
    bank = first.bank
    company = f"{'HPEDI SAMPLE':<16}{'':20}{COMPANY:<10}"
    head = f"5220{company}{kind}{'HCCLAIMPMT':<10}{'':6}{first.effective}{'':3}1{bank}{number:07d}"
    lines = [line for place, each in enumerate(entries, start=1) for line in entry_lines(each, place)]
    hashed = int(OUR_BANK) * len(entries) % 10**10
    credits_ = sum(each.cents for each in entries)
    tail = f"8220{len(lines):06d}{hashed:010d}{0:012d}{credits_:012d}{COMPANY:<10}{'':19}{'':6}{bank}{number:07d}"
    return [head, *lines, tail], len(lines), hashed, credits_


def return_file(batches: list[list[Back]], created: str = "260318") -> bytes:
    """Return a file; the entries of a batch are all of one bank and all returns or all changes."""
    banks = f"{OUR_BANK}{check_digit(OUR_BANK)}"
    lines = [f"101 {banks} {banks}{created}0930A094101{'SAMPLE BANK':<23}{'SAMPLE BANK':<23}{'':8}"]
    counted = hashed = credits_ = 0
    for number, entries in enumerate(batches, start=1):
        made, count, entry_hash, amount = batch_lines(entries, number)
        lines += made
        counted, hashed, credits_ = counted + count, (hashed + entry_hash) % 10**10, credits_ + amount
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{len(batches):06d}{blocks:06d}{counted:08d}{hashed:010d}{0:012d}{credits_:012d}{'':39}")
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    assert {len(line) for line in lines} == {94}
    return "".join(f"{line}\n" for line in lines).encode()
