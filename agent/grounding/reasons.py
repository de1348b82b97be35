"""Why a sentence was not released, in the reader's language. Verdicts carry the English wording (it is in the audit)."""

from __future__ import annotations

import re

_CHINESE = [
    (r"no passage says this", r"资料中没有这样的说法"),
    (r"says nothing that could be checked", r"没有可以核对的内容"),
    (r"negation differs from the source", r"肯定与否定和资料不一致"),
    (r"number (.+) is not in the source", r"资料中没有数字“\1”"),
    (r"unit of (.+) is not the source's", r"“\1”的单位与资料不符"),
    (r"number (.+) belongs to something else in the source", r"“\1”在资料中说的是另一件事"),
    (r"name (.+) is not in the source", r"资料中没有提到“\1”"),
    (r"“(.+)” is not in the source", r"资料中没有提到“\1”"),
    (r"says “(.*)” where the source says “(.*)”", r"写的是“\1”，资料中是“\2”"),
    (r"the inference model finds that the source does not say this", r"推理模型认为资料并不支持这句话"),
]


def reason_in(language: str, reason: str) -> str:
    """The reason in ``language`` (``en`` or ``zh``)."""
    if language != "zh":
        return reason
    for shape, wording in _CHINESE:
        if match := re.fullmatch(shape, reason):
            return match.expand(wording)
    return reason
