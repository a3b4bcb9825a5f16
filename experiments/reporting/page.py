"""One self-contained page: text, tables and inline figures, no network."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #222; background: #fff;
  margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.4rem; }
table { border-collapse: collapse; font-size: .82rem; margin: .6rem 0; }
th, td { padding: .2rem .55rem; border-bottom: 1px solid #e4e4e4; text-align: right; }
th:first-child, td:first-child { text-align: left; }
th { border-bottom: 1px solid #767676; } td.text { text-align: left; }
td.span { white-space: nowrap; }
.wide { overflow-x: auto; } figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
figcaption, .note { color: #555; font-size: .85rem; max-width: 52rem; }
.lost { border-left: 4px solid #b5482f; padding-left: 1.8rem; }
nav a { margin-right: 1rem; } code { font-size: .85em; overflow-wrap: anywhere; }
@media print { nav { display: none; } figure { break-inside: avoid; } }
"""


def page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    """Return a whole page of sections, each a heading and a body in HTML."""
    links = "".join(
        f'<a href="#s{i}">{html.escape(head)}</a>' for i, (head, _) in enumerate(sections)
    )
    bodies = "".join(
        f'<section id="s{i}"><h2>{html.escape(head)}</h2>{body}</section>'
        for i, (head, body) in enumerate(sections)
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1><nav>{links}</nav>{bodies}</body></html>\n"
    )


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{html.escape(text)}</p>"


def listed(lines: Sequence[str], kind: str = "") -> str:
    """Return lines as a list."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<ul{attribute}>" + "".join(f"<li>{html.escape(t)}</li>" for t in lines) + "</ul>"


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table; numbers are written with three figures, text as it is."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in headings)
    body = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def inline(figure: Figure, name: str, caption: str) -> str:
    """Return a figure as inline SVG, with names of its own."""
    from experiments.plots.style import house_style

    stream = io.StringIO()
    with house_style(f"allegiance-{name}"):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": "allegiance"})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    label = html.escape(caption, quote=True)
    text = text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return f"<figure>{text}<figcaption>{html.escape(caption)}</figcaption></figure>"


def number(value: float, digits: int = 3) -> str:
    """Write a number with some significant figures; a dash where there is none."""
    if not np.isfinite(value):
        return "\N{EN DASH}"
    if value == 0.0 or abs(value) >= 1e5:
        return f"{value:.0f}"
    decimals = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(decimals, digits)}f}".replace("-", "\N{MINUS SIGN}")


def _cell(value: Any) -> str:
    if isinstance(value, str) and value.endswith("]"):
        return f'<td class="span">{html.escape(value)}</td>'
    if isinstance(value, str):
        return f'<td class="text">{html.escape(value)}</td>'
    return f"<td>{number(float(value))}</td>"
