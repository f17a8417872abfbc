# ruff: noqa: INP001  # a script, not a package
"""Writes mappings/code_sets/zip.tsv: which three-digit ZIP prefixes lie in which state.

Prefix and state in one code, for example 606IL. The prefixes are those of all ZIP codes that two PyPI packages know,
zipcodes (MIT) and pyzipcode (MIT): what either has counts, since neither says when a ZIP code was in use.

    pip install zipcodes==3.0.0 pyzipcode==3.0.1
    python mappings/update/write_zip_prefixes.py
"""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Final

import zipcodes

TARGET: Final = Path(__file__).parent.parent / "code_sets" / "zip.tsv"
COMMENTS: Final = (
    "# First three digits of ZIP codes and the state or territory they lie in, written together: 606IL.",
    "# Source: the ZIP codes of the PyPI packages zipcodes 3.0.0 and pyzipcode 3.0.1 (both MIT), taken together.",
    "# Written by mappings/update/write_zip_prefixes.py.",
)
MILITARY: Final = {"AA", "AE", "AP"}


def main() -> None:
    """Take the prefixes of both packages together and write them."""
    found = {entry["zip_code"][:3] + entry["state"] for entry in zipcodes.list_all()}
    with sqlite3.connect(str(files("pyzipcode") / "zipcodes.db")) as database:
        found |= {f"{code[:3]}{state}" for code, state in database.execute("select zip, state from ZipCodes") if state}
    # A post office of the armed forces serves them wherever the mail is addressed.
    prefixes = {pair[:3] for pair in found if pair[3:] in MILITARY}
    found |= {prefix + state for prefix in prefixes for state in MILITARY}
    lines = [*COMMENTS, "code\tfrom\tto\tmeaning\tnote", *(f"{pair}\t\t\t\t" for pair in sorted(found))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
