"""Data and samples are found in a checkout and in an installed wheel."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from hpedi.mappings_folder import mapping, sample
from tests.shared import PROJECT

LOOK = """
import hpedi, pathlib
from hpedi.mappings_folder import mapping, sample
print(pathlib.Path(hpedi.__file__).parent)
print(mapping("guides/guides.yaml").is_file(), sample("payer/plans").is_dir(), sample("inbound").is_dir())
"""


def test_a_checkout_has_its_folders() -> None:
    """In a checkout the folders beside the package are read."""
    assert Path(str(mapping())) == PROJECT / "mappings"
    assert sample("payer/payer.yaml").read_bytes() == (PROJECT / "samples" / "payer" / "payer.yaml").read_bytes()


def test_what_is_not_there_is_told_by_its_name() -> None:
    """A name that is not in the folder raises, with the name."""
    with pytest.raises(FileNotFoundError, match="mappings/no/such"):
        mapping("no/such")


def test_a_wheel_carries_data_and_samples(tmp_path: Path) -> None:
    """A built wheel, installed away from the checkout, has guides and the sample payer and answers to its name."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(PROJECT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    away = tmp_path / "away"
    venv.create(away, symlinks=True)
    install = [sys.executable, "-m", "pip", "--python", str(away / "bin" / "python"), "install", "--no-deps", "--quiet"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    look = [str(away / "bin" / "python"), "-c", LOOK]
    done = subprocess.run(look, cwd=tmp_path, check=True, capture_output=True, text=True)
    place, found = done.stdout.splitlines()
    assert Path(place).is_relative_to(away)
    assert found == "True True True"
