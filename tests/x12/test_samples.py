"""Every X12 file that others wrote is read without losing a byte, however it is chunked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hpedi.x12.reader import read_x12
from tests.shared import samples_dir
from tests.x12.telling import codes, told, unaccounted


def x12_samples() -> Iterator[Path]:
    """Yield the sample files, those of Nacha and the catalogue left out."""
    for path in sorted(samples_dir().rglob("*")):
        if path.is_file() and not path.parent.name.startswith("nacha") and path.name != "CATALOG.tsv":
            yield path


def test_every_sample_is_read() -> None:
    """No sample raises, and each of its bytes is told, separates, or follows a finding."""
    lost = {}
    for path in x12_samples():
        data = path.read_bytes()
        offsets = unaccounted(data, read_x12([data]))
        if offsets:
            lost[path.name] = offsets
    assert lost == {}


def test_samples_do_not_depend_on_chunks() -> None:
    """Each sample is told alike whole, byte by byte and in small blocks."""
    for path in x12_samples():
        data = path.read_bytes()[:20_000]
        whole = told(read_x12([data]))
        assert told(read_x12(data[at : at + 1] for at in range(len(data)))) == whole, path.name
        assert told(read_x12([data], block_bytes=997)) == whole, path.name


def test_clean_samples_have_clean_envelopes() -> None:
    """The 999s written by others have right envelopes."""
    folder = samples_dir() / "999"
    assert {path.name: codes(read_x12([path.read_bytes()])) for path in folder.iterdir()} == {
        path.name: [] for path in folder.iterdir()
    }
