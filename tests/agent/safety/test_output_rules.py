import pytest

from agent.safety.output_rules import check_sentence
from agent.types import Level, Role

FOR_PATIENTS = [
    ("Take 400 mg of ibuprofen three times a day.", "dosing"),
    ("The usual dose is 500 mg every 6 hours.", "dosing"),
    ("Adults can take one or two tablets up to four times daily.", "dosing"),
    ("Give your child 5 ml twice a day.", "dosing"),
    ("Start with 10 units at bedtime.", "dosing"),
    ("15 mg/kg per dose is given to children.", "dosing"),
    ("每次2片，每日三次。", "dosing"),
    ("口服布洛芬400毫克，每6小时一次。", "dosing"),
    ("一次吃两粒，一天三次。", "dosing"),
    ("孩子按10毫克/公斤给药。", "dosing"),
    ("You should stop taking your blood thinner.", "stopping"),
    ("Stop taking metformin.", "stopping"),
    ("You can skip your insulin today.", "stopping"),
    ("建议立即停用降压药。", "stopping"),
    ("可以自行停药。", "stopping"),
    ("You have pneumonia.", "certainty"),
    ("This is definitely a migraine.", "certainty"),
    ("You are suffering from gastritis.", "certainty"),
    ("你得的就是肺炎。", "certainty"),
    ("您这肯定是胃炎。", "certainty"),
    ("你患有糖尿病。", "certainty"),
]
FINE_FOR_PATIENTS = [
    "Follow the dose on the label or ask your pharmacist.",
    "Drink at least 2 litres of water a day.",
    "Drink 250 ml of water every hour.",
    "Adults should eat less than 5 g of salt a day.",
    "A normal fasting glucose is below 100 mg/dL.",
    "Do not stop taking your blood thinner without talking to your doctor.",
    "Your doctor may stop the medicine before surgery.",
    "If you have pneumonia, your doctor may order an X-ray.",
    "Tell your doctor if you have diabetes.",
    "Migraine is a common kind of headache.",
    "People who have asthma should carry an inhaler.",
    "每天饮水1500毫升。",
    "每天食盐不超过5克。",
    "不要擅自停药。",
    "如果您得了肺炎，需要做胸片检查。",
    "这可能是胃炎，需要检查。",
    "请按说明书用药，或咨询药师。",
]
REASSURANCE = [
    "There is nothing to worry about.",
    "This is usually harmless.",
    "You'll be fine.",
    "It will go away on its own.",
    "You don't need to see a doctor.",
    "没事的，不用担心。",
    "这是正常现象。",
    "在家观察几天就好。",
    "不需要去医院。",
]


@pytest.mark.parametrize(("sentence", "rule"), FOR_PATIENTS)
def test_what_a_patient_is_never_told(sentence: str, rule: str) -> None:
    language = "zh" if sentence[0] > "\u3000" else "en"
    violation = check_sentence(sentence, role=Role.PATIENT, floor=None, language=language)
    assert violation is not None and violation.rule == rule and violation.reason


@pytest.mark.parametrize("sentence", FINE_FOR_PATIENTS)
def test_what_a_patient_may_read(sentence: str) -> None:
    assert check_sentence(sentence, role=Role.PATIENT, floor=None, language="en") is None


@pytest.mark.parametrize("sentence", [s for s, rule in FOR_PATIENTS if rule in ("dosing", "stopping")])
def test_a_clinician_may_read_ranges(sentence: str) -> None:
    assert check_sentence(sentence, role=Role.CLINICIAN, floor=Level.EMERGENCY, language="en") is None


@pytest.mark.parametrize("sentence", REASSURANCE)
@pytest.mark.parametrize("role", list(Role))
def test_no_reassurance_against_a_pinned_floor(sentence: str, role: Role) -> None:
    for floor in (Level.URGENT, Level.EMERGENCY):
        violation = check_sentence(sentence, role=role, floor=floor, language="en")
        assert violation is not None and violation.rule == "reassurance"
    for floor in (None, Level.ROUTINE):
        assert check_sentence(sentence, role=role, floor=floor, language="en") is None


@pytest.mark.parametrize(
    "sentence",
    ["Chest pain is not always harmless.", "Do not wait for it to pass.", "这种情况不正常，请立即就医。"],
)
def test_a_warning_is_not_reassurance(sentence: str) -> None:
    assert check_sentence(sentence, role=Role.PATIENT, floor=Level.EMERGENCY, language="en") is None
