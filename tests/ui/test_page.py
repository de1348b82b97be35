"""The page in a real browser over a scripted consultant: streaming, stopping, isolation, escaping, keyboard."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from agent.settings import Settings
from tests.serving import served
from tests.ui.scripted import QUOTE, Scripted
from ui.texts import words

pytestmark = pytest.mark.browser
EN, ZH = words("en"), words("zh")


@pytest.fixture(scope="module")
def consultant():
    return Scripted()


@pytest.fixture(scope="module")
def base(consultant):
    from ui.serve import create_app

    with served(create_app(consultant, Settings())) as address:
        yield address


@pytest.fixture
def visit(browser, base):
    """Opens the page in a browser profile of its own; fails the test on a request that leaves this machine."""
    contexts, asked = [], []

    def open_page(**options):
        context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}, "locale": "en-US"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(base)
        page.wait_for_selector(".wz-example")
        page.wait_for_function("sessionStorage.getItem('wenzhen')")
        return page

    yield open_page
    for context in contexts:
        context.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}


def ask(page, text: str) -> None:
    page.fill("#wz-question textarea", text)
    page.keyboard.press("Enter")


def answered(page, turns: int = 1):
    """The last turn, once there are so many with a complete answer."""
    page.wait_for_function(f"document.querySelectorAll('.wz-turn .wz-why').length === {turns}")
    return page.locator(".wz-turn").last


def test_a_question_a_banner_and_a_source_that_opens_at_the_quote(visit):
    page = visit()
    ask(page, "How long does it last?")
    turn = answered(page)

    assert EN.levels["self_care"].word in turn.locator(".wz-banner").inner_text()
    source = turn.locator("details.wz-source")
    assert not source.locator("mark").is_visible()
    turn.locator("a.wz-cite").click()
    assert source.locator("mark").is_visible() and source.locator("mark").inner_text() == QUOTE
    assert EN.review_none in source.inner_text()
    link = source.locator("a.wz-open")
    assert link.get_attribute("target") == "_blank" and "noopener" in link.get_attribute("rel")


def test_an_emergency_is_announced_in_words_and_with_the_number(visit):
    page = visit()
    ask(page, "crushing chest pain")
    banner = answered(page).locator(".wz-banner")

    assert banner.get_attribute("role") == "alert" and banner.get_attribute("data-level") == "emergency"
    assert EN.levels["emergency"].word in banner.inner_text() and "911" in banner.inner_text()


def test_the_answer_streams_and_can_be_stopped(visit, consultant):
    consultant.go_on.clear()
    page = visit()
    ask(page, "slow one")
    page.wait_for_selector("text=You said “slow one”")
    assert not page.locator("#wz-send").is_visible()
    page.locator("#wz-stop").click()
    page.wait_for_selector(f"text={EN.stopped}")
    consultant.go_on.set()

    assert page.locator("#wz-send").is_visible() and not page.locator("#wz-stop").is_visible()
    assert "You said “slow one”" in page.locator(".wz-turn").inner_text()


def test_two_browsers_never_see_each_other(visit):
    alice, bob = visit(), visit()
    ask(alice, "alice has a secret")
    answered(alice)
    ask(bob, "bob asks")
    answered(bob)
    ask(alice, "alice again")
    answered(alice, 2)

    assert "secret" not in bob.locator("body").inner_text()
    assert "bob" not in alice.locator("body").inner_text()
    assert "after 1 earlier: alice has a secret" in alice.locator(".wz-turn").last.inner_text()


def test_a_reload_keeps_the_conversation_and_the_choices(visit):
    page = visit()
    page.get_by_text(EN.roles["clinician"], exact=True).click()
    page.wait_for_function("sessionStorage.getItem('wenzhen').includes('clinician')")
    ask(page, "keep this")
    answered(page)
    page.reload()
    turn = answered(page)

    assert "keep this" in turn.inner_text()
    assert page.get_by_label(EN.roles["clinician"], exact=True).is_checked()
    ask(page, "and go on")
    assert "after 1 earlier: keep this" in answered(page, 2).inner_text()


def test_a_new_conversation_forgets_the_old_one(visit):
    page = visit()
    ask(page, "old words")
    answered(page)
    before = json.loads(page.evaluate("sessionStorage.getItem('wenzhen')"))["session"]
    page.locator("#wz-new").click()
    page.wait_for_selector(".wz-example")
    page.wait_for_function(f"!sessionStorage.getItem('wenzhen').includes('{before}')")
    ask(page, "new words")

    assert "after 0 earlier" in answered(page).inner_text()


@pytest.mark.parametrize("session", ["x' OR 1=1", "", 7, None])
def test_a_made_up_session_id_begins_anew(visit, session):
    page = visit()
    page.evaluate("value => sessionStorage.setItem('wenzhen', value)", json.dumps({"session": session}))
    page.reload()
    page.wait_for_selector(".wz-example")


def test_what_people_and_passages_say_stays_text(visit):
    page = visit()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    evil = "<img src=x onerror=alert(1)> ${alert(2)} {{value}} <script>alert(3)</script>"
    ask(page, evil)
    turn = answered(page)
    turn.locator("a.wz-cite").click()

    assert evil in turn.locator(".wz-said").inner_text()
    assert "<script>alert(1)</script>" in turn.locator("blockquote").inner_text()
    assert turn.locator("img").count() == 0 and turn.locator("script").count() == 0
    assert not dialogs


def test_chinese_from_the_browser_and_by_choice(visit):
    page = visit(locale="zh-CN")
    page.wait_for_selector(f"text={ZH.welcome}")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("#wz-send").inner_text() == ZH.send

    page = visit()
    page.get_by_text("中文", exact=True).click()
    page.wait_for_selector(f"text={ZH.welcome}")
    page.locator(".wz-example").first.click()
    turn = answered(page)
    assert ZH.levels["self_care"].word in turn.locator(".wz-banner").inner_text()
    assert ZH.examples["patient"][0] in turn.locator(".wz-said").inner_text()


@pytest.mark.parametrize(
    ("locale", "number"), [("zh-CN", "120"), ("en-GB", "999"), ("en-US", "911"), ("xx", "911")]
)
def test_the_browser_tells_the_country_at_first(visit, locale, number):
    page = visit(locale=locale)

    page.wait_for_selector(f".wz-notice a[href='tel:{number}']")


def test_the_country_decides_the_number(visit):
    page = visit()
    assert "911" in page.locator(".wz-notice").inner_text()
    page.locator("#wz-country input").click()
    page.get_by_role("option", name="United Kingdom").click()
    page.wait_for_selector(".wz-notice a[href='tel:999']")


def test_a_phone_has_no_sideways_scroll(visit):
    page = visit(viewport={"width": 390, "height": 844})

    def wide() -> int:
        return page.evaluate("document.documentElement.scrollWidth")

    assert wide() == 390
    ask(page, "x" * 300 + " chest pain")
    answered(page)
    ask(page, "How long?")
    turn = answered(page, 2)
    turn.locator("a.wz-cite").click()
    turn.locator(".wz-why summary").click()
    assert wide() == 390
    assert page.locator("#wz-send").is_visible()


def test_errors_are_kind_and_the_next_question_works(visit):
    page = visit()
    ask(page, "break")
    page.wait_for_selector("text=wenzhen index verify")
    ask(page, "crash")
    page.wait_for_selector("text=If it is urgent, call 911")
    assert "secret" not in page.locator("body").inner_text()
    ask(page, "fine")
    answered(page)


def test_an_empty_question_is_not_sent(visit):
    page = visit()
    ask(page, "   ")
    page.wait_for_timeout(500)

    assert page.locator(".wz-turn").count() == 0


def test_a_question_back_is_answered_in_the_box(visit):
    page = visit()
    ask(page, "hm")
    answered(page).locator(".wz-chip").click()
    box = page.locator("#wz-question textarea")

    assert box.get_attribute("placeholder") == "Since when?"
    assert page.evaluate("document.activeElement === document.querySelector('#wz-question textarea')")


def test_what_can_be_used_has_a_name(visit):
    page = visit()
    ask(page, "How long does it last?")
    answered(page)

    page.get_by_label(EN.ask_label).wait_for()
    for label in (EN.role, EN.language):
        page.get_by_role("group", name=label, exact=True).wait_for()
    page.get_by_role("combobox", name=EN.country).wait_for()
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, a, summary')]"
        ".filter(e => e.offsetParent && !(e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_the_page_shares_one_process_with_the_api(base):
    import httpx

    assert httpx.get(f"{base}/healthz").json() == {"status": "ok"}
    page = httpx.get(base)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
