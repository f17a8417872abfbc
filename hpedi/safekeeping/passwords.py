"""Passwords, hashed by argon2id, and secrets made by chance: first passwords, keys of machines, sessions, PINs."""

from __future__ import annotations

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hpedi.access.sign_in import PasswordTerms

SECRET_BYTES: Final = 32
FIRST_PASSWORD_WORDS: Final = 5
_SYLLABLES: Final = tuple(first + vowel for first in "bdfghjklmnprstvz" for vowel in "aeiou")


class Passwords:
    """Hashes passwords and holds them against hashes, at the cost that is in force."""

    def __init__(self, terms: PasswordTerms) -> None:
        """Take what a hash costs."""
        self._hasher = PasswordHasher(time_cost=terms.passes, memory_cost=terms.memory_kib, parallelism=terms.lanes)

    def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password)

    def are_same(self, kept: str, password: str) -> bool:
        """Say whether a password is the one of which this is kept; where nothing is, as much work is done for it."""
        try:
            return self._hasher.verify(kept or self._hasher.hash(""), password) and bool(kept)
        except (Argon2Error, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Say whether a hash was made at another cost than the one in force."""
        return self._hasher.check_needs_rehash(kept)


def new_password() -> str:
    """Make a first password that can be read out: five words of four letters (63 bits)."""
    words = ("".join(secrets.choice(_SYLLABLES) for _each in range(2)) for _each in range(FIRST_PASSWORD_WORDS))
    return "-".join(words)


def new_secret() -> str:
    """Make a secret for a machine or a session."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_pin(digits: int) -> str:
    """Make a PIN."""
    return "".join(secrets.choice("0123456789") for _each in range(digits))
