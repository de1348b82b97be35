"""What kind of evidence an article is: by the type its publisher gave it, else by what its title says.

Titles may be asked because reporting guidelines (CONSORT, PRISMA, STROBE, CARE) have authors name the design there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# PubMed's publication types and JATS article types and subjects, lower case; the strongest that matches counts.
_TYPES = (
    ("guideline", {"practice guideline", "guideline", "consensus development conference", "consensus development conference, nih", "clinical practice guideline", "guidelines"}),
    ("systematic_review", {"systematic review", "meta-analysis", "network meta-analysis", "systematic-review"}),
    ("trial", {"randomized controlled trial", "controlled clinical trial", "clinical trial", "pragmatic clinical trial", "equivalence trial", "adaptive clinical trial", "clinical trial, phase i", "clinical trial, phase ii", "clinical trial, phase iii", "clinical trial, phase iv", "clinical-trial", "clinical trials"}),
    ("observational", {"observational study", "cohort study", "case-control study", "cross-sectional study"}),
    ("case_report", {"case reports", "case report", "case-report", "case series"}),
)  # fmt: skip
_TITLES = (
    ("guideline", r"\bpractice guidelines?\b|\bclinical guidelines?\b|\bconsensus (statement|guidelines?)\b"),
    ("systematic_review", r"\bsystematic (literature )?review\b|\bmeta-?analysis\b"),
    ("trial", r"\brandomi[sz]ed\b.{0,40}\btrial\b|\bclinical trial\b"),
    ("observational", r"\b(cohort|case[- ]control|cross[- ]sectional|observational) (study|analysis)\b"),
    ("case_report", r"\b(a |two |three )?case (report|series)\b"),
)
_PLANNED = re.compile(r"\bprotocol\b", re.IGNORECASE)


def evidence_of(types: Iterable[str], title: str = "") -> str:
    """One of the evidence types of ``Document.evidence``; empty where neither types nor title tell.

    A protocol has no findings yet, so its title is not asked.
    """
    given = {kind.strip().lower() for kind in types}
    for name, kinds in _TYPES:
        if given & kinds:
            return name
    if not _PLANNED.search(title):
        for name, pattern in _TITLES:
            if re.search(pattern, title, re.IGNORECASE):
                return name
    return ""
