"""Delivery into folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.delivery.mailbox import Mailbox
from hpedi.findings import Unavailable


def test_a_file_appears_in_its_folder(tmp_path: Path) -> None:
    """A delivered file stands whole under its name."""
    placed = Mailbox(tmp_path).place("outbox/lakes", "0001.999", b"ISA")
    assert placed == tmp_path / "outbox" / "lakes" / "0001.999"
    assert placed.read_bytes() == b"ISA"


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    """Delivering the same bytes twice is harmless."""
    mailbox = Mailbox(tmp_path)
    mailbox.place("bank", "0001.ach", b"101")
    assert mailbox.place("bank", "0001.ach", b"101").read_bytes() == b"101"


def test_another_file_is_never_overwritten(tmp_path: Path) -> None:
    """Other bytes under the same name stop the delivery."""
    mailbox = Mailbox(tmp_path)
    mailbox.place("bank", "0001.ach", b"101")
    with pytest.raises(Unavailable, match="another file named 0001"):
        mailbox.place("bank", "0001.ach", b"102")
    assert mailbox.path("bank", "0001.ach").read_bytes() == b"101"
