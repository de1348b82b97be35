from pathlib import Path

from agent.commands.batch import complete_lines


def test_a_line_cut_short_by_a_crash_is_written_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(b'{"id": 1}\n{"id": 2}\n{"id": 3, "repl')
    assert complete_lines(out) == 2
    assert out.read_bytes() == b'{"id": 1}\n{"id": 2}\n'


def test_no_file_is_no_lines(tmp_path: Path) -> None:
    assert complete_lines(tmp_path / "none.jsonl") == 0
