"""``/docs`` without the web: the operations of ``openapi.json`` as one plain page, no script and no foreign host."""

from __future__ import annotations

import json
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid #8885; border-radius: .5rem; }
h2 code { padding: .1rem .5rem; border-radius: .4rem; background: #0f766e; color: #fff; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem .3rem 0; vertical-align: top; }
"""


def docs_page(openapi: dict[str, Any]) -> str:
    """The page for one OpenAPI description."""
    info = openapi["info"]
    schemas = openapi.get("components", {}).get("schemas", {})
    operations = "".join(
        _operation(method, path, operation, schemas)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))}</p>"
        f'<p>Machine-readable: <a href="/openapi.json">openapi.json</a></p>{operations}</body></html>'
    )


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [f"<section><h2><code>{method.upper()}</code> {escape(path)}</h2>"]
    parts.append(f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p>")
    rows = [
        (one["name"], one.get("in", ""), one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = schemas.get(body.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
    rows += [
        (name, _type(field), field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]
    if rows:
        cells = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(text)}</td></tr>"
            for name, kind, text in rows
        )
        parts.append(
            f"<table><thead><tr><th>field</th><th>type</th><th></th></tr></thead><tbody>{cells}</tbody></table>"
        )
    for example in body.get("examples", {}).values():
        parts.append(f"<pre>{escape(json.dumps(example['value'], ensure_ascii=False, indent=2))}</pre>")
    return "".join(parts) + "</section>"


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"] if one.get("type") != "null")
    if "enum" in field:
        return " | ".join(str(one) for one in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type") or field.get("$ref", "").rpartition("/")[2] or "any")
