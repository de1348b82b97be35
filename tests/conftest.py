"""What every test stands on: a data folder of its own, no telemetry, no model hub."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_TEST_MODELS = "WENZHEN_TEST_MODELS"
_FULL_TESTS = "WENZHEN_FULL_TESTS"
"""Set to 1, tests run at full size that are otherwise cut down (a 300 MB line, thousands of operations)."""


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported: the person's own settings and data must not reach a test."""
    from agent.settings import default_home

    config.stash[_OWN_MODELS] = default_home() / "models"
    for name in [
        name for name in os.environ if name.startswith("WENZHEN_") and name not in (_TEST_MODELS, _FULL_TESTS)
    ]:
        del os.environ[name]
    os.environ.update(_QUIET)
    home = tempfile.TemporaryDirectory(prefix="wenzhen-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["WENZHEN_HOME"] = home.name


_OWN_MODELS = pytest.StashKey[Path]()


@pytest.fixture(autouse=True)
def wenzhen_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder for each test; ``Settings()`` and child processes see it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("WENZHEN_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def bundled_model_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder that holds the bundled chat model.

    Taken from ``WENZHEN_TEST_MODELS``, else from the person's own weights, else pulled once: into the
    former where it is set (so that the next run finds it), else for this session only. The pull is a
    process of its own, because sockets are closed in this one.
    """
    from agent.llm.weights import bundled, path_of

    named = os.environ.get(_TEST_MODELS)
    places = [Path(named)] if named else []
    for folder in (*places, request.config.stash[_OWN_MODELS]):
        if path_of(bundled(), folder):
            return folder
    folder = places[0] if places else tmp_path_factory.mktemp("models")
    pull = f"from pathlib import Path; from agent.llm.pull import pull; pull({bundled().name!r}, Path({str(folder)!r}))"
    done = subprocess.run([sys.executable, "-c", pull], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"The bundled model cannot be pulled for the tests: {done.stderr.strip().splitlines()[-1]}"
        )
    return folder


@pytest.fixture(scope="session")
def reference_models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder for the embedding model that torch uses, made once a session."""
    named = os.environ.get(_TEST_MODELS)
    return Path(named) if named else tmp_path_factory.mktemp("embedding")


@pytest.fixture(scope="session")
def handbook_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the whole built-in handbook, made once a session (the shipped vectors make it quick)."""
    from retrieval.handbook.index import build_handbook_index

    folder = tmp_path_factory.mktemp("handbook") / "index"
    build_handbook_index(folder)
    return folder
