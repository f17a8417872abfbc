"""The characters of X12 data."""

from __future__ import annotations

import pytest

from hpedi.x12.characters import DATA, same_letters, unaccented


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("ROSA", "ROSA"),
        ("Muñoz", "Munoz"),
        ("ŁOŚ", "LOS"),
        ("GÖßMANN-ØRSTED", "GOssMANN-ORSTED"),
        ("CÆSAR", "CAESAR"),
        ("ROSA\N{COMBINING ACUTE ACCENT}", "ROSA"),
    ],
)
def test_a_name_is_spelled_as_whoever_sends_it_would(text: str, spelled: str) -> None:
    """Accents are taken off, and letters of their own are written with two; X12 has all that is left."""
    assert unaccented(text) == spelled
    assert DATA.issuperset(spelled)


def test_what_is_no_letter_with_an_accent_stays() -> None:
    """Another script is not guessed at, nor are two names the same for which nothing is left."""
    assert unaccented("湖") == "湖"
    assert not same_letters("湖", "山")
    assert same_letters("Łoś", "LOS")
