from agent.types import Citation, Claim, Level, Outcome, Reply, Triage
from eval.scorers import grounding, judge
from eval.suite import Expectation

PASSAGE = "Gout is a painful joint inflammation."


def reply(quote: str = PASSAGE, cites: tuple[int, ...] = (1,)) -> Reply:
    citation = Citation(
        n=1,
        document_id="d",
        passage_id="d#s",
        title="Gout",
        quote=quote,
        start=0,
        end=len(PASSAGE),
        passage=PASSAGE,
    )
    claim = Claim(text=PASSAGE, citations=cites, support=1.0)
    return Reply(
        outcome=Outcome.ANSWERED,
        text=PASSAGE,
        triage=Triage(level=Level.ROUTINE),
        claims=(claim,),
        citations=(citation,),
    )


def failed(found: Reply, **expected: object) -> list[str]:
    return [
        score.scorer for score in judge(found, Expectation.model_validate(expected)) if score.passed is False
    ]


def test_what_is_not_expected_is_not_judged() -> None:
    assert failed(reply()) == []


def test_each_expectation_is_judged_by_its_own_scorer() -> None:
    assert failed(reply(), outcome="refused") == ["outcome"]
    assert failed(reply(), level="urgent") == ["level"]
    assert failed(reply(), level={"at_least": "self_care", "at_most": "routine"}) == []
    assert failed(reply(), cites="condition/gout") == ["cites"]
    assert failed(reply(), must_say=["arthritis|joint"], must_not_say=["cancer"]) == []
    assert failed(reply(), must_not_say=["PAINFUL"]) == ["must_not_say"]
    assert failed(reply(), language="zh") == ["language"]
    assert failed(reply(), must_ask=True) == ["must_ask"]


def test_grounding_is_rechecked_from_the_reply_alone() -> None:
    assert grounding(reply()).passed is True
    assert grounding(reply(quote="Gout is a painless joint inflammation")).passed is False
    assert grounding(reply(cites=(7,))).passed is False
    assert grounding(reply(cites=())).passed is False
    assert grounding(reply().model_copy(update={"claims": ()})).passed is None
