from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunk import CHINESE, ENGLISH, passages, tidy, tidy_document
from retrieval.passage import Document, Section
from retrieval.sentences import sentences

SENTENCES = [f"Sentence number {n} says that symptom {n} is common in adults." for n in range(120)]


def test_ids_say_document_section_and_piece() -> None:
    document = Document(
        "condition/migraine",
        "Migraine",
        (
            Section("Short.", anchor="summary"),
            Section(" ".join(SENTENCES), anchor="causes"),
            Section("No anchor."),
        ),
    )
    ids = [p.id for p in passages(document)]
    assert ids[:3] == [
        "condition/migraine#summary",
        "condition/migraine#causes",
        "condition/migraine#causes/2",
    ]
    assert ids[-1] == "condition/migraine#3"


def test_sentences_are_never_cut_and_sections_never_crossed() -> None:
    document = Document("d", "T", (Section(" ".join(SENTENCES)), Section("Another section.")))
    made = passages(document)
    whole = [p.text[start:end] for p in made for start, end in sentences(p.text, "en")]
    assert whole == [*SENTENCES, "Another section."]
    assert all(len(p.text) <= ENGLISH.limit for p in made)
    assert made[-1].text == "Another section."


def test_chinese_passages_are_shorter() -> None:
    text = "".join(f"第{n}条：头痛时应当休息，多喝水，注意观察体温变化。" for n in range(100))
    made = passages(Document("d", "头痛", (Section(text),)))
    assert {p.language for p in made} == {"zh"}
    assert all(len(p.text) <= CHINESE.limit for p in made)
    assert all(p.text.endswith("。") for p in made)


def test_text_without_a_full_stop_is_cut_between_words() -> None:
    made = passages(Document("d", "T", (Section("word " * 2000),)))
    assert len(made) > 5
    assert {w for p in made for w in p.text.split()} == {"word"}


def test_one_endless_word_is_cut_at_the_limit() -> None:
    made = passages(Document("d", "T", (Section("A" * 10_000),)))
    assert sum(len(p.text) for p in made) == 10_000
    assert max(len(p.text) for p in made) <= ENGLISH.limit


def test_a_list_line_stays_whole() -> None:
    lines = [f"- Take dose {n}. Then wait. Then rest {n}." for n in range(100)]
    made = passages(Document("d", "T", (Section("\n".join(lines)),)))
    assert len(made) > 1
    assert [line for p in made for line in p.text.split("\n")] == lines


def test_whitespace_and_invisible_characters_are_regular() -> None:
    assert tidy("a\x00b\r\nc\t\u3000 d \n\n\n\n e\ufeff\ud800") == "ab\nc d\n\ne?"


def test_a_bilingual_document_keeps_title_and_language_of_each_section() -> None:
    document = Document(
        "c",
        "Migraine",
        (Section("It throbs.", language="en"), Section("一跳一跳地痛。", language="zh-CN", title="偏头痛")),
        language="en",
    )
    english, chinese = passages(document)
    assert (english.title, english.language) == ("Migraine", "en")
    assert (chinese.title, chinese.language) == ("偏头痛", "zh")


def test_a_document_without_text_makes_nothing() -> None:
    assert passages(Document("d", "T", (Section(" \n\x00 "),))) == ()


_TEXT = st.text(
    alphabet=st.one_of(st.sampled_from("abc .。!？\n\t-|1,，头痛\u3000\x00\ud800"), st.characters()),
    max_size=900,
)


@given(
    st.lists(st.tuples(_TEXT, st.sampled_from(["", "a", "a/2", "a#b", "1", "x"])), max_size=6),
    st.sampled_from([0, 40, 200]),
)
def test_every_passage_is_exact_words_of_its_document_under_an_id_of_its_own(
    parts: list[tuple[str, str]], target: int
) -> None:
    document = Document("doc#1", "T", tuple(Section(text, anchor=anchor) for text, anchor in parts))
    made = passages(document, target_chars=target)
    texts = [section.text for section in tidy_document(document).sections]
    assert len({p.id for p in made}) == len(made)
    assert all(p.id.rsplit("#", 1)[0] == p.document_id == "doc#1" for p in made)
    assert all(p.text and any(p.text in text for text in texts) for p in made)
    squeezed = "".join("".join(p.text.split()) for p in made)
    assert squeezed == "".join("".join(text.split()) for text in texts)
