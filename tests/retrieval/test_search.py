from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval import Filters, Index, ingest_documents, lexical, open_index
from retrieval.embed import Embedder
from retrieval.errors import IndexCorruptError, IndexMissingError, RetrievalError
from retrieval.fusion import CopyFilter, fuse
from retrieval.search import DENSE, WORDS
from retrieval.verify import verify

from .conftest import document


@pytest.fixture
def index(index_dir: Path, embedder: Embedder) -> Index:
    return open_index(index_dir, embedder=embedder)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("one-sided throbbing head", "migraine"),
        ("wheezing at night", "asthma"),
        ("atorvastatin 20mg", "statins"),
        ("头一侧跳着痛，怕光", "偏头痛"),
        ("夜里咳嗽喘息是怎么回事？", "哮喘"),
    ],
)
def test_the_right_passage_comes_first_with_both_channels_shown(
    index: Index, query: str, expected: str
) -> None:
    best = index.search(query, 3)[0]
    assert best.passage.document_id == expected
    assert {DENSE, WORDS} == set(best.channels)
    assert best.channels[DENSE].rank >= 1
    assert -1 <= best.channels[DENSE].score <= 1


def test_a_question_finds_the_other_language(index: Index) -> None:
    assert "偏头痛" in {hit.passage.document_id for hit in index.search("migraine", 4)}


def test_scores_fall_and_one_query_gives_one_order(index: Index) -> None:
    hits = index.search("asthma migraine 头痛", 10)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits == index.search("asthma migraine 头痛", 10)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(language="zh"), {"偏头痛", "哮喘"}),
        (Filters(audience=frozenset({"patient"})), {"migraine", "asthma", "偏头痛", "哮喘"}),
        (Filters(audience=frozenset({"clinician"}), language="en"), {"migraine", "asthma", "statins"}),
        (Filters(source="House"), {"migraine", "asthma"}),
        (Filters(evidence="guideline"), {"migraine"}),
        (Filters(source="Nobody"), set()),
    ],
)
def test_filters_hold_in_both_channels(index: Index, filters: Filters, expected: set[str]) -> None:
    everything = "migraine asthma atorvastatin 偏头痛 哮喘"
    assert {h.passage.document_id for h in index.search(everything, 10, filters=filters)} == expected
    for channel in (DENSE, WORDS):
        found = {i.rsplit("#", 1)[0] for i, _ in index.channel(channel, everything, 50, filters=filters)}
        assert found <= expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(since="2020"), {"of-2020", "of-may-2021", "of-a-day"}),
        (Filters(since="2021-05-10"), {"of-may-2021", "of-a-day"}),
        (Filters(until="2020"), {"of-2019", "of-2020"}),
        (Filters(until="2020-06"), {"of-2019"}),
        (Filters(since="2021", until="2021-12"), {"of-may-2021"}),
        (Filters(since="2022-03-04", until="2022-03-04"), {"of-a-day"}),
        (Filters(since="2030"), set()),
        (Filters(since="2020", source="House"), {"of-2020"}),
    ],
)
def test_a_date_filter_holds_in_both_channels(
    dated_index: Path, embedder: Embedder, filters: Filters, expected: set[str]
) -> None:
    with open_index(dated_index, embedder=embedder) as index:
        found = index.search("gout in the big toe", 10, filters=filters)
        assert {hit.passage.document_id for hit in found} == expected
        for channel in (DENSE, WORDS):
            ranked = index.channel(channel, "gout in the big toe", 50, filters=filters)
            assert {i.rsplit("#", 1)[0] for i, _ in ranked} == expected
        assert len(index.search("gout in the big toe", 10)) == 6


@pytest.fixture(scope="module")
def dated_index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("dated") / "index"
    dates = {
        "of-2019": "2019",
        "of-2020": "2020",
        "of-may-2021": "2021-05",
        "of-a-day": "2022-03-04",
        "undated": None,
        "odd": "Spring",
    }
    documents = [
        document(
            name,
            f"Gout may swell the big toe, wrote the {name} people.",
            published=date,
            source="House" if name == "of-2020" else "Elsewhere",
        )
        for name, date in dates.items()
    ]
    ingest_documents(documents, folder, embedder=embedder)
    return folder


@pytest.mark.parametrize("date", ["yesterday", "20", "2024-13", "2024-01-40", "2024-00"])
def test_a_date_that_is_none_is_told(date: str) -> None:
    with pytest.raises(ValueError, match="2024-05-31"):
        Filters(since=date)


def test_an_index_of_before_dates_is_searched_and_says_why_it_cannot_filter(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(lexical, "_schema", _schema_without_dates)
        ingest_documents(
            [document("gout", "Gout swells the toe.", published="2024")], tmp_path / "i", embedder=embedder
        )
    ingest_documents(
        [document("more", "Gout comes at night.", published="2024")], tmp_path / "i", embedder=embedder
    )
    with open_index(tmp_path / "i", embedder=embedder) as index:
        assert {h.passage.document_id for h in index.search("gout", 3)} == {"gout", "more"}
        assert set(dict(index.channel(WORDS, "night", 3))) == {"more#1"}
        with pytest.raises(RetrievalError, match="--rebuild"):
            index.search("gout", 3, filters=Filters(since="2020"))


def _schema_without_dates() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field("id", stored=True)
    for name in ("key", "audience", "language", "source", "evidence"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in lexical.WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("name", tokenizer_name="raw", index_option="basic")
    return builder.build()


def test_a_deleted_document_answers_in_neither_channel(index: Index) -> None:
    assert index.delete("migraine") == 2
    assert index.delete("migraine") == 0
    for channel in (DENSE, WORDS):
        assert not any(i.startswith("migraine#") for i, _ in index.channel(channel, "migraine triptans", 50))
    assert "migraine" not in {hit.passage.document_id for hit in index.search("migraine triptans", 10)}
    assert index.passages_of("migraine") == []
    assert index.passage("migraine#1") is None
    assert index.count() == 4


def test_many_documents_are_deleted_at_once(index: Index) -> None:
    assert index.delete("migraine", "asthma", "nobody") == 3
    assert {h.passage.document_id for h in index.search("migraine asthma 偏头痛 哮喘", 9)} == {
        "statins",
        "偏头痛",
        "哮喘",
    }
    assert index.delete() == 0


def test_an_open_index_sees_what_is_written_after_it_was_opened(index: Index, embedder: Embedder) -> None:
    before = index.corpus_sha256
    index.search("gout", 1)
    ingest_documents([document("gout", "Gout makes the big toe swell.")], index.path, embedder=embedder)
    best = index.search("gout toe", 1)[0]
    assert best.passage.document_id == "gout"
    assert set(best.channels) == {DENSE, WORDS}
    assert index.corpus_sha256 != before


def test_copies_collapse_among_passages_and_not_among_documents(tmp_path: Path, embedder: Embedder) -> None:
    text = "Drink water often and rest in a cool place until the fever has gone down for a full day."
    copies = [document(f"copy{n}", text + " " * n, title="Fever") for n in range(3)]
    near = document("near", text.replace("full", "whole"), title="Fever")
    other = document("other", "A cold bath is no treatment for fever.", title="Fever")
    ingest_documents([*copies, near, other], tmp_path / "i", embedder=embedder)
    with open_index(tmp_path / "i", embedder=embedder) as index:
        assert len(index.search("fever water", 5)) == 3
        assert len(index.search_documents("fever water", 5)) == 5


@pytest.mark.parametrize(
    ("language", "question", "card"),
    [
        ("en", "偏头痛怎么治疗？", "condition/migraine"),
        ("en", "孩子发烧了怎么办", "topic/fever-at-home"),
        ("en", "膝盖上下楼梯疼", "condition/patellofemoral-pain"),
        ("en", "二甲双胍有什么副作用", "medicine/metformin"),
        ("zh", "how is a migraine treated?", "condition/migraine"),
        ("zh", "my child has a fever", "topic/fever-at-home"),
        ("zh", "big toe suddenly red and painful at night", "condition/gout"),
        ("zh", "side effects of metformin", "medicine/metformin"),
    ],
)
def test_a_question_is_answered_from_the_other_language_alone(
    handbook_index: Path, embedder: Embedder, language: str, question: str, card: str
) -> None:
    with open_index(handbook_index, embedder=embedder) as handbook:
        hits = handbook.search(question, 3, filters=Filters(language=language))
    assert {hit.passage.language for hit in hits} == {language}
    assert card in {hit.passage.document_id for hit in hits}


def test_a_story_that_calls_a_medicine_by_its_brand_finds_its_page(
    handbook_index: Path, embedder: Embedder
) -> None:
    story = (
        "my neighbour gave her little boy nurofen twice this morning and then the nursery gave him some too"
    )
    with open_index(handbook_index, embedder=embedder) as handbook:
        assert "nurofen" in handbook.understand(story).focus
        hits = handbook.search(story, 3, filters=Filters(language="en"))
    assert "medicine/ibuprofen" in {hit.passage.document_id for hit in hits}


def test_a_near_copy_takes_no_second_place(tmp_path: Path, embedder: Embedder) -> None:
    text = (
        "Gout comes in attacks: within hours one joint, most often the big toe, turns red, hot and so tender that "
        "a bed sheet on it hurts. Rest the joint, cool it, drink water, and ask about medicine against inflammation. "
        "Attacks fade within two weeks, and come back sooner where uric acid stays high."
    )
    ingest_documents(
        [
            document("gout-2023", text, title="Gout"),
            document("gout-2024", text.replace("fade", "ease"), title="Gout"),
            document(
                "uric-acid", "Uric acid is measured in the blood of people with gout.", title="Uric acid"
            ),
        ],
        tmp_path / "i",
        embedder=embedder,
    )
    with open_index(tmp_path / "i", embedder=embedder) as index:
        found = [hit.passage.document_id for hit in index.search("gout attack in the big toe", 2)]
    assert len(set(found) & {"gout-2023", "gout-2024"}) == 1
    assert "uric-acid" in found


def test_a_document_is_listed_once_with_its_best_passage(index: Index) -> None:
    hits = index.search_documents("triptans attack", 10)
    assert [h.passage.document_id for h in hits][0] == "migraine"
    assert "Triptans" in hits[0].passage.text
    assert len({h.passage.document_id for h in hits}) == len(hits)


def test_passages_of_a_document_come_in_reading_order(index: Index) -> None:
    assert [p.id for p in index.passages_of("migraine")] == ["migraine#1", "migraine#2"]
    assert index.passage("migraine#2") == index.passages_of("migraine")[1]


def test_similarity_prefers_the_sentence_that_answers(index: Index) -> None:
    near, far = index.similarity(
        "how is a migraine treated", ["Triptans treat migraine.", "Trains leave at noon."]
    )
    assert near > far
    assert index.similarity("anything", []) == []


@pytest.mark.parametrize("query", ["", "  \n", "!!! ??? ---", "\x00", "。。。"])
def test_a_query_that_says_nothing_finds_nothing(index: Index, query: str) -> None:
    assert index.search(query, 5) == []
    assert index.search_documents(query, 5) == []


@pytest.mark.parametrize(
    "query",
    [
        "migraine AND OR NOT (((",
        'title:"x" ^9 ~ * ? \\ / {a TO b] field:* +-&&||!',
        "'; DROP TABLE documents; --",
        "migraine \ud800 \x00 \u202e",
        "a" * 1_000_000,
        "头痛" * 500_000,
        "migraine " * 120_000,
        "🤕" * 1000 + "1",
    ],
)
def test_any_string_is_a_query(index: Index, query: str) -> None:
    assert len(index.search(query, 3)) <= 3


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_text_raises(index: Index, query: str) -> None:
    for hit in index.search(query, 3):
        assert index.passage(hit.passage.id) == hit.passage


def test_k_must_be_positive(index: Index) -> None:
    with pytest.raises(ValueError, match="Currently, k is -1"):
        index.search("migraine", -1)


def test_two_threads_get_what_one_gets(index: Index) -> None:
    queries = ["migraine", "哮喘", "asthma at night", "atorvastatin", "偏头痛怎么办"] * 2
    alone = [index.search(query, 3) for query in queries]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda query: index.search(query, 3), queries)) == alone


def test_the_langchain_seams(index: Index) -> None:
    documents = index.as_retriever(2).invoke("triptans for migraine")
    assert documents[0].metadata["document_id"] == "migraine"
    assert str(documents[0].id).startswith("migraine#")
    assert index.as_vectorstore().similarity_search("哮喘 咳嗽", k=1)[0].page_content.startswith("哮喘")


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="wenzhen ingest"):
        open_index(tmp_path)


@pytest.mark.parametrize(
    "damage", ["chroma/chroma.sqlite3", "lexical/meta.json", "manifest.db", "chroma", "lexical"]
)
def test_a_corrupt_index_says_so_and_how_to_go_on(index_dir: Path, embedder: Embedder, damage: str) -> None:
    target = index_dir / damage
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.write_bytes(b"\x00garbage" * 600)
    with pytest.raises(IndexCorruptError, match="ingest again"):
        open_index(index_dir, embedder=embedder).search("migraine", 1)


def test_verify_is_content_with_a_whole_index_and_not_with_half(index_dir: Path) -> None:
    from retrieval.lexical import LexicalIndex

    assert verify(index_dir).problems == ()
    lexical = LexicalIndex(index_dir / "lexical")
    lexical.delete(["migraine#1"])
    lexical.commit()
    lexical.close()
    assert any("word index" in problem for problem in verify(index_dir).problems)


def test_fusion_rewards_agreement() -> None:
    fused = fuse({"a": [("x", 9.0), ("y", 8.0)], "b": [("y", 0.3), ("z", 0.2)]})
    assert [item for item, _, _ in fused] == ["y", "x", "z"]


def test_a_passage_far_ahead_counts_for_more_than_one_just_ahead() -> None:
    words = [("x", 30.0), ("y", 10.0), ("z", 9.9)]
    meaning = [("y", 0.81), ("x", 0.80), ("z", 0.70)]
    assert [item for item, _, _ in fuse({"a": words, "b": meaning})][0] == "x"


def test_a_different_number_is_no_copy() -> None:
    copies = CopyFilter()
    assert not copies.is_copy("Take 5 mg once a day.")
    assert copies.is_copy("take 5 MG  once a day")
    assert not copies.is_copy("Take 50 mg once a day.")
