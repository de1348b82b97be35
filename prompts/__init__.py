"""Words of the agent: prompt templates for models, and texts written by hand that are shown as they stand."""

from prompts.loader import Prompt, PromptError, hand_written, load_prompt

__all__ = ["Prompt", "PromptError", "hand_written", "load_prompt"]
