"""What the agent is held against on the same cases: the model alone, and the RAG of the tutorials.

Both answer with text only, so outcome and urgency are read from their words; what words cannot tell (red flags,
citations, grounding) is not scored.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import NotReadyError, UsageError
from agent.settings import Settings
from eval.schema.suite import Sample, Suite
from eval.targets.choose import Targets, with_corpus
from eval.targets.conversation import Answer, Say, Target
from eval.targets.reading import read_reply
from retrieval.passage import Passage

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from agent.llm.choose import ChatModel
    from retrieval.search import Index

BASELINES = ("bare", "naive-rag")
_K = 4
"""Passages of the naive RAG, LangChain's own default."""
_RAG_PROMPT = (
    "Use the following pieces of context to answer the question at the end. If you don't know the answer, "
    "just say that you don't know, don't try to make up an answer.\n\n{context}\n\nQuestion: {question}\nHelpful answer:"
)
"""The prompt that LangChain's retrieval tutorials hand out."""
_ANSWER_TOKENS = 256
_HISTORY = 6
"""Earlier messages that a small model is shown."""


class BaselineTargets(Targets):
    """Opens a baseline for each corpus; the chat model is loaded once."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(settings)
        self.name = name
        self._chat: ChatModel | None = None

    def _model(self) -> ChatModel:
        from agent.llm.choose import load_chat_model

        if self._chat is None:
            self._chat = load_chat_model(self._settings)
        if self._chat is None:
            raise NotReadyError(
                "A baseline needs a language model. Fetch the bundled one: wenzhen models pull smollm2-135m"
            )
        return self._chat

    def about(self) -> dict[str, str]:
        return {"baseline": self.name, "model": self._model().name}

    def of(self, suite: Suite) -> Target:
        if self.name == "bare":
            return self._open.setdefault("", BareModel(self._model()))
        key = str(suite.corpus or "")
        if key not in self._open:
            self._open[key] = NaiveRag(self._model(), open_index_of(self._settings, suite.corpus))
        return self._open[key]

    def __exit__(self, *_: object) -> None:
        super().__exit__(None, None, None)
        if self._chat is not None:
            self._chat.close()


def baselines(names: str, settings: Settings) -> list[Targets]:
    """The baselines named in a comma-separated list.

    Raises:
        UsageError: there is no baseline of a name.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        if name not in BASELINES:
            raise UsageError(f"There is no baseline {name!r}; there are {', '.join(BASELINES)}.")
    return [BaselineTargets(name, settings) for name in chosen]


def open_index_of(settings: Settings, corpus: Path | None) -> Index:
    """The index that the agent would answer from."""
    from retrieval.handbook.index import ensure_handbook_index
    from retrieval.search import open_index

    chosen = with_corpus(settings, corpus)
    if chosen.index is None:
        ensure_handbook_index(chosen.handbook_index)
    return open_index(chosen.index_dir)


class BareModel:
    """The model alone, with the conversation so far and no instructions."""

    name = "bare"
    has_corpus = False

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat

    def fingerprint(self) -> str:
        return hashlib.sha256(f"bare|{self._chat.name}|{_ANSWER_TOKENS}|{_HISTORY}".encode()).hexdigest()

    def begin(self, sample: Sample, epoch: int) -> Say:
        return remembering(lambda messages: complete(self._chat, messages), sample, self._chat.name)

    def passage(self, passage_id: str) -> Passage | None:
        return None

    def close(self) -> None:
        """The model belongs to the targets that made this."""


class NaiveRag:
    """Retriever, prompt, model: LangChain's chain over the same passages, each question by itself."""

    name = "naive-rag"
    has_corpus = False

    def __init__(self, chat: ChatModel, index: Index) -> None:
        self._chat = chat
        self._index = index
        self._chain = self._built()

    def _built(self) -> Runnable[str, str]:
        from langchain_core.output_parsers import StrOutputParser
        from langchain_core.prompts import ChatPromptTemplate
        from langchain_core.runnables import RunnablePassthrough

        retriever = self._index.as_vectorstore().as_retriever(search_kwargs={"k": _K})
        model = self._chat.model.bind(max_tokens=_ANSWER_TOKENS)
        together = retriever | (lambda found: "\n\n".join(one.page_content for one in found))
        return (
            {"context": together, "question": RunnablePassthrough()}
            | ChatPromptTemplate.from_template(_RAG_PROMPT)
            | model
            | StrOutputParser()
        )

    def fingerprint(self) -> str:
        written = (
            f"naive-rag|{self._chat.name}|{self._index.corpus_sha256}|{_K}|{_ANSWER_TOKENS}|{_RAG_PROMPT}"
        )
        return hashlib.sha256(written.encode()).hexdigest()

    def begin(self, sample: Sample, epoch: int) -> Say:
        return remembering(lambda messages: self._chain.invoke(messages[-1][1]), sample, self._chat.name)

    def passage(self, passage_id: str) -> Passage | None:
        return None

    def close(self) -> None:
        self._index.close()


def remembering(write: Callable[[list[tuple[str, str]]], str], sample: Sample, model: str) -> Say:
    """A conversation with something that turns messages into text."""
    messages: list[tuple[str, str]] = []

    def say(text: str) -> Answer:
        messages.append(("user", text))
        began = time.perf_counter()
        written = write(messages[-_HISTORY - 1 :])
        ms = (time.perf_counter() - began) * 1000
        messages.append(("assistant", written))
        return Answer(text, read_reply(written, role=sample.role, ms=ms, model=model), typed=False)

    return say


def complete(chat: ChatModel, messages: list[tuple[str, str]], *, tokens: int = _ANSWER_TOKENS) -> str:
    """The model's whole answer."""
    from agent.llm.stream import stream_text

    return "".join(stream_text(chat.model, messages, tokens)).strip()
