"""How people and machines show who they are, as dated data: passwords, lock-out, sessions, keys, proofs of control.

Loads mappings/access/sign_in.yaml from bytes. Pure: it hashes nothing and looks at no clock.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from hpedi.reference.dated import Dated, Entry, in_force


class PasswordTerms(Entry, frozen=True, kw_only=True):
    """How long a password is (characters), and what argon2id spends on it (KiB, passes, lanes)."""

    at_least: int
    memory_kib: int
    passes: int
    lanes: int
    source: str


class LockOut(Entry, frozen=True, kw_only=True):
    """After so many failures in a row nobody signs in for so many minutes."""

    failures: int
    minutes: int
    source: str


class SessionTerms(Entry, frozen=True, kw_only=True):
    """How many hours a sign-in holds."""

    hours: int
    source: str


class KeyTerms(Entry, frozen=True, kw_only=True):
    """How many days the key of a machine holds."""

    days: int
    source: str


class ProofTerms(Entry, frozen=True, kw_only=True):
    """What shows that a provider is one's own.

    Attributes:
        payment_days: How old a check or EFT may be.
        pin_digits: Digits of a mailed PIN.
        pin_days: How long it is good.
        attempts: Wrong proofs after which the request is denied.
    """

    payment_days: int
    pin_digits: int
    pin_days: int
    attempts: int
    source: str


class SignInTerms(Dated, frozen=True, kw_only=True):
    """All of it, in a span of days."""

    password: PasswordTerms
    lock_out: LockOut
    session: SessionTerms
    machine_key: KeyTerms
    proof: ProofTerms


class _SignInFile(Entry, frozen=True, kw_only=True):
    versions: tuple[SignInTerms, ...]


def load_sign_in_terms(content: bytes, day: date) -> SignInTerms:
    """Return what is in force on a day, from the YAML of mappings/access/sign_in.yaml.

    Raises:
        LookupError: Nothing is in force.
    """
    terms = in_force(msgspec.yaml.decode(content, type=_SignInFile).versions, day)
    if terms is None:
        raise LookupError(f"no terms of signing in are in force on {day}")
    return terms


def locked_until(failures: int, last_failure: datetime | None, terms: LockOut) -> datetime | None:
    """Return until when an account is locked out after failures in a row; None where it is not."""
    if last_failure is None or failures < terms.failures:
        return None
    return last_failure + timedelta(minutes=terms.minutes)
