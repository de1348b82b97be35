"""What a turn needs that is slow to open: the index and the chat model. Opened when first used, once, by one thread."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING

from agent.safety.guards import GuardFinding, check_input
from agent.settings import Settings
from agent.symptoms import SymptomMatcher
from agent.types import Turn

if TYPE_CHECKING:
    from agent.llm.choose import ChatModel
    from retrieval.search import Index

log = logging.getLogger(__name__)


class Engines:
    """Owns the index and the model of one consultant."""

    def __init__(self, settings: Settings, *, llm: bool | None = None) -> None:
        self._settings = settings
        self._llm = llm
        self._lock = Lock()
        self._index: Index | None = None
        self._chat: ChatModel | None = None
        self._chat_tried = False

    def guard(self, turn: Turn) -> GuardFinding | None:
        """The input guards' finding; ``None`` lets the turn through."""
        said = [exchange.said for exchange in turn.history]
        return check_input(turn.text, role=turn.role, history=said, limits=self._settings)

    def index(self) -> Index:
        """The index to answer from; the handbook's is built or refreshed first.

        Raises:
            IndexMissingError: a named index folder holds no index.
        """
        with self._lock:
            if self._index is None:
                from retrieval import open_index

                if self._settings.index is None:
                    from agent.progress import ensure_handbook

                    ensure_handbook(self._settings.handbook_index)
                self._index = open_index(self._settings.index_dir)
            return self._index

    def writer(self, language: str) -> ChatModel | None:
        """The model that may write this answer, or ``None`` for the extractive voice.

        The bundled model passes on a third of the facts it is handed, so it writes only when it is told to.
        """
        voice = self._settings.voice if self._llm is None else ("generative" if self._llm else "extractive")
        if voice == "extractive" or self._settings.llm == "none":
            return None
        if voice == "auto" and self._settings.llm in ("", "auto", "bundled") and not _gpu_answers():
            return None
        chat = self.chat_model()
        if chat is None:
            return None
        if language not in chat.languages or (voice == "auto" and not chat.fluent):
            return None
        return chat

    def chat_model(self) -> ChatModel | None:
        """The configured chat model, loaded once.

        Raises:
            NotReadyError: a model was named and is not there.
        """
        with self._lock:
            if not self._chat_tried:
                from agent.llm.choose import load_chat_model

                self._chat = load_chat_model(self._settings)
                self._chat_tried = True
            return self._chat

    @staticmethod
    def names_a_topic(text: str) -> bool:
        """Whether a message names a symptom, condition, medicine or test of its own."""
        from agent.topics import contexts, names_its_own

        symptoms = {mention.symptom for mention in SymptomMatcher.load().find(text)}
        return bool(symptoms - contexts()) or names_its_own(text)

    def close(self) -> None:
        with self._lock:
            if self._index is not None:
                self._index.close()
            if self._chat is not None:
                self._chat.close()
            self._index, self._chat, self._chat_tried = None, None, False


def _gpu_answers() -> bool:
    from agent.llm.choose import gpu_answers

    return gpu_answers()
