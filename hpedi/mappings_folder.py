"""Where the dated data and the samples lie: beside the package in a checkout, inside it in an installed wheel.

Shell only. The core is handed the bytes of these files and never learns where they came from.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

_CHECKOUT: Final = Path(__file__).resolve().parent.parent


def mapping(name: str = "") -> Traversable:
    """Return a file or folder of mappings/, for example `mapping("guides/277.5010.X214.xml")`.

    Args:
        name: Its path below mappings/, with forward slashes; the folder itself if empty.

    Raises:
        FileNotFoundError: hpedi was installed without it: a bug of the installation.
    """
    return _find("mappings", name)


def sample(name: str = "") -> Traversable:
    """Return a file or folder of samples/, for example `sample("payer")`.

    Args:
        name: Its path below samples/, with forward slashes; the folder itself if empty.

    Raises:
        FileNotFoundError: hpedi was installed without it: a bug of the installation.
    """
    return _find("samples", name)


def _find(folder: str, name: str) -> Traversable:
    checkout = _CHECKOUT / folder
    place: Traversable = checkout if (_CHECKOUT / "pyproject.toml").is_file() else files("hpedi") / f"_{folder}"
    for part in filter(None, name.split("/")):
        place = place / part
    if not (place.is_file() or place.is_dir()):
        raise FileNotFoundError(f"{folder}/{name} is not part of this installation of hpedi")
    return place
