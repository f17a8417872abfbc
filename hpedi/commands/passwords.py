"""Passwords that are typed in: at a terminal unseen, or from the standard input."""

from __future__ import annotations

import sys

import click

from hpedi.access.sign_in import PasswordTerms


def read_password(prompt: str, *, from_input: bool) -> str:
    """Return a password; it never stands among the arguments, where others could read it."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt(prompt, hide_input=True, err=True))


def checked(password: str, login: str, terms: PasswordTerms) -> str:
    """Return a new password that is long enough and is not the login.

    Raises:
        click.UsageError: It is not.
    """
    if len(password) < terms.at_least or login.lower() in password.lower():
        raise click.UsageError(f"a password has at least {terms.at_least} characters and does not hold the login")
    return password
