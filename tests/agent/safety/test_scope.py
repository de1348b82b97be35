import pytest

from agent.safety.scope import outside


@pytest.mark.parametrize(("text", "topic"), [
    ("What's the weather in Paris tomorrow?", "weather"),
    ("Write a Python script that sorts a list", "code"),
    ("write me a poem about autumn", "writing"),
    ("Which stocks should I buy?", "money"),
    ("Translate this into French: good morning", "translation"),
    ("What is the capital of Brazil?", "knowledge"),
    ("明天天气怎么样", "weather"),
    ("帮我写一首关于春天的诗", "writing"),
    ("现在买什么股票好", "money"),
    ("帮我写代码", "code"),
    ("Which phone should I buy?", "shopping"),
    ("买什么手机好？", "shopping"),
])  # fmt: skip
def test_what_is_plainly_something_else(text: str, topic: str) -> None:
    assert outside(text) == topic


@pytest.mark.parametrize("text", [
    "Does cold weather make my asthma worse?",
    "My wrists hurt from writing Python code all day",
    "The stock market gives me panic attacks",
    "Can I fly with a middle ear infection? My flight is tomorrow",
    "I was playing tennis and twisted my ankle",
    "天气变冷关节就疼",
    "写代码久了手腕疼",
    "炒股亏了睡不着",
    "hello",
    "what about my mother?",
    "and the second one?",
    "那第二种呢",
    "What is tennis elbow?",
    "Do compression stockings help varicose veins?",
    "拿手机久了手麻",
])  # fmt: skip
def test_health_or_doubt_goes_through(text: str) -> None:
    assert outside(text) is None
