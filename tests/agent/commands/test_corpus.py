"""``wenzhen corpus``: from the list to an index, against a server on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import root
from retrieval.corpora import catalogue as module
from tests.retrieval.corpora.server import Site, serving
from tests.retrieval.readers.test_formats import MEDLINEPLUS


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """MedlinePlus on loopback."""
    with serving() as served:
        served.pages["/xml.html"] = b'<a href="/mplus_topics_compressed_2026-11-21.zip">'
        served.pages["/mplus_topics_compressed_2026-11-21.zip"] = MEDLINEPLUS.encode()
        known = module.corpus("medlineplus-topics").model_copy(update={"url": f"{served.url}/xml.html"})
        monkeypatch.setattr(module, "catalogue", lambda: (known,))
        yield served


def test_the_list_says_what_it_costs_and_whose_it_is() -> None:
    shown = CliRunner().invoke(root, ["corpus", "list"])
    assert shown.exit_code == 0
    for said in (
        "medlineplus-topics",
        "US National Library of Medicine",
        "Public domain",
        "pubmed-updates",
        "MIT",
    ):
        assert said in shown.output
    listed = json.loads(CliRunner().invoke(root, ["corpus", "list", "--json"]).output)
    assert {"name", "publisher", "licence", "size", "languages", "format"} <= set(listed[0])


def test_get_and_ingest_are_one_command(site: Site, tmp_path: Path) -> None:
    arguments = ["corpus", "get", "medlineplus-topics", "--to", str(tmp_path / "files")]
    fetched = CliRunner().invoke(root, [*arguments, "--ingest", "--index", str(tmp_path / "index")])
    assert fetched.exit_code == 0, fetched.output
    assert "2 new" in fetched.output
    assert "a topic without a summary" in fetched.output
    again = CliRunner().invoke(root, arguments)
    assert "already here" in again.output
    assert "wenzhen ingest" in again.output


def test_wrong_use_is_told(site: Site, tmp_path: Path) -> None:
    unknown = CliRunner().invoke(root, ["corpus", "get", "everything"])
    assert unknown.exit_code == 2
    assert "Choose one of: medlineplus-topics" in unknown.output
    alone = CliRunner().invoke(root, ["corpus", "get", "medlineplus-topics", "--index", str(tmp_path)])
    assert alone.exit_code == 2
    assert "add --ingest" in alone.output
