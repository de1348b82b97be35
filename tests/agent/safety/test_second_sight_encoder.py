"""The small encoder: the same states as the reference implementation, any text read, and a training that learns."""

from __future__ import annotations

import numpy as np
import pytest

from agent.safety.second_sight.encoder import GRAPH, MAX_TOKENS, Encoder
from agent.safety.second_sight.sight import MODEL, PIECES, SecondSight, _arrays

TEXTS = (
    "My chest feels heavy and I am sweating",
    "孩子发烧39度，一直在睡",
    "ok",
    "胸口 tight 😰 since lunch!!",
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(_arrays(MODEL), _arrays(PIECES))


@pytest.mark.parametrize("text", ["", " ", "\x00", "😀" * 500, "word " * 20_000, "ж" * 50, "</s><pad><mask>"])
def test_any_text_is_read(encoder: Encoder, text: str) -> None:
    read = encoder.read(text)
    assert np.isfinite(read.vector).all()
    assert 0 < read.tokens <= MAX_TOKENS


@pytest.mark.parametrize(("rounded", "least"), [(False, 0.9999), (True, 0.97)])
def test_the_graph_reads_what_torch_reads(rounded: bool, least: float) -> None:
    torch = pytest.importorskip("torch", reason="needs the gpu extra")
    from agent.safety.second_sight import encoder_training as training
    from agent.safety.second_sight.encoder_graph import graph_of, in_bytes
    from retrieval.e5_weights import packed_file, read_packed

    file, pieces = read_packed(packed_file()), training.chosen_pieces(TEXTS)
    model = training._base(file).eval()
    arrays = training._arrays(model.state_dict(), file.epsilon)
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    graph = graph_of(state, training.LAYERS, file.epsilon)
    written = in_bytes(graph) if rounded else graph.SerializeToString()
    ours = Encoder(arrays | {GRAPH: np.frombuffer(written, "u1")}, pieces)
    for text, ids in zip(TEXTS, training._tokens(TEXTS, pieces), strict=True):
        with torch.no_grad():
            theirs = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0).numpy()
        read = ours.read(text)
        assert read.tokens == len(ids)
        cosine = read.vector @ theirs / np.linalg.norm(read.vector) / np.linalg.norm(theirs)
        assert cosine > least, text


def test_what_training_makes_can_be_read() -> None:
    pytest.importorskip("torch", reason="needs the gpu extra")
    from agent.safety.second_sight.encoder_training import chosen_pieces, fitted_encoder
    from agent.safety.second_sight.train import IGNORED, odds

    labels = {"danger": np.array([1, 1, 0, IGNORED])}
    pieces = chosen_pieces(TEXTS)
    arrays = fitted_encoder(TEXTS, labels, {"danger": 2}, pieces, ignored=IGNORED, epochs=1)
    encoder = Encoder(arrays, pieces)
    found = odds(np.array([encoder.read(text).vector for text in TEXTS]), arrays, "danger")
    assert np.isfinite(found).all()


def test_a_conversation_is_the_mean_over_its_tokens() -> None:
    sight = SecondSight.load()
    calm, told = (
        "What a nice day it was at the garden party.",
        "my arm won't lift and my words come out wrong",
    )
    alone, together = sight.look([told]), sight.look([calm, told])
    assert alone is not None
    assert together is not None
    assert together.probability >= alone.probability
