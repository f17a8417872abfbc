"""Values copied from what is answered."""

from __future__ import annotations

from hpedi.acceptance.copied import writable
from hpedi.x12.writer import DELIMITERS


def test_what_was_sent_becomes_no_other_letter() -> None:
    """A letter in UTF-8, read byte by byte, is left out; its first byte without an accent were another letter."""
    assert writable("JOS\N{LATIN CAPITAL LETTER E WITH ACUTE}".encode().decode("latin-1"), DELIMITERS) == "JOS"
