"""The model in Mesa's own viewer, for those who know it.

Not the class-room page (that is ``allegiance app``): a short start for one's own pictures.
It needs packages that allegiance does not install. In an environment of its own, beside
allegiance::

    pip install "mesa[rec]==3.3.1" "solara[assets]==1.30.1" "ipyvue<2" "ipyvuetify<2"
    pip install "uvicorn<0.36" "starlette<0.50"
    solara run examples/solara_viz.py

These are versions with which it was opened, stepped and played in Chromium on Python 3.11,
without a network. With uvicorn 0.54 or starlette 1.10, which the extra ``[app]`` may bring, this
solara did not start: hence the environment of its own.

Mesa's viewer fetches parts of its page from a network unless ``solara[assets]`` is installed,
and a module-level model is shared by every tab that is open.
"""

from __future__ import annotations

from typing import Any

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

import sim
from sim.calendar_os import N_DAYS

PLACE = "petrograd_workers"


class Revolution(sim.RevolutionModel):  # type: ignore[misc]
    """The historical model with the one parameter that the viewer's slider sets.

    Parameters
    ----------
    seed : int
        Seed of the replicate.
    discredit : float
        Effect of the revolt of August, see :class:`sim.Parameters`.
    """

    def __init__(self, seed: int = 1917, discredit: float = 2.0) -> None:
        super().__init__(sim.historical_settings(), sim.Parameters(discredit=discredit), seed=seed)


@solara.component  # type: ignore[untyped-decorator]
def shares(model: Revolution) -> Any:
    """Draw the shares of the parties in one place, up to today."""
    update_counter.get()
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots()
    parties = model.world.settings.party
    ids = model.record.parties
    if model.day:
        axes.stackplot(
            range(model.day),
            model.record.shares(PLACE).T,
            labels=[parties[name].title for name in ids],
            colors=[parties[name].colour for name in ids],
        )
        axes.legend(loc="upper left", fontsize=7)
    axes.set(xlim=(0, N_DAYS), ylim=(0, 1), title=f"{PLACE}, {model.date} (Old Style)")
    solara.FigureMatplotlib(figure)


page = SolaraViz(
    Revolution(),
    components=[shares],
    model_params={"seed": 1917, "discredit": Slider("Effect of the revolt", 2.0, 0.0, 5.0, 0.1)},
    name="1917",
)
"""What ``solara run`` shows."""
