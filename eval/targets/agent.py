"""The agent, in this process."""

from __future__ import annotations

import hashlib
import uuid
from functools import cache
from importlib import resources

from agent.consult import Consultant, open_consultant
from agent.engines import Engines
from agent.errors import NotReadyError
from agent.sessions import exchange_of
from agent.settings import Settings
from agent.types import Exchange, Turn
from eval.schema.suite import Sample
from eval.targets.conversation import Answer, Say
from retrieval.passage import Passage

_OWN = ("agent", "retrieval", "prompts")
_KINDS = (".py", ".yaml", ".md", ".json", ".txt", ".npz")


class AgentTarget:
    """The agent with the settings given. Nothing that is said to it is kept or audited."""

    has_corpus = True

    def __init__(
        self, settings: Settings, *, llm: bool | None = None, name: str = "agent", altered: str = ""
    ) -> None:
        """``altered`` names what was switched off in it, so that its answers are never taken for the agent's.

        Raises:
            NotReadyError: ``llm`` asks for a model and there is none; a gate must not be passed without it unnoticed.
        """
        self.name = name
        self._altered = altered
        self._settings = settings.model_copy(update={"audit": False})
        self._llm = llm
        self._consultant = open_consultant(self._settings, llm=llm)
        if llm and self.engines.chat_model() is None:
            raise NotReadyError(
                "There is no language model to evaluate. Fetch the bundled one with: wenzhen models pull smollm2-135m, "
                "or evaluate the agent without: --no-llm"
            )

    @property
    def consultant(self) -> Consultant:
        return self._consultant

    @property
    def engines(self) -> Engines:
        return self._consultant.engines

    def fingerprint(self) -> str:
        """Code, rules and prompts; the corpus; the model and every setting that changes an answer."""
        chosen = self._settings.model_dump_json(
            include={"llm", "voice", "context_tokens", "answer_tokens", "embedder", "locale", "top_k"}
            | {"max_question_chars"}
        )
        corpus = self.engines.index().corpus_sha256
        written = f"{chosen}|{self._llm}|{corpus}|{code_sha256()}|{self._altered}"
        return hashlib.sha256(written.encode()).hexdigest()

    def begin(self, sample: Sample, epoch: int) -> Say:
        history: list[Exchange] = []
        session = uuid.uuid4().hex

        def say(text: str) -> Answer:
            turn = Turn(
                text=text,
                role=sample.role,
                language=sample.set_language,
                locale=sample.locale,
                session=session,
                history=tuple(history),
            )
            reply = self._consultant.ask(turn)
            history.append(exchange_of(text, reply))
            return Answer(text, reply)

        return say

    def passage(self, passage_id: str) -> Passage | None:
        return self.engines.index().passage(passage_id)

    def close(self) -> None:
        self._consultant.close()


@cache
def code_sha256() -> str:
    """Hash of all code, rules and texts that an answer is made with."""
    digest = hashlib.sha256()
    for package in _OWN:
        stack = [resources.files(package)]
        files = []
        while stack:
            for item in stack.pop().iterdir():
                if item.is_dir():
                    stack.append(item)
                elif item.name.endswith(_KINDS):
                    files.append(item)
        for file in sorted(files, key=str):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
