"""Which target a suite is run against."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from agent.errors import UsageError
from agent.settings import Settings
from eval.schema.suite import Suite
from eval.targets.conversation import Target


class Targets(AbstractContextManager["Targets"]):
    """Opens the target of each suite when it is first needed: suites may bring a corpus of their own."""

    def __init__(
        self,
        settings: Settings,
        *,
        llm: bool | None = None,
        server: str | None = None,
        recorded: Path | None = None,
        altered: str = "",
    ) -> None:
        if server and recorded:
            raise UsageError("Give either --server or --recorded.")
        self._settings = settings
        self._llm = llm
        self._server = server
        self._recorded = recorded
        self._altered = altered
        self._open: dict[str, Target] = {}
        self.name = "server" if server else "recorded" if recorded else "agent"

    def of(self, suite: Suite) -> Target:
        """The target for this suite."""
        own = suite.corpus if not (self._server or self._recorded) else None
        key = str(own or "")
        if key not in self._open:
            self._open[key] = self._make(own)
        return self._open[key]

    def _make(self, corpus: Path | None) -> Target:
        if self._server:
            from eval.targets.server import ServerTarget

            return ServerTarget(self._server, key=self._settings.llm_api_key)
        if self._recorded:
            from eval.targets.recorded import RecordedTarget

            return RecordedTarget(self._recorded)
        from eval.targets.agent import AgentTarget

        return AgentTarget(with_corpus(self._settings, corpus), llm=self._llm, altered=self._altered)

    def about(self) -> dict[str, str]:
        if self._server:
            return {"target": self._server}
        if self._recorded:
            return {"target": f"recorded replies: {self._recorded}"}
        model = "none" if self._llm is False else self._settings.llm
        return {"index": str(self._settings.index or "handbook"), "model": model}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for target in self._open.values():
            target.close()


def with_corpus(settings: Settings, corpus: Path | None) -> Settings:
    """Settings that answer from a suite's own corpus, which is indexed once."""
    if corpus is None:
        return settings
    from eval.corpus import index_of

    return settings.model_copy(update={"index": index_of(corpus, settings.home / "eval" / "corpora")})
