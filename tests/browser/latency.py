"""Measure the class-room page in a real browser: first paint, slider to redraw, frames a second.

Run it on a quiet machine, with nothing else going on; it takes about two minutes::

    .venv/bin/python tests/browser/latency.py

It starts ``allegiance app`` at desk size, drives headless Chromium at the sizes of two
projectors, and prints a table with the machine and the versions. Headless Chromium draws
without a graphics card, so that frames a second are a lower bound for most computers.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZES = ((1280, 720), (1920, 1080))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
DONE = "() => window.allegiance?.world && window.allegiance.history('b')?.done"
QUIET = """() => { const app = window.allegiance;
  const known = (slot) => !app.history(slot) || app.history(slot).bands;
  return !app.asked && known('a') && known('b'); }"""
PATIENCE = 120_000  # milliseconds
PAUSE = 250  # between moves, shorter than the wait before intervals are computed
SLIDER_STEPS = (60, 340, 120, 280, 200, 90, 310)
"""Where the slider is moved to, of 400 steps."""


@contextmanager
def served(size: str):
    """Serve the page on a free port; yields its address."""
    arguments = [sys.executable, "-m", "experiments.cli", "app", "--no-browser", "--size", size]
    with subprocess.Popen(
        [*arguments, "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        try:
            yield found[0]
        finally:
            process.terminate()


def open_page(browser, address: str, width: int, height: int, link: str = ""):
    """Open the page with nothing in the browser's cache."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address + link)
    page.wait_for_function(DONE)
    return page


def first_paint(browser, address: str, width: int, height: int, times: int) -> tuple[float, float]:
    """Return the median first paint, and the median time until the year is drawn, in ms."""
    paints, years = [], []
    for _ in range(times):
        page = open_page(browser, address, width, height)
        name = "first-contentful-paint"
        paints.append(page.evaluate(f"performance.getEntriesByName('{name}')[0].startTime"))
        page.wait_for_function("() => window.allegiance.measures.year")
        years.append(page.evaluate("window.allegiance.measures.year"))
        page.context.close()
    return statistics.median(paints), statistics.median(years)


def slider_to_redraw(browser, address: str, width: int, height: int) -> list[float]:
    """Return the time from each move of a slider until the year of the model is redrawn, in ms."""
    page = open_page(browser, address, width, height, "#day=200&whole=1")
    page.wait_for_function(QUIET)
    page.locator("#slider-box summary").click()
    page.evaluate("window.allegiance.measures.redraw.length = 0")
    for number, step in enumerate(SLIDER_STEPS, start=1):
        page.locator("#slider-grievance_weight").fill(str(step))
        page.wait_for_function(f"() => window.allegiance.measures.redraw.length >= {number}")
        page.wait_for_timeout(PAUSE)
    found = page.evaluate("window.allegiance.measures.redraw")
    page.context.close()
    return found


def frames(browser, address: str, width: int, height: int, link: str, seconds: float):
    """Return the times between frames while playing, in ms."""
    page = open_page(browser, address, width, height, link)
    page.wait_for_function(QUIET)
    page.wait_for_timeout(500)
    page.evaluate("window.allegiance.measures.frames.length = 0")
    page.keyboard.press("Space")
    page.wait_for_timeout(seconds * 1000)
    page.keyboard.press("Space")
    found = page.evaluate("window.allegiance.measures.frames")
    page.context.close()
    return found


def rate(times: list[float]) -> str:
    """Return the mean frames a second, and the slowest one in twenty."""
    slow = sorted(times)[int(0.95 * (len(times) - 1))]
    return f"{1000 * len(times) / sum(times):.0f} ({1000 / slow:.0f})"


def machine() -> str:
    """Name the processor, its cores in use and the load."""
    name = platform.processor() or platform.machine()
    known = Path("/proc/cpuinfo")
    if known.exists():
        found = re.search(r"model name\s*: (.+)", known.read_text())
        name = found[1] if found else name
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {n_cores} cores{load}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="desk", choices=("desk", "tiny"))
    parser.add_argument("--seconds", type=float, default=8.0, help="of playing, each time")
    parser.add_argument("--opens", type=int, default=5, help="openings of the page")
    given = parser.parse_args()
    where = machine()
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("No Chromium is installed; on Debian: apt-get install chromium")
    with served(given.size) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        open_page(browser, address, *SIZES[0], "").context.close()  # kernels compile here
        versions = f"Chromium {browser.version}, Python {platform.python_version()}, " + ", ".join(
            f"{name} {version(name)}" for name in ("starlette", "uvicorn", "numpy", "numba")
        )
        print(f"{where}\n{versions}; size {given.size}\n")
        head = ("", "first paint", "year drawn", "slider to redraw", "playing", "playing, compared")
        print("  ".join(f"{each:>17}" for each in head))
        for width, height in SIZES:
            here = (browser, address, width, height)
            paint, year = first_paint(*here, given.opens)
            redraw = slider_to_redraw(*here)
            alone = frames(*here, "#day=20", given.seconds)
            compared = frames(*here, "#day=20&scenarios=no_revolt", given.seconds)
            cells = (
                f"{width} x {height}", f"{paint:.0f} ms", f"{year:.0f} ms",
                f"{statistics.median(redraw):.0f} to {max(redraw):.0f} ms",
                f"{rate(alone)} a s", f"{rate(compared)} a s",
            )  # fmt: skip
            print("  ".join(f"{each:>17}" for each in cells), flush=True)
        browser.close()
    print(
        "\nMedians of openings; slider: median to worst; playing at 8 days a second: mean frames "
        "a second\n(of the slowest in twenty). No graphics card is used."
    )


if __name__ == "__main__":
    main()
