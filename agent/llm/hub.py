"""Whole repositories from the Hugging Face hub; the one place that may go online for them."""

from __future__ import annotations

import re
from pathlib import Path

from agent.errors import UsageError
from agent.llm.errors import WeightsError

_WANTED = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "1_Pooling/*", "2_Normalize/*"]


def fetch_from_hub(hub_id: str) -> Path:
    """Download a model (resuming what is there), or update it. Shows the hub's own progress bars."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", hub_id):
        raise UsageError(f"{hub_id!r} is no hub id. Write hf:ORG/NAME.")
    try:
        import huggingface_hub
        from huggingface_hub import constants, errors
    except ImportError as error:
        raise WeightsError(
            f"Models of the hub need the gpu extra: pip install 'wenzhen[gpu]', then pull hf:{hub_id} again."
        ) from error
    # Everything else in Wenzhen stays offline; pulling is the exception the user asked for.
    was_offline, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, False
    try:
        folder = huggingface_hub.snapshot_download(hub_id, allow_patterns=_WANTED)
    except errors.RepositoryNotFoundError as error:
        raise WeightsError(
            f"The hub has no model {hub_id}, or it needs a login (run `hf auth login` first)."
        ) from error
    except (OSError, errors.HfHubHTTPError) as error:
        raise WeightsError(
            f"The model hub does not answer for {hub_id} ({str(error).splitlines()[0][:160]}). Try again when online; what came is kept."
        ) from error
    finally:
        constants.HF_HUB_OFFLINE = was_offline
    return Path(folder)
