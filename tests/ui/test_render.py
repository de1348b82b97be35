import re

import pytest

from agent.types import Differential, Event, EventKind, Level, Outcome, RedFlag, Reply, Role, Trace, Triage
from tests.ui.scripted import QUOTE, citation
from ui import render
from ui.markdown import to_html
from ui.render import Shown
from ui.texts import words
from ui.turns import Talk, after

EN, ZH = words("en"), words("zh")
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def reply(**changes):
    values = {"outcome": Outcome.ANSWERED, "text": "It lasts for days [1].", "citations": (citation(),)}
    return Reply(**(values | changes))


def test_the_quote_is_marked_at_its_exact_offsets():
    html = render.marked_passage(citation())

    assert f"<mark>{QUOTE}</mark>" in html
    before, after_ = html.split(f"<mark>{QUOTE}</mark>")
    assert before == "Migraine is a headache disorder. "
    assert after_.startswith(" &lt;script&gt;")


def test_a_quote_that_occurs_twice_is_marked_where_the_offsets_say():
    passage = "Rest. Drink. Rest."
    html = render.marked_passage(citation(passage=passage, quote="Rest.", start=13, end=18))

    assert html == "Rest. Drink. <mark>Rest.</mark>"


@pytest.mark.parametrize("wrong", [{"passage": ""}, {"start": 3}, {"start": -1}, {"end": 10_000}])
def test_offsets_that_do_not_fit_mark_the_quote_alone(wrong):
    assert render.marked_passage(citation(**wrong)) == f"<mark>{QUOTE}</mark>"


def test_everything_that_comes_from_outside_is_escaped():
    evil = citation(
        title=EVIL,
        source=EVIL,
        section=EVIL,
        published=EVIL,
        quote=EVIL,
        passage=EVIL,
        start=0,
        end=len(EVIL),
    )
    full = reply(
        text=EVIL,
        citations=(evil,),
        questions=(EVIL,),
        warnings=(EVIL,),
        differential=(Differential(condition=EVIL, **{"for": (EVIL,)}, against=(EVIL,)),),
        triage=Triage(
            level=Level.URGENT, reasons=(EVIL,), red_flags=(RedFlag(id="x", evidence=EVIL, turn=0),)
        ),
        trace=Trace(
            query=EVIL, model=EVIL, engine=EVIL, retrieved=(EVIL,), guards=(EVIL,), timings_ms={EVIL: 1.0}
        ),
    )
    for shown in (
        Shown("k", EVIL, reply=full),
        Shown("k", EVIL, text=EVIL, alert=EVIL, status=EVIL),
        Shown("k", EVIL, error=EVIL),
    ):
        html = render.turn(shown, "911")
        assert "<script" not in html and "<img" not in html
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", ""])
def test_only_web_addresses_become_links(address):
    html = render.sources([citation(url=address)], "k", EN)

    assert "<a " not in html


def test_links_open_elsewhere_and_tell_nothing():
    html = render.sources([citation()], "k", EN) + to_html("[more](https://example.org/x)")

    assert html.count('target="_blank" rel="noopener noreferrer"') == 2
    assert "href" not in to_html("[more](javascript:alert(1))")


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("says", [EN, ZH])
def test_each_level_has_a_word_a_line_and_a_drawing(level, says):
    html = render.banner(Triage(level=level), Outcome.ANSWERED, says, "112")

    assert says.levels[level.label].word in html
    assert f'wz-{level.label}"' in html and "<svg" in html
    if level is Level.EMERGENCY:
        assert "112" in html and 'role="alert"' in html


def test_the_banner_gives_reasons_and_the_persons_own_words():
    triage = Triage(
        level=Level.EMERGENCY,
        reasons=("It may be the heart.",),
        red_flags=(RedFlag(id="h", evidence="crushing pain", turn=0),),
    )
    html = render.banner(triage, Outcome.EMERGENCY, EN, "999")

    assert "It may be the heart." in html and "<q>crushing pain</q>" in html


def test_an_answer_that_was_not_found_is_not_called_information():
    html = render.banner(Triage(), Outcome.ABSTAINED, EN, "911")

    assert EN.outcomes["abstained"] in html and EN.levels["none"].word not in html


def test_marks_lead_to_their_source_and_unknown_numbers_stay_text():
    html = to_html("A [1], b [2] and [7].", turn="t", numbers=[1, 2], source_word="Source")

    assert re.findall(r'href="#([^"]+)"', html) == ["source-t-1", "source-t-2"]
    assert "[7]" in html
    assert 'id="source-t-1"' in render.sources([citation()], "t", EN)


def test_an_unreviewed_card_says_so_in_both_languages():
    assert EN.review_none in render.sources([citation()], "k", EN)
    assert ZH.review_none in render.sources([citation()], "k", ZH)
    assert EN.review_none not in render.sources([citation(review=None)], "k", EN)
    assert "Reviewed by A. Clinic" in render.sources([citation(review="A. Clinic")], "k", EN)


def test_questions_stand_once_as_chips():
    html = render.turn(
        Shown("k", "x", reply=reply(text="Tell me more:\n- Since when?", questions=("Since when?",))), "911"
    )

    assert html.count("Since when?") == 2  # the chip's label and what it puts into the box
    assert 'data-reply="Since when?"' in html


def test_a_yes_and_a_no_can_be_pressed_where_they_answer_in_full():
    html = render.turn(
        Shown("k", "x", reply=reply(text="Hm.", questions=("Any wheezing as well?", "Since when?"))), "911"
    )
    chinese = render.turn(
        Shown("k", "咳嗽", reply=reply(language="zh", text="嗯。", questions=("有没有喘鸣？",))), "120"
    )

    assert 'data-ask="Yes"' in html and 'data-ask="No"' in html
    assert 'data-reply="Any wheezing as well?"' not in html and 'data-reply="Since when?"' in html
    assert 'data-ask="有"' in chinese and 'data-ask="没有"' in chinese


def test_a_turn_speaks_its_own_language():
    html = render.turn(Shown("k", "头痛", reply=reply(language="zh", text="请休息。")), "120")

    assert 'lang="zh-CN"' in html and ZH.sources in html and ZH.why in html


def test_a_very_long_question_is_shown_shortened():
    html = render.turn(Shown("k", "x" * 1_000_000), "911")

    assert len(html) < 5000 and "1,000,000" in html


def test_the_notice_offers_the_number_for_dialling():
    assert '<a href="tel:999">999</a>' in render.notice(EN, "999")
    assert "<a" not in render.notice(EN, "your local emergency number")


def test_examples_differ_by_role_and_are_pressed_as_they_stand():
    patient, clinician = (render.welcome(EN, role) for role in Role)

    assert patient != clinician
    assert f'data-ask="{EN.examples["clinician"][0]}"' in clinician


def test_both_languages_have_the_same_words():
    for name in type(EN).model_fields:
        english, chinese = getattr(EN, name), getattr(ZH, name)
        if isinstance(english, dict):
            assert english.keys() == chinese.keys(), name


def test_events_build_up_the_turn():
    shown = Shown("k", "x")
    for event in (
        Event(kind=EventKind.STATUS, text="Searching"),
        Event(kind=EventKind.SENTENCE, text="One. "),
        Event(kind=EventKind.SENTENCE, text="Two."),
    ):
        shown = after(shown, event)

    html = render.turn(shown, "911")
    assert "One. Two." in html and "Searching" in html and 'aria-busy="true"' in html
    assert "aria-busy" not in render.turn(after(shown, Event(kind=EventKind.REPLY, reply=reply())), "911")


def test_a_stopped_turn_keeps_what_had_come():
    talk = Talk("s", (Shown("k", "x", text="One."),)).stopped()

    html = render.turn(talk.turns[-1], "911")
    assert "One." in html and EN.stopped in html
    finished = Talk("s", (Shown("k", "x", reply=reply()),))
    assert finished.stopped() is finished


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**现在就拨打 120。**说明位置。", "<strong>现在就拨打 120</strong>。说明位置。"),
        ("先**坐下**，然后。**再**说", "先<strong>坐下</strong>，然后。<strong>再</strong>说"),
        ("**Call now.** Say where.", "<strong>Call now.</strong> Say where."),
    ],
)
def test_chinese_bold_ends_where_it_should(text, html):
    assert to_html(text) == f"<p>{html}</p>\n"
