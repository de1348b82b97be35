"""Small plots as inline SVG. Colours come from the page, so that they follow its light and dark dress."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from eval.statistics import Measure


def _svg(width: int, height: int, body: list[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{"".join(body)}</svg>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def whisker(measure: Measure, bound: float, *, least: bool, width: int = 150) -> str:
    """A value with its interval on a line from 0 to 1, and the bound that it is held against."""
    if measure.value is None or measure.low is None or measure.high is None:
        return ""

    def at(share: float) -> float:
        return 5 + (width - 10) * min(max(share, 0.0), 1.0)

    good = measure.value >= bound if least else measure.value <= bound
    colour = "var(--good)" if good else "var(--bad)"
    body = [
        f'<line x1="5" x2="{width - 5}" y1="9" y2="9" stroke="var(--line)" stroke-width="2"/>',
        f'<line x1="{at(measure.low):.1f}" x2="{at(measure.high):.1f}" y1="9" y2="9" stroke="{colour}" stroke-width="4"/>',
        f'<circle cx="{at(measure.value):.1f}" cy="9" r="4.5" fill="{colour}"/>',
        f'<line x1="{at(bound):.1f}" x2="{at(bound):.1f}" y1="1" y2="17" stroke="var(--ink)" stroke-width="1.5"/>',
    ]
    return _svg(width, 18, body, f"{measure.value:.1%}, bound {bound:.1%}")


def bars(rows: Sequence[tuple[str, Measure]], label: str) -> str:
    """Shares with their intervals, one bar a row."""
    left, width, step = 128, 380, 24
    body = []
    for number, (name, measure) in enumerate(rows):
        y = 6 + number * step
        shown = name if len(name) <= 18 else name[:17] + "…"
        body.append(_text(left - 8, y + 12, shown, anchor="end"))
        span = width - left - 74
        body.append(f'<rect x="{left}" y="{y}" width="{span}" height="15" fill="var(--line)" opacity=".45"/>')
        if measure.value is not None and measure.low is not None and measure.high is not None:
            body.append(
                f'<rect x="{left}" y="{y}" width="{span * measure.value:.1f}" height="15" fill="var(--mark)"/>'
            )
            low, high = left + span * measure.low, left + span * measure.high
            body.append(
                f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 7.5}" y2="{y + 7.5}" stroke="var(--ink)" stroke-width="1.5"/>'
            )
            body.append(_text(width - 68, y + 12, f"{measure.value:.0%}"))
            body.append(_text(width, y + 12, str(measure.n), anchor="end", kind="soft"))
    return _svg(width, 10 + step * len(rows), body, label)


def confusion(names: Sequence[str], counts: Sequence[Sequence[int]], label: str) -> str:
    """Expected (rows) against told (columns), shaded by share of the row."""
    left, top, cell = 84, 30, 54
    width, height = left + cell * len(names) + 4, top + 34 * len(names) + 20
    body = [_text(left + cell * len(names) / 2, 10, "told", anchor="middle", kind="soft")]
    for column, name in enumerate(names):
        body.append(_text(left + cell * (column + 0.5), 25, _short(name), anchor="middle", kind="soft"))
    for row, name in enumerate(names):
        y = top + 34 * row
        body.append(_text(left - 6, y + 21, name.replace("_", "-"), anchor="end"))
        total = sum(counts[row])
        for column, count in enumerate(counts[row]):
            share = count / total if total else 0.0
            colour = "var(--good)" if row == column else ("var(--bad)" if column < row else "var(--warm)")
            body.append(
                f'<rect x="{left + cell * column + 1}" y="{y + 1}" width="{cell - 2}" height="32" fill="{colour}" '
                f'fill-opacity="{0.08 + 0.62 * share if count else 0.04:.2f}"/>'
            )
            if count:
                body.append(_text(left + cell * (column + 0.5), y + 21, str(count), anchor="middle"))
    body.append(_text(left - 6, height - 4, "expected", anchor="end", kind="soft"))
    return _svg(width, height, body, label)


def _short(name: str) -> str:
    return {"self_care": "self-care", "emergency": "emerg."}.get(name, name)


def histogram(values: Sequence[float], label: str, *, unit: str = "ms") -> str:
    """How often which value, in steps that double or so."""
    edges = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000]
    low = max(0, next((n for n, edge in enumerate(edges) if edge > min(values)), 1) - 1)
    high = next((n for n, edge in enumerate(edges) if edge >= max(values)), len(edges) - 1)
    high = max(high, low + 1)
    bins = [sum(edges[n] <= v < edges[n + 1] for v in values) for n in range(low, high)]
    bins[0] += sum(v < edges[low] for v in values)
    bins[-1] += sum(v >= edges[high] for v in values)
    width, height, base = 360, 170, 140
    step = (width - 20) / len(bins)
    body = []
    for number, count in enumerate(bins):
        tall = 115 * count / max(bins)
        x = 10 + step * number
        body.append(
            f'<rect x="{x + 1:.1f}" y="{base - tall:.1f}" width="{step - 2:.1f}" height="{tall:.1f}" fill="var(--mark)"/>'
        )
        if count:
            body.append(_text(x + step / 2, base - tall - 4, str(count), anchor="middle", kind="soft"))
    for number in range(len(bins) + 1):
        edge = edges[low + number]
        told = f"{edge / 1000:g} s" if unit == "ms" and edge >= 1000 else f"{edge:g}"
        if len(bins) <= 8 or number % 2 == 0:
            body.append(_text(10 + step * number, base + 15, told, anchor="middle", kind="soft"))
    body.append(_text(width / 2, height - 2, f"{unit} a turn", anchor="middle", kind="soft"))
    return _svg(width, height, body, label)


def calibration(pairs: Sequence[tuple[float, float]], label: str) -> str:
    """What was claimed (0 to 1) against what held, in five bins; on the diagonal the claim is honest."""
    size, left, margin = 230, 34, 18
    body = [
        f'<rect x="{left}" y="8" width="{size - left - 8}" height="{size - 42}" fill="none" stroke="var(--line)"/>',
        f'<line x1="{left}" y1="{size - 34}" x2="{size - 8}" y2="8" stroke="var(--line)" stroke-dasharray="4 3"/>',
    ]
    for number in range(5):
        inside = [(p, held) for p, held in pairs if number == min(4, math.floor(p * 5))]
        if not inside:
            continue
        claimed = sum(p for p, _ in inside) / len(inside)
        held = sum(value for _, value in inside) / len(inside)
        x, y = left + (size - left - 8) * claimed, size - 34 - (size - 42) * held
        radius = 3 + 5 * math.sqrt(len(inside) / len(pairs))
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="var(--mark)"/>')
        body.append(_text(x - radius - 3, y - radius, str(len(inside)), anchor="end", kind="soft"))
    for share in (0, 0.5, 1):
        body.append(
            _text(left + (size - left - 8) * share, size - 18, f"{share:.0%}", anchor="middle", kind="soft")
        )
        body.append(
            _text(left - 4, size - 30 - (size - 42) * share, f"{share:.0%}", anchor="end", kind="soft")
        )
    body.append(_text((size + left) / 2, size - 3, "claimed", anchor="middle", kind="soft"))
    return _svg(size + margin, size, body, label)


def lines(series: Sequence[tuple[str, Sequence[tuple[str, Measure]]]], label: str) -> str:
    """Shares over time, one line a series, with intervals."""
    width, height, left, base = 420, 200, 36, 160
    weeks = sorted({week for _, points in series for week, _ in points})
    step = (width - left - 16) / max(1, len(weeks) - 1)
    colours = ["var(--mark)", "var(--good)", "var(--warm)", "var(--bad)"]
    body = [f'<line x1="{left}" x2="{width - 8}" y1="{base}" y2="{base}" stroke="var(--line)"/>']
    for share in (0, 0.5, 1):
        body.append(_text(left - 4, base - 140 * share + 4, f"{share:.0%}", anchor="end", kind="soft"))
    for number, (name, points) in enumerate(series):
        colour = colours[number % len(colours)]
        at = [
            (left + 8 + step * weeks.index(week), measure)
            for week, measure in points
            if measure.value is not None
        ]
        path = " ".join(f"{x:.1f},{base - 140 * (m.value or 0):.1f}" for x, m in at)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, m in at:
            body.append(
                f'<circle cx="{x:.1f}" cy="{base - 140 * (m.value or 0):.1f}" r="3" fill="{colour}"/>'
            )
            body.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{base - 140 * (m.low or 0):.1f}" y2="{base - 140 * (m.high or 0):.1f}" stroke="{colour}" opacity=".5"/>'
            )
        body.append(
            f'<rect x="{left + number * 95}" y="{height - 12}" width="9" height="9" fill="{colour}"/>'
        )
        body.append(_text(left + 13 + number * 95, height - 4, name, kind="soft"))
    for number in sorted({0, len(weeks) - 1}):
        anchor = "start" if number == 0 else "end"
        body.append(_text(left + 8 + step * number, base + 15, weeks[number], anchor=anchor, kind="soft"))
    return _svg(width, height, body, label)
