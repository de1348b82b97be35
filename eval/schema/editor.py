"""The JSON schema of suite files, for editors that complete and check while one writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.schema.expectation import STRING
from eval.schema.source import SuiteSource

SCHEMA = Path(__file__).parent / "suite.schema.json"


def schema_text() -> str:
    """The schema as it is kept in the repository."""
    schema = SuiteSource.model_json_schema()
    parts = schema["$defs"]
    for place in (schema["properties"], parts["GroupSource"]["properties"]):
        for name in {"cases", "samples"} & place.keys():
            place[name] = _with(
                place[name], {"type": "object", "additionalProperties": {"$ref": "#/$defs/CaseSource"}}
            )
    case = parts["CaseSource"]["anyOf"][-1]["properties"]
    for name in ("turns", "en", "zh"):
        case[name] = _with(case[name], STRING)
    parts["CaseSource"]["anyOf"].append({"type": "array", "items": {"$ref": "#/$defs/ScriptedTurn"}})
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Wenzhen suite"}
    return json.dumps(schema | head, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _with(schema: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """``schema``, or ``other`` in its place."""
    told: dict[str, Any] = {
        name: schema.pop(name) for name in ("description", "title", "default") if name in schema
    }
    return {"anyOf": [schema, other], **told}
