"""The page as one file that needs no server: modules joined, fonts and styles put in."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

IMPORT = re.compile(r"^import\s[^;]*?from\s+\"\./([\w.]+)\";\n?", re.MULTILINE | re.DOTALL)
EXPORT = re.compile(r"^export\s+", re.MULTILINE)
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "font-src data:; img-src data: blob:; base-uri 'none'; form-action 'none'"
)
EMBEDDED = '<script type="application/json" id="embedded">null</script>'
"""Where the page puts the data of a finished comparison."""


def standalone(files: Mapping[str, tuple[bytes, str]]) -> str:
    """Join the page's files into one HTML file with a place for data.

    Parameters
    ----------
    files : mapping of str to (bytes, str)
        Content and type by path.

    Returns
    -------
    str
        HTML that asks nothing of anybody.
    """
    text = {path: content.decode() for path, (content, kind) in files.items() if "text" in kind}
    html = text["index.html"]
    html = re.sub(
        r'<link rel="stylesheet" href="([^"]+)">',
        lambda found: f"<style>\n{_with_fonts(text[found[1]], files)}</style>",
        html,
    )
    icon = base64.b64encode(files["favicon.svg"][0]).decode()
    html = html.replace('href="favicon.svg"', f'href="data:image/svg+xml;base64,{icon}"')
    html = html.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
    )
    script = joined("main.js", text)
    tag = '<script type="module" src="js/main.js"></script>'
    if tag not in html:
        raise ValueError(f"index.html must hold {tag}; the portable page is made from it.")
    return html.replace(tag, f'{EMBEDDED}\n<script type="module">\n{script}</script>')


def joined(entry: str, text: Mapping[str, str]) -> str:
    """Join a module and all that it imports, each once, those imported first."""
    order: list[str] = []

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        if name in order or name in on_the_way:
            return
        for imported in IMPORT.findall(text[f"js/{name}"]):
            visit(imported, (*on_the_way, name))
        order.append(name)

    visit(entry, ())
    bodies = (EXPORT.sub("", IMPORT.sub("", text[f"js/{name}"])) for name in order)
    return "\n".join(bodies).replace("</script", "<\\/script")


def _with_fonts(css: str, files: Mapping[str, tuple[bytes, str]]) -> str:
    def put_in(found: re.Match[str]) -> str:
        content, kind = files[found[1].removeprefix("../")]
        return f"url(data:{kind};base64,{base64.b64encode(content).decode()})"

    return re.sub(r"url\(([\w./-]+)\)", put_in, css)
