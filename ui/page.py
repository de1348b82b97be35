"""The chat page. It shows what the agent says and decides nothing itself.

Each browser tab has its own unguessable session id, kept in the tab's ``sessionStorage``: a reload goes on with
the conversation, closing the tab leaves nothing of it in the browser.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

from agent.safety.locales import locale_codes, locale_for
from agent.types import Role
from ui import render
from ui.texts import LANGUAGES, Words, spoken, words
from ui.turns import Choices, Talk, converse

# Before Gradio is imported: it must not phone home, and must keep no history of what was asked.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_RUN_HISTORY"] = "False"
import gradio as gr  # noqa: E402

if TYPE_CHECKING:
    from agent.consult import Consultant

CONCURRENT_TURNS = 8
WIRE = "wenzhen.wire(element, text => trigger('submit', {text}), watch)"
SPEAK = "language => wenzhen.speak(language)"
KEEP = "value => wenzhen.keep(value)"
RESTORE = "(_, ...rest) => [wenzhen.kept(), ...rest]"


def mount_page(app: Any, consultant: Consultant, *, locale: str = "us") -> Any:
    """Mount the page at ``/`` of a FastAPI ``app``; the app's own routes go first.

    Args:
        locale: the country that is chosen at first.
    """
    blocks = Page(consultant, locale).blocks
    fonts = [
        gr.themes.Font(name) for name in ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
    ]
    mono = [gr.themes.Font(name) for name in ("Menlo", "Consolas", "monospace")]
    return gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=fonts, font_mono=mono),
        css=_asset("style.css"),
        head=f"<script>{_asset('page.js')}</script>",
        max_file_size=0,
    )


class Page:
    """The components and what happens between them. It holds no conversation: those live in ``gr.State``."""

    def __init__(self, consultant: Consultant, locale: str) -> None:
        self.consultant = consultant
        self.home = locale_for(locale).code
        with gr.Blocks(title="问诊 Wenzhen", analytics_enabled=False, fill_width=True) as self.blocks:
            self._lay_out(words("en"))
            self._connect()
        self.blocks.queue(default_concurrency_limit=CONCURRENT_TURNS, api_open=False)

    def _lay_out(self, says: Words) -> None:
        self.talk = gr.State(None)
        self.kept = gr.Textbox("", visible=False)
        self.speaks = gr.Textbox("en", visible=False)
        with gr.Row(elem_id="wz-top"):
            self.brand = gr.HTML(render.header(says), js_on_load=None, apply_default_css=False)
            self.fresh = gr.Button(says.new, elem_id="wz-new", size="sm")
        with gr.Row(elem_id="wz-choices"):
            self.role = gr.Radio(_pairs(says.roles), value="patient", label=says.role, elem_id="wz-role")
            self.language = gr.Radio(
                _pairs(says.languages), value="auto", label=says.language, elem_id="wz-language"
            )
            self.country = gr.Dropdown(
                _countries("en"), value=self.home, label=says.country, filterable=False, elem_id="wz-country"
            )
        with gr.Column(elem_id="wz-log"):
            self.past = gr.HTML("", elem_id="wz-past", js_on_load=WIRE, apply_default_css=False)
            self.live = gr.HTML(
                render.welcome(says, Role.PATIENT),
                elem_id="wz-live",
                js_on_load=WIRE,
                apply_default_css=False,
            )
        with gr.Column(elem_id="wz-foot"):
            with gr.Row(elem_id="wz-composer"):
                self.box = gr.Textbox(
                    placeholder=says.placeholder,
                    label=says.ask_label,
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    elem_id="wz-question",
                )
                self.send = gr.Button(says.send, variant="primary", elem_id="wz-send")
                self.stop = gr.Button(says.stop, variant="stop", elem_id="wz-stop", visible=False)
            self.notice = gr.HTML(
                render.notice(says, _number("en", self.home)), js_on_load=None, apply_default_css=False
            )

    def _connect(self) -> None:
        choices = [self.role, self.language, self.country]
        shown = [self.talk, self.past, self.live, self.box, self.send, self.stop]
        framed = [self.brand, self.fresh, *choices, self.box, self.send, self.stop, self.notice]
        worded = [*framed, self.live, self.kept, self.speaks]
        quiet: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
        answering = gr.on(
            [self.box.submit, self.send.click, self.live.submit, self.past.submit],
            self.respond,
            [self.box, self.talk, *choices],
            shown,
            show_progress="hidden",
            concurrency_limit=CONCURRENT_TURNS,
            api_visibility="private",
        )
        self.stop.click(self.halt, [self.talk, *choices], shown, cancels=[answering], **quiet)
        begun = self.fresh.click(self.begin, choices, shown, cancels=[answering], **quiet)
        arrived = self.blocks.load(
            self.arrive, [self.kept, *choices], [*shown, *choices], js=RESTORE, **quiet
        )
        for listen in (begun.then, arrived.then, *(choice.input for choice in choices)):  # type: ignore[attr-defined]
            changed = listen(self.reword, [self.talk, *choices], worded, **quiet)
            changed.then(None, [self.kept], None, js=KEEP, **quiet)
            changed.then(None, [self.speaks], None, js=SPEAK, **quiet)

    def respond(
        self, event: gr.EventData, text: str, talk: Talk | None, role: str, language: str, country: str
    ) -> Iterator[tuple[Any, ...]]:
        """One turn, shown as it comes. A pressed example brings its own text."""
        pressed = event._data if isinstance(event._data, dict) else {}
        text = str(pressed.get("text") or text or "").strip()
        if not text:
            yield (gr.skip(),) * 6
            return
        choices = Choices(Role(role), language, country)
        number = _number(language, country, text)
        first = True
        for now in converse(self.consultant, talk or Talk.new(), text, choices):
            past = render.conversation(now.turns[:-1], number) if first else gr.skip()
            box = gr.update(value="") if first else gr.skip()
            buttons = (gr.update(visible=False), gr.update(visible=True)) if first else (gr.skip(), gr.skip())
            yield (now, past, render.turn(now.turns[-1], number), box, *buttons)
            first = False
        yield (*(gr.skip(),) * 4, gr.update(visible=True), gr.update(visible=False))

    def halt(self, talk: Talk | None, role: str, language: str, country: str) -> tuple[Any, ...]:
        """Show what had come when the person pressed stop."""
        return self._show(talk.stopped() if talk else Talk.new(), Choices(Role(role), language, country))

    def begin(self, role: str, language: str, country: str) -> tuple[Any, ...]:
        return self._show(Talk.new(), Choices(Role(role), language, country))

    def arrive(
        self, request: gr.Request, kept: str, role: str, language: str, country: str
    ) -> tuple[Any, ...]:
        """A page is opened or reloaded: go on with the tab's conversation where there is one."""
        before = _parse(kept)
        choices = Choices(
            Role.CLINICIAN if before.get("role") == "clinician" else Role(role),
            before["language"] if before.get("language") in LANGUAGES else language,
            before["country"] if before.get("country") in locale_codes() else _country(request, country),
        )
        talk = Talk.restored(str(before.get("session", "")), self.consultant)
        return (*self._show(talk, choices), choices.role.value, choices.language, choices.country)

    def reword(
        self, request: gr.Request, talk: Talk | None, role: str, language: str, country: str
    ) -> tuple[Any, ...]:
        """The page's own words in the chosen language, or in the browser's while the choice is automatic."""
        talk = talk or Talk.new()
        tongue = _page_language(language, request)
        says = words(tongue)
        kept = {"session": talk.session, "role": role, "language": language, "country": country}
        return (
            render.header(says),
            gr.update(value=says.new),
            gr.update(label=says.role, choices=_pairs(says.roles)),
            gr.update(label=says.language, choices=_pairs(says.languages)),
            gr.update(label=says.country, choices=_countries(tongue)),
            gr.update(label=says.ask_label, placeholder=says.placeholder),
            gr.update(value=says.send),
            gr.update(value=says.stop),
            render.notice(says, _number(tongue, country)),
            gr.skip() if talk.turns else render.welcome(says, Role(role)),
            json.dumps(kept),
            tongue,
        )

    def _show(self, talk: Talk, choices: Choices) -> tuple[Any, ...]:
        """The whole conversation, ready for the next question."""
        number = _number(choices.language, choices.country, talk.turns[-1].said if talk.turns else "")
        says = words(choices.language)
        past = render.conversation(talk.turns[:-1], number)
        live = render.turn(talk.turns[-1], number) if talk.turns else render.welcome(says, choices.role)
        return talk, past, live, gr.skip(), gr.update(visible=True), gr.update(visible=False)


def _asset(name: str) -> str:
    return resources.files("ui").joinpath(name).read_text(encoding="utf-8")


def _pairs(choices: dict[str, str]) -> list[tuple[str, str]]:
    return [(label, value) for value, label in choices.items()]


def _countries(language: str) -> list[tuple[str, str]]:
    named = [(locale_for(code).country(language), code) for code in locale_codes() if code != "general"]
    return [*named, (words(language).other_country, "general")]


def _number(language: str, country: str, text: str = "") -> str:
    return locale_for(country).get("emergency_number", spoken(language, text))


def _page_language(language: str, request: gr.Request) -> str:
    if language in LANGUAGES:
        return language
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def _country(request: gr.Request, home: str) -> str:
    """The country that the browser's language names (``zh-CN``), for the right emergency number at first sight.

    ``en-US`` names none: it is what browsers say in many countries when nobody has told them otherwise.
    """
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip().lower()
    region = first.rpartition("-")[2]
    return region if region in locale_codes() and "-" in first and first != "en-us" else home


def _parse(kept: str) -> dict[str, Any]:
    try:
        value = json.loads(kept or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
