"""The optional inference model: a tiny one made here stands in for a real one."""

from pathlib import Path

import pytest

from agent.ground import NOT_INFERRED, Evidence
from agent.llm.entailment import EntailmentModel, Inference
from agent.llm.errors import WeightsError
from retrieval.passage import Passage

PASSAGE = Passage(
    id="d#1", document_id="d", title="Migraine", text="Ibuprofen taken early helps many people with migraine."
)


def tiny(folder: Path, labels: dict[int, str]) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ibuprofen", "helps", "migraine", "not"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=len(labels), id2label=labels, label2id={text: n for n, text in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_local_model_gives_shares(tmp_path: Path) -> None:
    model = EntailmentModel(str(tiny(tmp_path / "m", {0: "ENTAILMENT", 1: "neutral", 2: "contradiction"})))
    thought = model.infer("Ibuprofen helps migraine", "Ibuprofen helps")
    assert 0 < thought.entails < 1 and 0 < thought.contradicts < 1
    assert thought == model.infer("Ibuprofen helps migraine", "Ibuprofen helps")


def test_what_is_not_there_or_no_inference_model_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="models pull"):
        EntailmentModel("hf:nobody/nothing-here")
    with pytest.raises(WeightsError, match="is no inference model"):
        EntailmentModel(str(tiny(tmp_path / "m", {0: "sad", 1: "glad"})))


class Fixed:
    def __init__(self, entails: float, contradicts: float) -> None:
        self._thought = Inference(entails, contradicts)

    def infer(self, premise: str, sentence: str) -> Inference:
        return self._thought


def test_the_model_takes_back_what_the_source_contradicts() -> None:
    claim = "Ibuprofen taken early helps many people with migraine."
    assert Evidence((PASSAGE,), Fixed(0.9, 0.0)).judge(claim).kept
    verdict = Evidence((PASSAGE,), Fixed(0.0, 0.95)).judge(claim)
    assert (verdict.kept, verdict.reason) == (False, NOT_INFERRED)


def test_the_model_never_outvotes_a_fact() -> None:
    for claim in (
        "Naproxen taken early helps many people with migraine.",
        "Ibuprofen taken early does not help many people with migraine.",
        "Ibuprofen 400 mg taken early helps many people with migraine.",
    ):
        assert not Evidence((PASSAGE,), Fixed(1.0, 0.0)).judge(claim).kept
