"""A partner's public keys over time."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.partners.keys import NotAKey, with_key, without_key
from tests.identifiers.test_ssh_key import ED25519, FINGERPRINT
from tests.partners.profiles import LAKES

ADDED, REVOKED = date(2026, 3, 2), date(2026, 4, 1)


def test_a_key_is_good_from_the_day_added_until_the_day_revoked() -> None:
    """The day before it is added and the day it is revoked a key opens nothing; it stays in the profile."""
    (key,) = without_key(with_key(LAKES, ED25519, ADDED), FINGERPRINT, REVOKED).keys
    days = [date(2026, 3, 1), ADDED, date(2026, 3, 31), REVOKED]
    assert [key.is_good(day) for day in days] == [False, True, True, False]


def test_a_revoked_key_is_not_taken_again() -> None:
    """A key that was revoked stays revoked: neither added nor revoked a second time."""
    revoked = without_key(with_key(LAKES, ED25519, ADDED), FINGERPRINT, REVOKED)
    with pytest.raises(NotAKey):
        with_key(revoked, ED25519, REVOKED)
    with pytest.raises(NotAKey):
        without_key(revoked, FINGERPRINT, REVOKED)


def test_what_is_no_key_is_not_added() -> None:
    """A text that is no public key is refused."""
    with pytest.raises(NotAKey, match="no public key"):
        with_key(LAKES, "PuTTY-User-Key-File-3: ssh-ed25519", ADDED)
