"""The companion guide for one partner: what is agreed on with it, then what the payer asks of everybody.

Pure: it takes the profile, the payer and rules that were read, and returns Markdown. It holds no member's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.acceptance.companion_guide import About, agreed_part, checked_part, codes, supported_part, table, weighed
from hpedi.acceptance.rules.rule import Rule
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.partners.limits import limits_of
from hpedi.partners.states import TAKES
from hpedi.reference.partners import Partner
from hpedi.reference.payer import Payer
from hpedi.x12.limits import Limits

_STATES: Final[Mapping[str, str]] = {
    "draft": "Draft: nothing is taken yet; interchanges are refused with TA105 {partner-draft}.",
    "testing": "Testing: test data (ISA15 = T) is taken; production data is refused with TA105 {partner-in-testing}.",
    "live": "Live: production data and test data are taken.",
    "suspended": "Suspended: nothing is taken; interchanges are refused with TA105 {partner-suspended}.",
}
_TA105: Final = {code: kind.sent.ta105 for code, kind in FINDING_KINDS.items()}
_TA1: Final[Mapping[str, str]] = {
    "always": "for every interchange",
    "asked": "for what is refused, and for what is accepted when ISA14 is 1",
    "never": "for what is refused only",
}
_ANY: Final = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideMatter:
    """What the guide of a partner is made of beside its profile.

    Attributes:
        payer: Us.
        about: What the payer's companion guide is about.
        own: Its rules.
        general: The rules for any payer, by id.
        severities: How the companion guide weighs some of them.
        limits: The limits of everybody.
    """

    payer: Payer
    about: About
    own: Sequence[Rule]
    general: Mapping[str, Rule]
    severities: Mapping[str, str]
    limits: Limits


def partner_page(partner: Partner, matter: GuideMatter, day: date) -> str:
    """Return the companion guide for a partner.

    Args:
        partner: Its profile.
        matter: What else the guide is made of.
        day: The day it is made; keys that are good on it are listed.
    """
    supported = [each for each in matter.about.supported if _is_agreed(partner, each.set)]
    weights = {**matter.severities, **partner.severities}
    known = {rule: weight for rule, weight in weights.items() if rule in matter.general}
    parts = (
        _head(partner, matter, day),
        "## Addresses\n\n" + table("Element | Value", _addresses(partner, matter.payer)),
        supported_part(supported) + _versions(partner),
        "## Test and production\n\n" + _usages(partner),
        "## Answers\n\n" + _answers(partner),
        "## Delivery\n\n" + _delivery(partner, day),
        "## Limits\n\n" + table("Limit of an interchange | At most", _limits(partner, matter.limits)),
        agreed_part(matter.about),
        checked_part([rule for rule in matter.own if _is_about(partner, rule)], linked=False),
        "## Weighed otherwise\n\nRules of the implementation guides, with the weight that they have for you.\n\n"
        + table(
            "Rule | Finding | Usual weight | Weight here | What is wrong", weighed(matter.general, known, linked=False)
        ),
    )
    return "\n".join(parts)


def _is_agreed(partner: Partner, name: str) -> bool:
    agreed = (*partner.sends, *partner.receives)
    return not agreed or name in agreed


def _is_about(partner: Partner, rule: Rule) -> bool:
    """Say whether a rule is about a set that the partner sends."""
    return not partner.sends or not rule.guides.isdisjoint(partner.sends)


def _head(partner: Partner, matter: GuideMatter, day: date) -> str:
    return (
        f"# Companion guide of {matter.payer.name} for {partner.name}\n\n"
        f"As agreed on {day:%Y-%m-%d}. What it says comes on top of the implementation guides, and never takes from "
        f"them. Payer id: {codes(matter.about.payer_ids)}. Your id with us: `{partner.id}`.\n\n"
        f"{_STATES[partner.state].format_map(_TA105)}\n\n{matter.about.contact}\n"
    )


def _addresses(partner: Partner, payer: Payer) -> Iterable[tuple[str, str]]:
    ours = payer.identities
    yield "ISA05, ISA06 (you)", codes(f"{each.qualifier}, {each.id}" for each in partner.isa_ids)
    yield "ISA07, ISA08 (we)", codes(f"{each.isa_qualifier}, {each.isa_id}" for each in ours)
    yield "GS02 (you)", codes(partner.gs_ids) or _ANY
    yield "GS03 (we)", codes(dict.fromkeys(each.gs_id for each in ours))
    yield "1000A NM109 (submitter of claims)", codes(partner.submitter_ids) or _ANY


def _versions(partner: Partner) -> str:
    if not partner.allowed_versions:
        return "\nOther versions of the guides are refused.\n"
    return f"\nBeside these, by agreement: {codes(partner.allowed_versions)}, judged by the adopted guide.\n"


def _usages(partner: Partner) -> str:
    now = codes(sorted(TAKES[partner.state] & set(partner.usages))) or "nothing"
    return (
        f"ISA15 is T for test data, P for production; taken now: {now}. Test data is judged and answered as production "
        "data is, is kept apart, and is never paid. Its answers carry ISA15 = T, control numbers counted by themselves "
        "(ISA13, GS06), and claim numbers that begin with T.\n"
    )


def _answers(partner: Partner) -> str:
    chosen = partner.acknowledgements
    rows = (
        ("TA1", _TA1[chosen.ta1]),
        ("999", "for every functional group"),
        ("277CA", "for every claim set that is not refused" if chosen.claims else "not sent, as you chose"),
        ("Segments end with", f"the terminator of your file{' and a line feed' if chosen.line_breaks else ''}"),
    )
    return table("Answer | When", rows)


def _delivery(partner: Partner, day: date) -> str:
    good = [key for key in partner.keys if key.is_good(day)]
    keys = table("Key | Since", ((f"`{key.fingerprint}`", f"{key.added}") for key in good)) if good else ""
    people = table(
        "Contact | For | Telephone | Mail",
        ((each.name, each.role, each.phone, each.email) for each in partner.contacts),
    )
    folder = partner.delivery_folder
    return (
        f"Answers lie in the folder `{folder}`, those to test data in `{folder}/test`.\n\n"
        f"{keys or 'No key is registered to sign in with.'}\n\n{people if partner.contacts else ''}"
    )


def _limits(partner: Partner, usual: Limits) -> Iterable[tuple[str, str]]:
    limits = limits_of(partner, usual)
    names = ("sets_in_interchange", "segments_in_set", "groups_in_interchange", "segment_bytes")
    return ((name.replace("_", " "), f"{getattr(limits, name):,}") for name in names)
