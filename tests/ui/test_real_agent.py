"""The page over the real agent: real cards, a real index, the real red-flag screen, no language model."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest

from agent.settings import Settings
from tests.serving import served
from ui.texts import words

CARDS = ("condition/migraine", "condition/common-cold", "condition/heart-attack")
EN, ZH = words("en"), words("zh")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """An installation whose index holds a few of the handbook's cards."""
    from retrieval.handbook.load import load_cards
    from retrieval.handbook.render import to_documents
    from retrieval.ingest import ingest_documents

    home = tmp_path_factory.mktemp("real")
    cards = [card for card in load_cards() if card.id in CARDS]
    assert cards
    ingest_documents(to_documents(cards), home / "cards")
    return Settings(home=home, index=home / "cards", llm="none")


@pytest.fixture(scope="module")
def base(settings):
    from agent.consult import open_consultant
    from ui.serve import create_app

    with open_consultant(settings) as consultant, served(create_app(consultant, settings)) as address:
        yield address


@pytest.fixture
def page(browser, base):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    hosts = set()
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    opened.goto(base)
    opened.wait_for_selector(".wz-example")
    yield opened
    context.close()
    assert hosts <= {"127.0.0.1", None}


def ask(page, text: str, turns: int = 1):
    page.fill("#wz-question textarea", text)
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.wz-turn .wz-why').length === {turns}")
    return page.locator(".wz-turn").last


@pytest.mark.browser
@pytest.mark.parametrize(
    ("question", "says"), [("How is a migraine treated?", EN), ("偏头痛怎么治疗？", ZH)], ids=["en", "zh"]
)
def test_an_answer_opens_at_its_quote(page, question, says):
    turn = ask(page, question)
    assert turn.locator(".wz-banner").is_visible()
    turn.locator("a.wz-cite").first.click()
    source = turn.locator("details[open].wz-source")
    quote, passage = source.locator("mark").inner_text(), source.locator("blockquote").inner_text()

    assert quote in passage
    assert says.review_none in source.inner_text()
    assert says.sources in turn.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.browser
@pytest.mark.parametrize(
    ("complaint", "says"),
    [
        ("crushing chest pain spreading to my left arm, sweating", EN),
        ("胸口压榨样疼痛，放射到左臂，还出冷汗", ZH),
    ],
    ids=["en", "zh"],
)
def test_a_heart_attack_is_an_emergency_on_sight(page, complaint, says):
    banner = ask(page, complaint).locator(".wz-banner")

    assert banner.get_attribute("data-level") == "emergency"
    assert says.levels["emergency"].word in banner.inner_text()
    assert "911" in banner.inner_text()


@pytest.mark.browser
def test_a_reload_shows_the_stored_conversation(page):
    ask(page, "How is a migraine treated?")
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector(".wz-turn .wz-why")

    assert "How is a migraine treated?" in page.locator(".wz-said").inner_text()
    assert page.locator("details.wz-source").count() > 0


def test_the_api_cannot_open_a_conversation_of_the_page(base):
    from ui.turns import OWNER

    with httpx.Client(base_url=base, timeout=60) as client:
        begun = client.post("/v1/consult", json={"text": "hello"}, headers={"Authorization": "mine"}).json()
        stolen = client.post("/v1/consult", json={"text": "and?", "session": begun["session"]})
    assert stolen.status_code == 404
    assert not OWNER.startswith("api")


def test_serve_says_where_it_is_and_stops_at_ctrl_c(settings):
    environment = os.environ | {
        "WENZHEN_HOME": str(settings.home),
        "WENZHEN_INDEX": str(settings.index),
        "WENZHEN_LLM": "none",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "agent.cli", "serve", "--port", "0", "--no-browser"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert address, process.communicate()[1]
        assert httpx.get(f"{address[0]}/readyz", timeout=30).json() == {"status": "ready"}

        taken = [*command[:-2], address[1], "--no-browser"]
        second = subprocess.run(
            taken, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert second.returncode == 2
        assert f"Port {address[1]} is taken" in second.stderr and second.stderr.count("\n") == 1

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0
        assert out == "Stopped.\n" and "Traceback" not in err
    finally:
        process.kill()
