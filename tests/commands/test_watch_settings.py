"""[watch] and [schedules] of hpedi.toml: what holds where nothing is said, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
import pytest

from hpedi.commands.watch_settings import WatchSettings, read_watch_settings, schedules_by_default
from hpedi.pipeline.schedules import Schedule
from tests.shared import PROJECT

pytestmark = pytest.mark.storeless


def said(folder: Path, text: str) -> Path:
    """Return a workspace whose hpedi.toml says something."""
    (folder / "hpedi.toml").write_text(f'id = "x"\n{text}')
    return folder


def test_what_is_said_holds_and_the_rest_is_as_by_default(tmp_path: Path) -> None:
    """A setting that stands there takes the place of its default, and no other."""
    home = said(tmp_path, '[watch]\npoll_seconds = 0.5\n\n[schedules]\nadjudicate = "every 5 minutes"\npay = "never"\n')
    settings, schedules = read_watch_settings(home)
    assert settings == WatchSettings(poll_seconds=0.5)
    changed = {"adjudicate": Schedule(every=timedelta(minutes=5)), "pay": Schedule()}
    assert schedules == {**schedules_by_default(), **changed}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[watch]\npolls = 1\n", "polls"),
        ("[watch]\npoll_seconds = 0\n", "poll_seconds"),
        ('[watch]\nfolders = "/srv"\n', "folders"),
        ('[schedules]\npay = "daily"\n', "every 5 minutes"),
        ("[schedules]\npay = 5\n", "schedules"),
        ('[schedules]\ndance = "at 14:00"\n', "adjudicate"),
        ("[watch\n", "cannot be read"),
    ],
)
def test_settings_that_are_wrong_are_named(tmp_path: Path, text: str, told: str) -> None:
    """A setting that there is not, or of another form, is refused before anything is touched."""
    with pytest.raises(click.UsageError, match=told):
        read_watch_settings(said(tmp_path, text))


def test_the_page_names_every_setting_and_default() -> None:
    """The page for operators shows each setting with the value that holds by default."""
    page = (PROJECT / "docs" / "gateway.md").read_text()
    for name in WatchSettings.__struct_fields__:
        value = getattr(WatchSettings(), name)
        shown = f"[watch.{name}]" if isinstance(value, dict) else f"{name} = {value:g}"
        assert shown.removesuffix(".0") in page, name
    assert all(f"{name} = " in page for name in schedules_by_default())
