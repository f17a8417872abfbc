"""SSH public keys: what is taken, and the fingerprint that OpenSSH shows."""

from __future__ import annotations

import base64

import pytest

from hpedi.identifiers import ssh_key

# Made and fingerprinted by ssh-keygen of OpenSSH 9.
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZci7pbrbv6J+tGJU+sBzxy4BELz3DAS2Z3By+47+ud"
FINGERPRINT = "SHA256:c0ulVpHcd+Krh/svGfRfZBWtcWCX07Qy5SMaoDkvCxk"


def blob(*parts: bytes) -> str:
    """Return a key's base64 made of strings behind their lengths."""
    return base64.b64encode(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).decode()


def test_a_key_is_kept_with_its_comment_and_single_blanks() -> None:
    """What stands in an authorized_keys file is taken, its blanks made single."""
    assert ssh_key.validate(f"{ED25519}   lakes\n") == f"{ED25519} lakes"


def test_the_fingerprint_is_that_of_openssh() -> None:
    """The fingerprint is what `ssh-keygen -l` prints, whatever the comment."""
    assert ssh_key.fingerprint(f"{ED25519} lakes") == FINGERPRINT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        ED25519.split()[1],
        "ssh-ed25519 not-base64",
        ED25519.replace("ssh-ed25519", "ssh-rsa"),
        ED25519[:-4],
        f"{ED25519} lakes\n{ED25519} hills\n",
        f"ssh-dss {blob(b'ssh-dss', b'1' * 128)}",
        f"ssh-rsa {blob(b'ssh-rsa', bytes((1, 0, 1)), bytes([0x80]) + bytes(127))}",
    ],
)
def test_what_is_no_key_or_a_weak_one_is_refused(text: str) -> None:
    """A private key, a cut or mislabelled one, two at once, DSA and RSA of 1024 bits are refused."""
    with pytest.raises(ValueError, match="key"):
        ssh_key.validate(text)


def test_an_rsa_key_of_2048_bits_is_taken() -> None:
    """The shortest RSA modulus taken has 256 bytes, a leading zero not counted."""
    key = f"ssh-rsa {blob(b'ssh-rsa', bytes((1, 0, 1)), bytes([0, 0x80]) + bytes(255))}"
    assert ssh_key.validate(key) == key
