"""/api/v1/ for people: what there is, made from the OpenAPI document, and a program to begin with."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template_string

from api.v1.answers import address
from api.v1.openapi import described

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · MusicGroup</title>
<link rel="icon" href="{{ home }}assets/mark.svg" type="image/svg+xml">
<style>
:root { color-scheme: light dark; --bg: #f7f7f5; --card: #fff; --line: #e3e3df; --text: #1c1e21; --muted: #5f656d; --accent: #0b6e75; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #14171a; --card: #1c2024; --line: #2c3238; --text: #e8e9ea; --muted: #9aa1a9; --accent: #4fc1c8; }
}
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 1.5rem; } h2 { margin: 0 0 4px; font-size: 1rem; } p { max-width: 68ch; }
a { color: var(--accent); } code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.8125rem; }
section, pre { margin: 16px 0; padding: 16px 20px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); }
pre { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.8125rem; }
td { padding: 4px 12px 4px 0; border-top: 1px solid var(--line); vertical-align: top; }
td:first-child { width: 14em; } details { margin-top: 12px; } summary { cursor: pointer; color: var(--accent); } .muted { color: var(--muted); }
@media (max-width: 560px) { td { display: block; border: 0; padding: 0; } td:first-child { width: auto; padding-top: 8px; } }
</style>
</head>
<body><main>
<h1>The catalogue for programs</h1>
<p>{{ document.info.description }}</p>
<p><a href="{{ server }}/openapi.json">OpenAPI 3.1 document</a> · <a href="{{ home }}">MusicGroup</a></p>
<pre>import spotipy

music = spotipy.Spotify(auth="any")
music.prefix = "{{ server }}/"
found = music.search("hallelujah")["tracks"]["items"][0]
for song in music.recommendations(seed_tracks=[found["id"]], target_energy=0.8, min_tempo=110)["tracks"]:
    print(song["artists"][0]["name"], "-", song["name"])</pre>
{% for path, operation in operations %}
<section>
<h2><code>GET {{ path }}</code></h2>
<p>{{ operation.summary }}.</p>
{% for title, parameters in grouped(operation.parameters) %}
{% if title %}<details><summary>{{ title }}</summary>{% endif %}
<table>{% for parameter in parameters %}
<tr><td><code>{{ parameter.name }}</code>{% if parameter.required %} <span class="muted">needed</span>{% endif %}</td><td>{{ parameter.description }}</td></tr>
{% endfor %}</table>
{% if title %}</details>{% endif %}
{% endfor %}
</section>
{% endfor %}
<p class="muted">Errors are {"error": {"status": 400, "message": "one sentence"}}.</p>
</main></body></html>
"""  # noqa: E501  # lines of markup


def page() -> Response:
    """The page, with the addresses that it was asked at."""
    server = address("")
    document = described(server)
    operations = [(path, methods["get"]) for path, methods in document["paths"].items()]
    text = render_template_string(
        _PAGE,
        document=document,
        server=server,
        home=server.removesuffix("api/v1"),
        operations=operations,
        grouped=_grouped,
    )
    return Response(text, content_type="text/html; charset=utf-8")


def _grouped(parameters: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The parameters that are plain, then those of which each feature has one, folded away."""
    tuned = [each for each in parameters if each["name"].startswith(("min_", "max_", "target_", "weight_"))]
    plain = [each for each in parameters if each not in tuned]
    return [
        *([("", plain)] if plain else []),
        *([(f"{len(tuned)} targets, limits and weights", tuned)] if tuned else []),
    ]
