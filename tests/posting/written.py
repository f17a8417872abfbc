"""835s written by hand, for tests of the poster: the segments between the payee and SE, the rest put around them."""

from __future__ import annotations

from tests.posting.remittance import Remittance, read_remittances

NPI = "1000000012"
ACCOUNTS = "01*999999992*DA*411111111*1411111111**01*123456780*DA*100000012"


def interchange(trace: str, amount: str, *body: str, method: str = "CHK") -> bytes:
    """Return an interchange with one 835 of a payment dated 2026-05-18."""
    handling = "H" if method == "NON" else "I"
    accounts = ACCOUNTS if method == "ACH" else "*" * 9
    segments = [
        "ST*835*0001",
        f"BPR*{handling}*{amount}*C*{method}*{'CCP' if method == 'ACH' else ''}*{accounts}*20260518",
        f"TRN*1*{trace}*1411111111",
        "DTM*405*20260518",
        "N1*PR*HPEDI HEALTH PLAN",
        f"N1*PE*LAKES FAMILY CLINIC*XX*{NPI}",
        "REF*TJ*411000001",
        *body,
    ]
    segments.append(f"SE*{len(segments) + 1}*0001")
    head = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'94267':15}*ZZ*{'GOLDEN':15}*260518*1200*^*00501*000000007*0*P*:"
    group = "GS*HP*94267*GOLDEN*20260518*1200*7*X*005010X221A1"
    return "".join(f"{each}~" for each in (head, group, *segments, "GE*1*7", "IEA*1*000000007")).encode()


def remittance(trace: str, amount: str, *body: str, method: str = "CHK") -> Remittance:
    """Return it as the poster reads it."""
    (read,) = read_remittances(interchange(trace, amount, *body, method=method))
    return read


def claim(number: str, *, status: str = "1", sign: str = "", paid: str = "90", patient: str = "30") -> tuple[str, ...]:
    """Return a claim of 185.00: 65.00 contractual, a copay of 30.00, and 90.00 paid; with a sign, all of it negated."""
    owed = "" if sign else patient
    return (
        f"CLP*{number}*{status}*{sign}185*{sign}{paid}*{owed}*12*26{number}*11*1",
        "NM1*QC*1*LAKE*MARY****MI*942670000101",
        f"SVC*HC:T1015*{sign}185*{sign}{paid}**1",
        "DTM*472*20260310",
        f"CAS*CO*45*{sign}65",
        f"CAS*PR*3*{sign}{patient}",
    )
