import json
from pathlib import Path

from agent.safety.second_sight.shared_data import SHARED, labelled, shared_examples, spared


def records(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def test_without_the_folder_there_is_nothing_to_add(tmp_path: Path) -> None:
    assert shared_examples(tmp_path / "absent") == ()


def test_two_fifths_of_the_records_are_never_trained_on(tmp_path: Path) -> None:
    records(tmp_path, "safety/medsafety-dev.jsonl", [{"prompt": f"request {n}"} for n in range(1000)])
    kept = {example.text for example in labelled(tmp_path)}
    taught = {example.text for example in shared_examples(tmp_path)}
    assert 330 < len(kept - taught) < 470
    assert all(spared(text) for text in kept - taught)


def test_the_labels_follow_the_set(tmp_path: Path) -> None:
    records(
        tmp_path,
        "safety/xstest-dev.jsonl",
        [{"prompt": "safe one", "label": "safe"}, {"prompt": "other", "label": "unsafe"}],
    )
    records(tmp_path, "retrieval/liveqa/queries.jsonl", [{"text": "what is gout"}])
    found = {example.text: dict(example.labels) for example in labelled(tmp_path)}
    assert found == {
        "safe one": {"harm": "", "injection": ""},
        "other": {"harm": "harm"},
        "what is gout": {"harm": "", "injection": ""},
    }


def test_the_folder_is_the_sibling_of_the_checkout() -> None:
    assert SHARED.parts[-2:] == ("shared", "data")
