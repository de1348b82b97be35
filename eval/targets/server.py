"""A chatbot behind an address: anything that speaks the OpenAI chat protocol, Wenzhen's own server included."""

from __future__ import annotations

import hashlib
import time
from datetime import date
from typing import Any

import httpx

from agent.errors import NotReadyError
from agent.types import Reply
from eval.schema.suite import Sample
from eval.targets.conversation import Answer, Say
from eval.targets.reading import read_reply
from retrieval.passage import Passage

_TIMEOUT = 300.0


class ServerTarget:
    """``http://host/v1#model``: the address up to ``/v1`` and, after ``#``, the name of the model."""

    has_corpus = False

    def __init__(self, url: str, *, key: str = "", system: str = "", name: str = "") -> None:
        address, _, model = url.partition("#")
        self.name = name or url
        self._url = address.rstrip("/") + "/chat/completions"
        self._model = model or "default"
        self._system = system
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(timeout=_TIMEOUT, headers=headers)

    def fingerprint(self) -> str:
        """Nobody here can know when a server changes: its answers hold for the day, so that a stopped run goes on."""
        return hashlib.sha256(f"{self._url}|{self._model}|{self._system}|{date.today()}".encode()).hexdigest()

    def begin(self, sample: Sample, epoch: int) -> Say:
        messages: list[dict[str, str]] = []
        if self._system:
            messages.append({"role": "system", "content": self._system})
        circumstances = {"role": sample.role.value, "language": sample.set_language, "locale": sample.locale}

        def say(text: str) -> Answer:
            messages.append({"role": "user", "content": text})
            began = time.perf_counter()
            raw = self._post({"model": self._model, "messages": messages, "wenzhen": circumstances})
            ms = (time.perf_counter() - began) * 1000
            answer = self._answer(text, raw, sample, ms)
            messages.append({"role": "assistant", "content": answer.reply.text})
            return answer

        return say

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._client.post(self._url, json=body)
            response.raise_for_status()
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotReadyError(f"{self._url} did not answer: {error}.") from error
        if not isinstance(found, dict) or not found.get("choices"):
            raise NotReadyError(f"{self._url} answered in another shape than a chat completion.")
        return found

    def _answer(self, said: str, raw: dict[str, Any], sample: Sample, ms: float) -> Answer:
        text = str(raw["choices"][0].get("message", {}).get("content") or "")
        extra = raw.get("wenzhen")
        if isinstance(extra, dict) and "outcome" in extra:
            return Answer(said, Reply.model_validate({**extra, "text": text}))
        model = str(raw.get("model", self._model))
        return Answer(said, read_reply(text, role=sample.role, ms=ms, model=model), typed=False)

    def passage(self, passage_id: str) -> Passage | None:
        return None

    def close(self) -> None:
        self._client.close()
