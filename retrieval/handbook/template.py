"""Start a new card from a commented template."""

from __future__ import annotations

import datetime
from pathlib import Path

from retrieval.handbook.check_links import FOLDERS
from retrieval.handbook.load import CARDS, HANDBOOK, CardError
from retrieval.handbook.wording import anchor_of

KINDS = tuple(FOLDERS)


def template(kind: str, name: str, today: datetime.date) -> tuple[str, str]:
    """The id and the YAML text of a new card called ``name`` (in English)."""
    slug = anchor_of(name)
    if not slug:
        raise CardError(f"'{name}' gives no card id; name the card in English, such as 'Cluster headache'.")
    text = (HANDBOOK / "templates" / f"{kind}.yaml").read_text(encoding="utf-8")
    card_id = f"{kind}/{slug}"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    filled = text.replace("CARD_ID", card_id).replace("CARD_NAME", quoted).replace("TODAY", today.isoformat())
    return card_id, filled


def write_template(kind: str, name: str, folder: Path = CARDS, *, today: datetime.date | None = None) -> Path:
    """Write the template where the card belongs and return its path.

    Raises:
        CardError: the card exists already, or the name makes no id.
    """
    card_id, text = template(kind, name, today or datetime.date.today())
    path = folder / FOLDERS[kind] / f"{card_id.partition('/')[2]}.yaml"
    if path.exists():
        raise CardError(f"{card_id} exists already: edit {path}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
