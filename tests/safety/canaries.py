"""Values that stand nowhere else, one of each kind of PHI and account, in a payer folder and in an 837."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange
from tests.shared import PROJECT

CANARIES: Final = {
    "last name": "ZYXWAVOR",
    "first name": "QUILBRIX",
    "member id": "ZQ7730519",
    "birth date": "19310719",
    "birth date, written out": "1931-07-19",
    "street": "VEXILBROOK",
    "patient control number": "PCNKWJX91",
    "ssn": "978653124",
    "bank account": "80417736652",
    "our bank account": "60933815527",
}
"""What nobody may see who is not asked to: kind -> value."""

SENT_TO_PARTNERS: Final = frozenset({"last name", "first name", "member id", "patient control number"})
SENT_TO_THE_BANK: Final = frozenset({"bank account"})
IN_THE_837: Final = frozenset(CANARIES) - {"bank account", "our bank account", "birth date, written out"}

_IN_THE_FOLDER: Final = {
    "members.csv": {
        "AMBLE,ROSA": "ZYXWAVOR,QUILBRIX",
        "HS1000001": "ZQ7730519",
        "1979-04-12": "1931-07-19",
    },
    "providers.yaml": {'account: "200000201"': 'account: "80417736652"', '"410000201"': '"978653124"'},
    "payer.yaml": {'account: "410000942"': 'account: "60933815527"'},
}
_IN_THE_CLAIM: Final = {
    "AMBLE*ROSA": "ZYXWAVOR*QUILBRIX",
    "HS1000001": "ZQ7730519",
    "19790412": "19310719",
    "12 BIRCH LN": "1717 VEXILBROOK",
    "REF*EI*410000201": "REF*SY*978653124",
}


def payer_folder(folder: Path) -> Path:
    """Lay the sample payer into a folder, with canaries for its first member and its clinic."""
    shutil.copytree(PROJECT / "samples" / "payer", folder)
    for name, changes in _IN_THE_FOLDER.items():
        path = folder / name
        path.write_text(_changed(path.read_text(), changes))
    return folder


def submission(control_number: int, *, usage: str = "P") -> str:
    """Return an interchange of the clinic with two claims for that member, a segment a line."""
    claims = [clinic_claim("PCNKWJX91", "M01", 10), clinic_claim("PCNKWJX91B", "M01", 11)]
    content = interchange(RIVERBEND, CLINIC, control_number, [claim_set("0001", claims)], usage=usage)
    return _changed(content.decode(), _IN_THE_CLAIM)


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        if old not in text:
            raise ValueError("the sample payer no longer says what the canaries replace")
        text = text.replace(old, new)
    return text


def found_in(*texts: str | bytes) -> set[str]:
    """Return the kinds of canaries that texts hold."""
    searched = [text.encode() if isinstance(text, str) else text for text in texts]
    return {kind for kind, value in CANARIES.items() if any(value.encode() in text for text in searched)}


def found_in_files(paths: Iterable[Path]) -> set[str]:
    """Return the kinds of canaries that files hold."""
    return found_in(*(path.read_bytes() for path in paths))
