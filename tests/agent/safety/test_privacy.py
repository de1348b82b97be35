import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.safety.privacy import identifiers, redact
from tests.agent.safety.chinese_privacy import messages

GONE = [
    ("Write to me at jane.roe+clinic@example.co.uk please", "jane.roe+clinic@example.co.uk", "EMAIL"),
    ("call me on +44 20 7946 0958", "+44 20 7946 0958", "PHONE"),
    ("my number is (555) 010-9999", "(555) 010-9999", "PHONE"),
    ("我的手机号是13812345678，血压高", "13812345678", "PHONE"),
    ("电话 010-62345678", "010-62345678", "PHONE"),
    ("身份证号11010519491231002X", "11010519491231002X", "ID_CARD"),
    ("number 11010519491231002X here", "11010519491231002X", "ID_CARD"),
    ("my SSN is 078-05-1120", "078-05-1120", "SSN"),
    ("MRN: 00482913, chest pain", "00482913", "RECORD"),
    ("住院号：A102938，男", "A102938", "RECORD"),
    ("DOB 04/12/1987", "04/12/1987", "DATE"),
    ("I was born on March 3, 1990", "March 3, 1990", "DATE"),
    ("我1987年4月12日出生", "1987年4月12日", "DATE"),
    ("I live at 42 Maple Street, Springfield", "42 Maple Street", "ADDRESS"),
    ("住在北京市朝阳区建国路88号3号楼", "建国路88号", "ADDRESS"),
    ("My name is Jane Roe and I have a cough", "Jane Roe", "NAME"),
    ("Dr. Roe told me to rest", "Roe", "NAME"),
    ("my son Tobias has a fever", "Tobias", "NAME"),
    ("我叫王小明，今年30岁", "王小明", "NAME"),
    ("姓名：李雷，男，45岁", "李雷", "NAME"),
    ("card 4111 1111 1111 1111", "4111 1111 1111 1111", "CARD"),
]


@pytest.mark.parametrize(("text", "secret", "label"), GONE)
def test_what_identifies_a_person_is_taken_out_and_comes_back(text: str, secret: str, label: str) -> None:
    redacted = redact(text)
    assert secret not in redacted.text
    assert f"[{label}_1]" in redacted.text
    assert redacted.restore(redacted.text) == text


@pytest.mark.parametrize("text", [
    "My father has Parkinson's disease and Lewy body dementia",
    "I am worried about Crohn disease",
    "Patient Hashimoto thyroiditis for years",
    "Dr. Hashimoto thyroiditis is what I read about",
    "Is it Guillain-Barré syndrome or Bell's palsy?",
    "Sjögren syndrome, Creutzfeldt-Jakob disease, Hodgkin lymphoma",
    "我得了桥本甲状腺炎，我爸有帕金森病",
    "我是帕金森患者",
    "my blood pressure is 150/95 and my pulse 88",
    "I took 500 mg at 10:30 and 12.5 mg later",
    "白细胞3.2，血红蛋白110，血压140/90",
    "I am Currently Pregnant",
    "I have had it since 2019",
])  # fmt: skip
def test_diseases_named_after_people_and_measurements_stay(text: str) -> None:
    assert redact(text).text == text


def test_a_wrong_check_digit_is_no_identity_card() -> None:
    assert all(span.label != "ID_CARD" for span in identifiers("11010519491231002" + "1"))


def test_the_same_person_keeps_one_placeholder() -> None:
    redacted = redact("My name is Jane Roe. Dr. Jane Roe is my namesake; my sister Anna disagrees.")
    assert redacted.text.count("[NAME_1]") == 2 and "[NAME_2]" in redacted.text


def test_an_answer_gets_its_names_back_and_unknown_placeholders_stay() -> None:
    redacted = redact("我叫王小明")
    assert redacted.restore("[NAME_1]，您好 [NAME_9]") == "王小明，您好 [NAME_9]"


def test_a_placeholder_typed_by_the_person_is_not_confused_with_ours() -> None:
    text = "[NAME_1] is what I typed; my name is Jane Roe"
    redacted = redact(text)
    assert redacted.restore(redacted.text) == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([text for text, *_ in GONE]) | st.text(max_size=40), max_size=6).map(" ".join)
)
def test_whatever_is_taken_out_comes_back(text: str) -> None:
    redacted = redact(text)
    assert redacted.restore(redacted.text) == text


def test_three_hundred_chinese_messages_keep_nothing_private() -> None:
    private = kept = 0
    for message in messages(count=300):
        shown = redact(message.text).text
        private += len(message.private)
        kept += sum(words in shown for words in message.private)
    assert private >= 300
    assert kept <= 0.02 * private


@pytest.mark.parametrize("text", [
    "妈妈高兴得睡不着，血压也高",
    "爸爸常常头晕，明天去医院",
    "孩子白天咳嗽，晚上还好",
    "老公安静的时候心慌",
    "患者慎用阿司匹林",
    "Creutzfeldt-Jakob disease in my aunt",
    "Charcot-Marie-Tooth runs in the family",
    "Is Pim-1 a protein phosphatase and what is Cas13?",
    "my IgE was high",
    "What is Wilkie's syndrome and Lucio's phenomenon?",
    "I had a stroke in 2014 and my knee done on Monday",
    "Duchenne Muscular Dystrophy and Osteogenesis",
])  # fmt: skip
def test_words_of_medicine_and_of_every_day_are_no_names(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("private", [
    "Duqyaha Karataev", "Višeslav", "Mrs. Baker", "Laila Hansen", "Tom I. Holzman", "John Olofsson",
])  # fmt: skip
def test_names_that_no_list_has_are_found_by_their_looks(private: str) -> None:
    assert private.split()[-1] not in redact(f"Please tell {private} that the test is done").text


@pytest.mark.parametrize("address", [
    "86036 Rua do Arenque 1634, Goiânia",
    "Villacher Strasse 89",
    "4880 Betburweg 74 Suite 967, Lascano, Uruguay 80694",
    "USNS Bergman\nFPO AP 93757",
    "the corner of Dalbraut 99 and Frederikke Coves",
])  # fmt: skip
def test_addresses_of_many_countries(address: str) -> None:
    shown = redact(f"I live at {address}").text
    assert not any(word in shown for word in ("Rua", "Strasse", "Betburweg", "Bergman", "Dalbraut"))


def test_doses_are_no_addresses() -> None:
    text = "I take 20 Advil 200 mg and 1000 Vitamin D 500 IU a day, 120 Metformin 850 mg a month"
    assert redact(text).text == text
