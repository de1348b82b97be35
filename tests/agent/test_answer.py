"""What a reader sees of sentences that no source supports, and of sources that differ."""

from collections.abc import Iterator

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from agent.answer import Ledger, Reader, Released, Struck, write
from agent.clock import Clock
from agent.draft import Draft
from agent.ground import Quote
from agent.llm.choose import ChatModel
from agent.settings import Settings
from agent.types import Outcome, Reply, Role, Turn
from retrieval.passage import Hit, Passage

PASSAGE = Passage(
    id="a#1",
    document_id="a",
    title="Migraine",
    text="Triptans are used when painkillers do not help a migraine.",
)
ZH = Passage(
    id="z#1",
    document_id="z",
    title="偏头痛",
    text="止痛药效果不好时，医生会用曲普坦类药物治疗偏头痛。",
    language="zh",
)


def written(answer: str, role: Role, passage: Passage = PASSAGE) -> tuple[list[Released | Struck], Ledger]:
    chat = ChatModel(
        GenericFakeChatModel(messages=iter([AIMessage(answer)])),
        "scripted",
        "fake",
        True,
        frozenset({"en", "zh"}),
    )
    ledger = Ledger()
    told: Iterator[Released | Struck] = write(
        "migraine", [Hit(passage, 1.0)], chat, Reader(role, passage.language, None), ledger,
        context_tokens=4096, answer_tokens=300, on_first=lambda: None,
    )  # fmt: skip
    return list(told), ledger


def shown(role: Role, told: list[Released | Struck], language: str = "en") -> Reply:
    draft = Draft(Turn(text="migraine", role=role, language=language), Settings(llm="none"), Clock())
    list(draft.flow(told))
    reply = draft.finish(Outcome.ANSWERED).reply
    assert reply is not None
    return reply


MADE_UP = (
    "Triptans are used when painkillers do not help a migraine. Acupuncture cures migraine in 80% of people."
)


def test_a_clinician_sees_what_was_left_out_and_why() -> None:
    told, ledger = written(MADE_UP, Role.CLINICIAN)
    text = shown(Role.CLINICIAN, told).text
    assert "~~Acupuncture cures migraine in 80% of people.~~ (" in text
    assert [claim.kept for claim in ledger.claims] == [False]
    assert ledger.claims[0].reason in text


def test_a_patient_does_not() -> None:
    told, ledger = written(MADE_UP, Role.PATIENT)
    assert "Acupuncture" not in shown(Role.PATIENT, told).text
    assert ledger.claims[0].reason


def test_the_reason_is_in_the_language_of_the_answer() -> None:
    told, _ = written("医生会用曲普坦类药物治疗偏头痛。针灸能治愈八成的偏头痛。", Role.CLINICIAN, ZH)
    text = shown(Role.CLINICIAN, told, "zh").text
    assert "~~针灸能治愈八成的偏头痛。~~（" in text.replace(" (", "（") and "资料" in text
    assert "source" not in text


ONE = Passage(
    id="one#1", document_id="one", title="Cystitis", text="Treatment of a bladder infection lasts 3 days."
)
TWO = Passage(
    id="two#1", document_id="two", title="Cystitis", text="Treatment of a bladder infection lasts 7 days."
)


@pytest.mark.parametrize("role", list(Role))
def test_sources_that_differ_are_named_side_by_side(role: Role) -> None:
    told = [Released(p.text, Quote(p, 0, len(p.text)), 1.0) for p in (ONE, TWO)]
    reply = shown(role, told)  # type: ignore[arg-type]
    note = reply.text.rsplit("\n\n", 1)[1]
    assert "[1]" in note and "[2]" in note
    assert ("3 days" in note and "7 days" in note) == (role is Role.CLINICIAN)
    assert "\n\n" in shown(role, told).text  # type: ignore[arg-type]


def test_sources_that_agree_are_left_alone() -> None:
    told = [Released(ONE.text, Quote(ONE, 0, len(ONE.text)), 1.0)] * 2
    assert "differ" not in shown(Role.CLINICIAN, told).text  # type: ignore[arg-type]
