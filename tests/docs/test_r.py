"""The R on the pages is run as printed, where R is installed.

The package ``arrow`` is not asked for: in its place stands a reader of the same tables, written
as CSV with the same column names and types.
"""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
STAND_IN = """
library <- function(...) invisible(NULL)
read_parquet <- function(path) {
  table <- read.csv(paste0(path, ".csv"), check.names = FALSE, stringsAsFactors = FALSE)
  table
}
options(digits = 15, warn = 2)
pdf(NULL)
"""

pytestmark = pytest.mark.skipif(
    shutil.which("Rscript") is None, reason="needs R: apt-get install r-base-core"
)


def blocks(page):
    """Return the R code of a page, without the line that installs a package."""
    code = re.findall(r"```r\n(.*?)```", (DOCS / page).read_text("utf-8"), flags=re.DOTALL)
    assert code
    return re.sub(r"^install\.packages.*$", "", "\n".join(code), flags=re.MULTILINE)


def as_csv(folder):
    for path in folder.rglob("*.parquet"):
        pd.read_parquet(path).to_csv(f"{path}.csv", index=False)


def run_r(code, folder, asked):
    """Run code and return the R expressions asked for, as JSON numbers."""
    script = folder / "script.R"
    printed = "\n".join(f'cat("{name}", {value}, "\\n")' for name, value in asked.items())
    script.write_text(STAND_IN + code + "\n" + printed + "\n", encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", str(script)], cwd=folder, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {}
    for line in done.stdout.splitlines():
        name, _, numbers = line.partition(" ")
        if name in asked:
            found[name] = [float(word) for word in numbers.split()]
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two small runs and a small sweep, under the names that the pages use."""
    folder = tmp_path_factory.mktemp("r")
    small = ["size=tiny", "n_replicates=2", "seed=3"]
    drawn = [*small, "figures=false"]
    assert main(["run", *drawn, f"hydra.run.dir={folder}/outputs/first"]) == 0
    assert main(["run", *drawn, "scenario=no_revolt", f"hydra.run.dir={folder}/outputs/other"]) == 0
    named = re.search(
        r'"outputs/(sweep/\w+)/runs', (DOCS / "tutorials/sweep.md").read_text("utf-8")
    )
    cells = ["parameters.discredit=0,2", "scenario=historical,no_revolt"]
    assert main(["sweep", *cells, *small, f"hydra.sweep.dir={folder}/outputs/{named[1]}"]) == 0
    as_csv(folder)
    return folder


def test_the_page_on_r_gives_what_pandas_gives(results):
    asked = {
        "middle": "course$private_BO.median", "n": "nrow(seen)",
        "gain": "pairs$private_BO.a - pairs$private_BO.b", "days": "as.integer(diff(course$date))",
    }  # fmt: skip
    found = run_r(blocks("howto/r.md"), results, asked)
    shares, other = (
        pd.read_parquet(results / "outputs" / name / "shares.parquet")
        for name in ("first", "other")
    )
    workers = shares[shares.constituency == "petrograd_workers"]
    expected = workers.groupby("date")["private_BO"].median()
    np.testing.assert_allclose(found["middle"], expected)
    assert set(found["days"]) == {1.0}
    scores = pd.read_parquet(results / "outputs" / "first" / "scores.parquet")
    assert found["n"] == [scores.unit.str.startswith("share").sum()]
    last = [
        t[(t.day == t.day.max()) & (t.constituency == "petrograd_workers")].set_index("replicate")
        for t in (shares, other)
    ]
    np.testing.assert_allclose(found["gain"], last[0].private_BO - last[1].private_BO)
    assert np.abs(found["gain"]).max() > 0


def test_the_effects_of_the_sweep_are_those_of_pandas(results):
    table = "aggregate(effect ~ parameters.discredit, pairs, mean)$effect"
    found = run_r(blocks("tutorials/sweep.md"), results, {"effect": table})
    (path,) = results.rglob("runs.parquet")
    runs = pd.read_parquet(path)
    wide = runs.pivot_table(
        index=["parameters.discredit", "replicate"], columns="scenario",
        values="share.petrograd_workers.BO.0909",
    )  # fmt: skip
    effect = (wide["historical"] - wide["no_revolt"]).groupby("parameters.discredit").mean()
    np.testing.assert_allclose(found["effect"], effect)
