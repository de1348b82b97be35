"""A Hugging Face model in this process: the default where a GPU answers, usable (slowly) without.

Written on ``transformers`` itself rather than on LangChain's pipeline wrapper: a stream that its reader
leaves must stop the model, and one lock must keep two threads off one model.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from agent.llm.errors import ModelError, PromptTooLongError, WeightsError

STALL_SECONDS = 600.0


class TransformersChat(BaseChatModel):
    """A hub id that was pulled, a local folder, or a GGUF file (dequantized: some 15 s for 135M)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    source: str
    context_tokens: int = 4096
    max_tokens: int = 400
    _model: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._model, self._tokenizer = _load(self.source)

    @property
    def _llm_type(self) -> str:
        return "transformers"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.source, "context_tokens": self.context_tokens}

    @property
    def parameters(self) -> int:
        return int(self._model.num_parameters())

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def close(self) -> None:
        """Wait for an answer under way, then let go of the weights."""
        with self._lock:
            self._model = None

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        from transformers import TextIteratorStreamer

        max_tokens = int(kwargs.pop("max_tokens", self.max_tokens))
        inputs = self._inputs(messages, max_tokens)
        streamer = TextIteratorStreamer(
            self._tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=STALL_SECONDS
        )
        cancelled = threading.Event()
        failure: list[BaseException] = []
        options = {"max_new_tokens": max_tokens, "do_sample": False, **kwargs}
        if stop:
            options |= {"stop_strings": stop, "tokenizer": self._tokenizer}
        worker = threading.Thread(
            target=self._run, args=(inputs, options, streamer, cancelled, failure), daemon=True
        )
        worker.start()
        try:
            for text in streamer:
                if not text:
                    continue
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=text))
                if run_manager:
                    run_manager.on_llm_new_token(text, chunk=chunk)
                yield chunk
        finally:
            cancelled.set()
            worker.join()
        if failure:
            raise ModelError(f"The model {self.source} failed: {failure[0]}") from failure[0]
        yield ChatGenerationChunk(message=AIMessageChunk(content="", chunk_position="last"))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _inputs(self, messages: list[BaseMessage], max_tokens: int) -> Any:
        tokenizer = self._tokenizer
        turns = convert_to_openai_messages(messages)
        if tokenizer.chat_template:
            inputs = tokenizer.apply_chat_template(
                turns,
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
                enable_thinking=False,
            )
        else:
            said = "\n\n".join(str(turn["content"]) for turn in turns)
            inputs = tokenizer(said + "\n\n", return_tensors="pt")
        read = int(inputs["input_ids"].shape[1])
        if read + max_tokens > self.context_tokens:
            raise PromptTooLongError(
                f"The prompt has {read} tokens and the answer needs {max_tokens}, but the model reads {self.context_tokens}. "
                "Shorten the question, or raise WENZHEN_CONTEXT_TOKENS."
            )
        return inputs

    def _run(
        self,
        inputs: Any,
        options: dict[str, Any],
        streamer: Any,
        cancelled: threading.Event,
        failure: list[BaseException],
    ) -> None:
        from transformers import StoppingCriteriaList

        def is_cancelled(input_ids: Any, scores: Any, **_: Any) -> Any:
            import torch

            return torch.full((input_ids.shape[0],), cancelled.is_set(), device=input_ids.device)

        try:
            with self._lock:
                if self._model is None:
                    raise ModelError("The model was closed; load it again.")
                self._model.generate(
                    **inputs.to(self._model.device),
                    **options,
                    streamer=streamer,
                    stopping_criteria=StoppingCriteriaList([is_cancelled]),
                )
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            failure.append(error)
            streamer.end()


def _load(source: str) -> tuple[Any, Any]:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise WeightsError(
            f"{source} needs torch and transformers: pip install 'wenzhen[gpu]', or set WENZHEN_LLM=bundled."
        ) from error
    logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    where: dict[str, Any] = {"pretrained_model_name_or_path": source, "local_files_only": True}
    if source.endswith(".gguf"):
        path = Path(source)
        where |= {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    try:
        tokenizer = AutoTokenizer.from_pretrained(**where)
        model: Any = AutoModelForCausalLM.from_pretrained(
            **where, dtype=torch.bfloat16 if on_gpu else torch.float32
        )
    except (OSError, ValueError, ImportError) as error:
        raise WeightsError(
            f"The model {source} cannot be loaded ({_first_line(error)}). Fetch it: wenzhen models pull hf:{source}"
        ) from error
    model = model.to("cuda" if on_gpu else "cpu").eval()
    # A model's own sampling advice means nothing to greedy decoding but a warning.
    for knob in ("temperature", "top_p", "top_k"):
        setattr(model.generation_config, knob, None)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
