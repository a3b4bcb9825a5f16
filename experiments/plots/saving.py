"""A figure on disk: PDF, SVG and PNG with the same bytes each time, and its data as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from experiments.plots.style import house_style
from experiments.store import replacing, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 300
METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Creator": "allegiance", "Producer": None},
    "svg": {"Date": None, "Creator": "allegiance"},
    "png": {"Software": "allegiance"},
}


@dataclass(frozen=True)
class Drawing:
    """A figure and what it shows.

    Attributes
    ----------
    figure : Figure
        Ready to be saved.
    data : mapping of str to ndarray
        Columns of what is drawn.
    caption : str
        What it shows, in words, with numbers taken from the data.
    """

    figure: Figure
    data: Mapping[str, NDArray[Any]]
    caption: str


def save_figure(stem: Path, drawing: Drawing) -> list[Path]:
    """Write a figure as PDF, SVG and PNG, its data as CSV and its caption as text.

    Parameters
    ----------
    stem : Path
        Name without suffix.
    drawing : Drawing
        What to write.

    Returns
    -------
    list of Path
        The files.
    """
    written = []
    with house_style(hashsalt=stem.name):
        for kind, metadata in METADATA.items():
            path = stem.with_suffix(f".{kind}")
            with replacing(path) as file:
                drawing.figure.savefig(file, format=kind, dpi=DPI, metadata=metadata)
            written.append(path)
    for path, text in (
        (stem.with_suffix(".csv"), _csv(drawing.data)),
        (stem.with_suffix(".txt"), drawing.caption + "\n"),
    ):
        write_text(path, text)
        written.append(path)
    return written


def save_small(path: Path, drawing: Drawing, dots_per_inch: int) -> None:
    """Write a figure as a small PNG of at most 256 colours, for pages and mail."""
    from PIL import Image

    whole = io.BytesIO()
    with house_style(hashsalt=path.stem):
        drawing.figure.savefig(whole, format="png", dpi=dots_per_inch, metadata=METADATA["png"])
    picture = Image.open(whole).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    with replacing(path) as file:
        picture.save(file, format="PNG", optimize=True)


def _csv(data: Mapping[str, NDArray[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(data)
    for row in zip(*data.values(), strict=True):
        writer.writerow([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row])
    return text.getvalue()
