"""``pytest --wenzhen-suite PATH``: every conversation of a suite is a test, and every gate.

Nothing of this is imported, and nothing is collected, unless the option is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from eval.result import Result
    from eval.schema.gates import Gate
    from eval.schema.suite import Sample, Suite
    from eval.targets.conversation import Target

_OPTION = "wenzhen_suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("wenzhen", "scripted conversations with a health agent")
    group.addoption(
        "--wenzhen-suite",
        dest=_OPTION,
        action="append",
        default=[],
        metavar="PATH",
        help="run this suite file (or folder of suites): each conversation and each gate is a test; may be given again",
    )
    group.addoption(
        "--wenzhen-index", default=None, metavar="DIR", help="answer from this index instead of the handbook"
    )
    group.addoption(
        "--wenzhen-server", default=None, metavar="URL", help="measure a chatbot: http://host/v1#model"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(_OPTION):
        config.pluginmanager.register(_Suites(config), "wenzhen-suites")


class _Suites:
    """Adds the suites' tests to whatever else is collected, and holds the target that they share."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._targets: Any = None

    def target(self, suite: Suite) -> Target:
        from agent.settings import Settings
        from eval.targets.choose import Targets

        if self._targets is None:
            index = self._config.getoption("--wenzhen-index")
            settings = Settings(index=Path(index)) if index else Settings()
            self._targets = Targets(settings, llm=False, server=self._config.getoption("--wenzhen-server"))
        found: Target = self._targets.of(suite)
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        from eval.schema.load import find_suites, load_suite

        for path in find_suites([Path(one) for one in self._config.getoption(_OPTION)]):
            parent = _SuiteFile.from_parent(session, path=path.resolve(), suite=load_suite(path), suites=self)
            items.extend(parent.collect())

    def pytest_unconfigure(self) -> None:
        if self._targets is not None:
            self._targets.__exit__(None, None, None)


class _SuiteFile(pytest.File):
    def __init__(self, *, suite: Suite, suites: _Suites, **given: Any) -> None:
        super().__init__(**given)
        self.suite = suite
        self.suites = suites
        self.results: dict[str, Result] = {}

    def collect(self) -> Iterator[pytest.Item]:
        for sample in self.suite.samples:
            yield _Conversation.from_parent(self, name=sample.id, sample=sample)
        for gate in self.suite.gates:
            yield _Gate.from_parent(self, name=gate.name, gate=gate)

    def result(self, sample: Sample) -> Result:
        """The conversation, held when it is first asked for; its base is held before a version of it."""
        if sample.id not in self.results:
            from eval.runner import Options, held, judged_against

            found = held(self.suites.target(self.suite), sample, Options())
            version = sample.version
            if version is not None and version.slot:
                base = next(one for one in self.suite.samples if one.id == version.of)
                found = judged_against(found, self.result(base))
            self.results[sample.id] = found
        return self.results[sample.id]


class _FailedError(Exception):
    """What a test of a suite shows when it fails."""


class _Item(pytest.Item):
    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return (
            str(excinfo.value)
            if isinstance(excinfo.value, _FailedError)
            else super().repr_failure(excinfo, style)
        )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class _Conversation(_Item):
    def __init__(self, *, sample: Sample, **given: Any) -> None:
        super().__init__(**given)
        self.sample = sample

    def runtest(self) -> None:
        assert isinstance(self.parent, _SuiteFile)
        result = self.parent.result(self.sample)
        if not result.passed:
            said = [f"> {one.said}\n{one.reply.text}" for one in result.answers]
            raise _FailedError("\n".join([*result.failures, "", *said]))


class _Gate(_Item):
    def __init__(self, *, gate: Gate, **given: Any) -> None:
        super().__init__(**given)
        self.gate = gate

    def runtest(self) -> None:
        from eval.metrics import judge_gates
        from eval.report.markdown import told

        assert isinstance(self.parent, _SuiteFile)
        results = [self.parent.result(sample) for sample in self.parent.suite.samples]
        found = judge_gates([self.gate], results)[0]
        if not found.passed:
            raise _FailedError(f"{self.gate.name}: reached {told(found.measure, self.gate.metric)}")
