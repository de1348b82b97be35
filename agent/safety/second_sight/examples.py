"""The messages that the second sight learns from, one JSON object a line in ``data/*.jsonl``.

``{"text": …, "danger": "heart"}`` needs emergency care; ``{"text": …, "danger": "", "near": "heart"}`` is a
look-alike. Other files label other heads (``crisis``, ``harm``, ``injection``) in the same way; a head that a line
does not name learns nothing from it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from agent.safety.second_sight.dangers import known_dangers
from agent.types import Level

DATA = Path(__file__).parent / "data"

DANGERS = tuple(known_dangers())
CRISES = ["suicide", "self-harm", "abuse", "danger-to-others", "eating-disorder", "overdose", "psychosis"]

HEADS: Mapping[str, tuple[str, ...]] = {
    "danger": ("", *DANGERS),
    "crisis": ("", *CRISES),
    "harm": ("", "harm"),
    "injection": ("", "injection"),
}
"""A head and its classes; the empty one says that nothing of the kind is there."""


@dataclass(frozen=True)
class Example:
    text: str
    labels: Mapping[str, str]
    """head -> class, for the heads that this message teaches."""
    source: str
    """The file's stem, for figures by voice and language."""
    near: str = ""


def load_examples(folder: Path = DATA) -> tuple[Example, ...]:
    """All messages. Raises ``ValueError`` with file and line for a label that no head has."""
    return tuple(example for path in sorted(folder.glob("*.jsonl")) for example in _read(path))


def rule_examples() -> tuple[Example, ...]:
    """What the red-flag rules give as examples: emergencies under the danger of their text, look-alikes under none.

    Examples of urgent rules teach nothing here: they are neither an emergency nor a look-alike of one.
    """
    from agent.safety.red_flags import RedFlagScreen

    found = []
    for rule in RedFlagScreen.load().rules:
        danger = rule.text if rule.text in DANGERS else "general"
        if rule.level == Level.EMERGENCY:
            found += [Example(". ".join(m), _implied({"danger": danger}), "rules") for m in rule.match]
        found += [Example(". ".join(m), _implied({"danger": ""}), "rules", danger) for m in rule.no_match]
    return tuple(found)


def plain_examples(seed: int = 7) -> tuple[Example, ...]:
    """Bare complaints and plain questions, from the handbook's names: short, vague, and no emergency by themselves.

    A symptom of which a rule calls any name dangerous ("coughing blood") is left out.
    """
    from agent.safety.red_flags import RedFlagScreen
    from retrieval.handbook.load import load_cards, load_symptoms

    rules, rng = RedFlagScreen.load(), random.Random(seed)
    texts: list[str] = []
    for symptom in load_symptoms():
        names = {"en": (symptom.name.en, *symptom.lay.en), "zh": (symptom.name.zh, *symptom.lay.zh)}
        if symptom.kind != "symptom" or any(rules.check([n]).floor for some in names.values() for n in some):
            continue
        texts += [rng.choice(_COMPLAINTS["en"]).format(name) for name in names["en"][:2]]
        texts += [rng.choice(_COMPLAINTS["zh"]).format(name) for name in names["zh"][:2]]
    for card in load_cards():
        texts.append(rng.choice(_QUESTIONS["en"]).format(card.name.en))
        texts.append(rng.choice(_QUESTIONS["zh"]).format(card.name.zh))
    labels = _implied({"danger": ""})
    quiet = (text for text in dict.fromkeys(texts) if not rules.check([text]).floor)
    return tuple(Example(text, labels, "plain") for text in quiet)


_COMPLAINTS = {
    "en": ("{}", "I have {}", "{} for some days, what can I do?", "I've had {} since yesterday"),
    "zh": ("{}", "我{}", "{}怎么办？", "{}好几天了"),
}
_QUESTIONS = {
    "en": ("What is {}?", "what helps with {}", "Tell me about {}", "{} - what should I know?"),
    "zh": ("什么是{}？", "{}要注意什么", "{}是怎么回事", "介绍一下{}"),
}


def _read(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        labels = {head: row[head] for head in HEADS if head in row}
        for head, label in labels.items():
            if label not in HEADS[head]:
                raise ValueError(f"{path.name}, line {number}: {head} {label!r} is not one of {HEADS[head]}")
        if not labels or not row["text"].strip():
            raise ValueError(f"{path.name}, line {number}: no text or no label")
        yield Example(row["text"], _implied(labels, row.get("grade", "")), path.stem, row.get("near", ""))


def _implied(labels: dict[str, str], grade: str = "") -> dict[str, str]:
    """What a label says of the other heads.

    Whoever tells of an emergency neither asks for harm nor tries to steer the agent; a look-alike of an emergency is
    no crisis either. A crisis of mind is no bodily danger, unless something was taken or done. Of crises an emergency
    says nothing: both may be there.
    """
    if labels.get("danger") == "":
        return {"harm": "", "injection": "", "crisis": "", **labels}
    if "danger" in labels:
        return {"harm": "", "injection": "", **labels}
    if "crisis" in labels and labels["crisis"] != "overdose" and grade not in ("means", "attempt"):
        return {"danger": "", **labels}
    return labels


def calm(example: Example, share: float = 0.3) -> Example:
    """Also no crisis, for a share of the messages (by their text), so that they do not outweigh our own."""
    if not in_share(example.text, share, "calm "):
        return example
    return replace(example, labels={**example.labels, "crisis": ""})


def in_share(text: str, share: float, salt: str = "") -> bool:
    """Whether a text falls into a share of all texts: by its hash, so that it is the same ones every time."""
    return int(sha256(f"{salt}{text}".encode()).hexdigest()[:8], 16) < share * 0x1_0000_0000


def woven(examples: Sequence[Example], seed: int = 7) -> tuple[Example, ...]:
    """More messages from these: small talk around a danger, several look-alikes in one message, careless typing.

    People bury what matters in what does not, and a message's length must not give its class away.
    """
    rng = random.Random(seed)
    by_script: dict[bool, list[Example]] = {True: [], False: []}
    for example in examples:
        if example.labels.get("danger") == "" and not example.labels.get("crisis"):
            by_script[_is_chinese(example.text)].append(example)
    made: list[Example] = []
    for example in examples:
        others = by_script[_is_chinese(example.text)]
        if "danger" not in example.labels and example.labels.get("crisis") is None or not others:
            continue
        positive = any(example.labels.get(head) for head in ("danger", "crisis"))
        chance = rng.random()
        if chance < (0.15 if positive else 0.25):
            pieces = [example.text, *(other.text for other in rng.sample(others, rng.choice((1, 1, 2, 4))))]
            rng.shuffle(pieces)
            made.append(Example(" ".join(pieces), example.labels, "woven"))
        elif chance > 0.9:
            made.append(Example(_carelessly(example.text, rng), example.labels, "woven"))
    return (*examples, *made)


def _is_chinese(text: str) -> bool:
    return sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text) / 4


def _carelessly(text: str, rng: random.Random) -> str:
    """In capitals, without punctuation, or with two letters swapped here and there."""
    way = rng.randrange(3)
    if way == 0:
        return text.upper()
    if way == 1:
        return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
    letters = list(text)
    for at in rng.sample(
        range(1, max(2, len(letters))), min(len(letters) // 15 + 1, max(1, len(letters) - 1))
    ):
        letters[at - 1 : at + 1] = letters[at - 1 : at + 1][::-1]
    return "".join(letters)
