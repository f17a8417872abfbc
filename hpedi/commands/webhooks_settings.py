"""How events are sent from this machine: [webhooks] of hpedi.toml.

[webhooks]
allow = ["10.20.0.0/16"]            # networks that are allowed beside public addresses
ca_file = "/etc/ssl/partners.pem"   # authorities that are trusted in place of the machine's own
kept_days = 90                      # an event that was delivered so long ago is deleted; 0 keeps all

Nothing of it need be there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import click
import msgspec
from msgspec import Meta

from hpedi.commands.settings import CONFIG, read_table
from hpedi.mappings_folder import mapping
from hpedi.pipeline.webhook_addresses import Network, networks
from hpedi.pipeline.webhook_sending import SendingTerms, load_sending_terms


class WebhookTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [webhooks] of hpedi.toml."""

    allow: tuple[str, ...] = ()
    ca_file: str = ""
    kept_days: Annotated[int, Meta(ge=0, le=36_500)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """What hpedi.toml says of webhooks.

    Attributes:
        allowed: Networks that are allowed beside public addresses.
        ca_file: Certificates of authorities; None for those that the machine trusts.
    """

    allowed: tuple[Network, ...] = ()
    ca_file: Path | None = None


def read_webhook_settings(home: Path) -> WebhookSettings:
    """Read [webhooks] of hpedi.toml.

    Raises:
        click.UsageError: It has another form, or names a file that is not there.
    """
    config = home / CONFIG
    said = read_table(home, "webhooks", WebhookTable)
    try:
        allowed = networks(said.allow)
    except ValueError as wrong:
        raise click.UsageError(f"{config}: [webhooks]: {wrong}") from None
    ca_file = Path(said.ca_file) if said.ca_file else None
    if ca_file is not None and not ca_file.is_file():
        raise click.UsageError(f"{config}: ca_file under [webhooks] is not there")
    return WebhookSettings(allowed=allowed, ca_file=ca_file)


def sending_terms() -> SendingTerms:
    """Return how events are sent today."""
    return load_sending_terms(mapping("gateway/webhooks.yaml").read_bytes(), datetime.now(UTC).date())


def events_kept_for(home: Path) -> timedelta | None:
    """Return how long an event stands after it was delivered; None for ever.

    Raises:
        click.UsageError: [webhooks] of hpedi.toml has another form.
    """
    said = read_table(home, "webhooks", WebhookTable).kept_days
    days = sending_terms().kept_days if said is None else said
    return timedelta(days=days) if days else None
