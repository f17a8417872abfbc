"""An explanation of benefits as one HTML page: no script, nothing from outside, to be read on a screen or printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Final

from hpedi.payments.eob import Eob, EobBalance, EobLine, EobReason

_STYLE: Final = """
body { font: 16px/1.5 "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.notice { font-weight: bold; border: 1px solid #1a1a1a; padding: .5rem 1rem; margin: 1rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: bold; padding: .4rem 0; }
th, td { border-bottom: 1px solid #b5b5b5; padding: .35rem .5rem; text-align: left; vertical-align: top; }
th { border-bottom: 2px solid #1a1a1a; }
.money { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tfoot td, tfoot th { font-weight: bold; border-top: 2px solid #1a1a1a; border-bottom: 0; }
.owed { background: #f2f2f2; font-weight: bold; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: bold; } dd { margin: 0; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
@media print { tr, dl { break-inside: avoid; } h2 { break-after: avoid; } }
"""
_KINDS: Final = {"deductible": "Deductible", "oop": "Out-of-pocket maximum", "visits": "Visits"}
_SCOPES: Final = {"individual": "you", "family": "your family"}
_TIERS: Final = {"INN": "in network", "OON": "out of network"}
_VERSIONS: Final = {"adjudicated": "First decision", "reversal": "Taken back", "correction": "Corrected"}


def eob_page(eob: Eob) -> str:
    """Return the page."""
    parts = (
        _heading(eob),
        _services(eob),
        _summary(eob),
        _why(eob),
        _balances(eob.balances),
        _versions(eob),
        _appeals(eob),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Explanation of benefits {escape(eob.claim)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def _heading(eob: Eob) -> str:
    facts = (
        ("Patient", eob.patient),
        ("Member ID", eob.member_id),
        ("Provider", eob.provider),
        ("Plan", eob.plan),
        ("Claim", f"{eob.claim}, version {eob.version}"),
        ("Decided on", eob.decided_on.isoformat()),
    )
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    return (
        f"<h1>Explanation of benefits</h1>\n<p>{escape(eob.payer)}</p>\n"
        f'<p class="notice">This is not a bill.</p>\n<dl>{rows}</dl>'
    )


def _services(eob: Eob) -> str:
    heads = ("Date", "Service", "Billed", "Allowed", "Plan paid", "You may owe", "Notes")
    body = "".join(_service(line) for line in eob.lines)
    sums = (eob.billed, eob.allowed, eob.paid + eob.paid_to_member, eob.owed)
    total = "".join(f'<td class="money">{_dollars(amount)}</td>' for amount in sums)
    foot = f'<tfoot><tr><th scope="row" colspan="2">Total</th>{total}<td></td></tr></tfoot>'
    return _table("What was billed and paid", heads, body, foot, money=range(2, 6))


def _service(line: EobLine) -> str:
    codes = ", ".join(each.code for each in line.reasons)
    amounts = (line.billed, line.allowed, line.paid)
    cells = "".join(f'<td class="money">{_dollars(amount)}</td>' for amount in amounts)
    return (
        f"<tr><td>{line.day}</td><td>{escape(line.service)}</td>{cells}"
        f'<td class="money owed">{_dollars(line.owed)}</td><td>{escape(codes)}</td></tr>'
    )


def _summary(eob: Eob) -> str:
    told = [f"You may owe {eob.provider or 'your provider'} {_dollars(eob.owed)}. Wait for the provider's bill."]
    if not eob.owed:
        told = ["You owe nothing for this claim by what your plan decided."]
    if eob.paid_to_member:
        told.append(f"Your plan pays {_dollars(eob.paid_to_member)} to the subscriber, and not to the provider.")
    return "<h2>What you may owe</h2>" + "".join(f"<p>{escape(each)}</p>" for each in told)


def _why(eob: Eob) -> str:
    rows = [(f"Service {line.number}", each) for line in eob.lines for each in line.reasons]
    rows += [("Whole claim", each) for each in eob.reasons]
    body = "".join(_reason(where, each) for where, each in rows)
    return _table("Why", ("For", "Note", "Amount", "Who", "Why"), body, money=[2]) if body else ""


def _reason(where: str, reason: EobReason) -> str:
    who = "You may owe it" if reason.owed else "Not yours to pay"
    return (
        f'<tr><td>{escape(where)}</td><td>{escape(reason.code)}</td><td class="money">{_dollars(reason.amount)}</td>'
        f"<td>{who}</td><td>{escape(reason.text)}</td></tr>"
    )


def _balances(balances: Sequence[EobBalance]) -> str:
    body = "".join(_balance(each) for each in balances)
    heads = ("Limit", "Of whom", "A year", "Used", "Left")
    return _table("Your limits after this claim", heads, body, money=[2, 3, 4]) if body else ""


def _balance(each: EobBalance) -> str:
    name = " ".join(filter(None, (_KINDS.get(each.kind, each.kind), _TIERS.get(each.tier, ""))))
    written = _count if each.kind == "visits" else _dollars
    cells = "".join(f'<td class="money">{written(value)}</td>' for value in (each.limit, each.used, each.left))
    return f"<tr><td>{escape(name)}</td><td>{escape(_SCOPES.get(each.scope, each.scope))}</td>{cells}</tr>"


def _versions(eob: Eob) -> str:
    if len(eob.versions) == 1:
        return ""
    body = "".join(
        f"<tr><td>{each.version}</td><td>{escape(_VERSIONS.get(each.kind, each.kind))}</td><td>{each.decided_on}</td>"
        f'<td class="money">{_dollars(each.paid)}</td><td class="money">{_dollars(each.owed)}</td>'
        f"<td>{'explained here' if each.is_shown else ''}</td></tr>"
        for each in eob.versions
    )
    heads = ("Version", "What", "Decided on", "Plan paid", "You may owe", "")
    return _table("How this claim was decided over time", heads, body, money=[3, 4])


def _appeals(eob: Eob) -> str:
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in eob.appeals)
    contact = "<br>".join(escape(each) for each in eob.contact)
    return f"<h2>If you disagree</h2>{paragraphs}<address>{contact}</address>"


def _table(title: str, heads: Sequence[str], body: str, foot: str = "", money: Iterable[int] = ()) -> str:
    right = frozenset(money)
    cells = "".join(
        f'<th scope="col"{" class=" + chr(34) + "money" + chr(34) if place in right else ""}>{escape(head)}</th>'
        for place, head in enumerate(heads)
    )
    return (
        f"<h2>{escape(title)}</h2>\n"
        f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody>{foot}</table></div>'
    )


def _dollars(amount: Decimal) -> str:
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def _count(number: Decimal) -> str:
    return f"{int(number):,}"
