"""Every benchmark by name, and where the development sets of this project lie."""

from __future__ import annotations

from eval.bench.bench import Bench
from eval.bench.consultations import Avey, Symptom2Disease, Triage
from eval.bench.questions import BioAsq, MedQa, PubMedQa
from eval.bench.requests import Jailbreaks, MedSafety, XsTest
from eval.bench.writing import HealthBench, MtsDialog

_ALL: tuple[type[Bench], ...] = (
    PubMedQa, BioAsq, MedQa, Triage, Avey, Symptom2Disease, MedSafety, XsTest, Jailbreaks, MtsDialog, HealthBench
)  # fmt: skip
BENCHES: dict[str, type[Bench]] = {**{bench.name: bench for bench in _ALL}, "medmcqa": MedQa}
RANKING = {"beir": False, "liveqa": True}
"""BEIR folders, and whether 2 and 3 are the relevant grades."""
DEVELOPMENT: tuple[tuple[str, str], ...] = (
    ("triage", "vignettes/naturalistic-triage.jsonl"),
    ("avey", "vignettes/avey-dev.jsonl"),
    ("symptom2disease", "vignettes/symptom2disease-dev.jsonl"),
    ("medsafety", "safety/medsafety-dev.jsonl"),
    ("xstest", "safety/xstest-dev.jsonl"),
    ("jailbreaks", "safety/jailbreaks-dev.jsonl"),
    ("pubmedqa", "pubmedqa/dev.jsonl.gz"),
    ("bioasq", "retrieval/bioasq/queries.jsonl"),
    ("mts-dialog", "notes/mts-dialog-dev.jsonl.gz"),
    ("liveqa", "retrieval/liveqa"),
    ("beir", "retrieval/bioasq"),
    ("beir", "retrieval/huatuo-zh"),
)
"""What ``wenzhen eval bench all FOLDER`` runs, by paths inside FOLDER; those that are absent are told and left out."""
