"""allegiance: how workers, soldiers and their delegates changed party in Russia, 1917.

>>> import sim
>>> model = sim.historical(seed=1)
>>> model.step()
>>> round(model.share("petrograd_workers", "BO"), 1)
0.1
"""

from sim.historical import historical, historical_settings
from sim.model import RevolutionModel
from sim.parameters import Parameters
from sim.settings import ModelSettings
from sim.world import World, build_world

__all__ = [
    "ModelSettings",
    "Parameters",
    "RevolutionModel",
    "World",
    "build_world",
    "historical",
    "historical_settings",
]
