"""One person of the plain model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import mesa
import numpy as np

from experiments.plain_mesa.groups import Unit, at_rest, pick
from sim.streams import Decision

if TYPE_CHECKING:
    from experiments.plain_mesa.model import PlainModel


class PersonAgent(mesa.Agent):  # type: ignore[misc]
    """One person: private allegiance, ideal point, threshold of fear, exposure, whereabouts.

    Parameters
    ----------
    model : PlainModel
        Where the person lives.
    row : int
        Id of the same person in the array model.
    unit : Unit
        Where the person works or serves.
    """

    def __init__(self, model: PlainModel, row: int, unit: Unit) -> None:
        super().__init__(model)
        self.row = row
        self.unit = unit
        self.present = True
        self.exposure = 0.0
        self.bring_along()
        inertia = model.settings.constants.choice.inertia
        weights = [math.exp(b + self.agreement(k)) for k, b in enumerate(unit.place.intercept)]
        self.allegiance = pick(at_rest(weights, inertia), self.luck(Decision.INITIAL_ALLEGIANCE))

    def luck(self, decision: Decision) -> float:
        """Return today's draw of this person for a decision."""
        return cast("float", self.model.luck(decision)[self.row])

    def bring_along(self) -> None:
        """Draw what a person brings along: an ideal point and a threshold of fear."""
        u_1, u_2 = self.luck(Decision.IDEAL_POINT_1), self.luck(Decision.IDEAL_POINT_2)
        radius = self.model.ideal_sd * math.sqrt(-2 * math.log(1 - u_1))
        x, y = radius * math.cos(2 * math.pi * u_2), radius * math.sin(2 * math.pi * u_2)
        u = self.luck(Decision.FEAR_THRESHOLD)
        fear = 0.5 - math.sin(math.asin(1 - 2 * u) / 3)  # the quantile of Beta(2, 2)
        # The array model keeps these in four bytes each, and so must who is to agree with it.
        self.ideal = (float(np.float32(x)), float(np.float32(y)))
        self.fear = float(np.float32(fear))

    def agreement(self, party: int) -> float:
        """Return the weighted product of ideal point and position."""
        ell, agrarian = self.model.weighted_position[party]
        return cast("float", self.ideal[0] * ell + self.ideal[1] * agrarian)

    def live(self) -> None:
        """Live a day (E7 to E11, E13, E14) and be counted in the evening."""
        if not self.present:
            return
        unit = self.unit
        place = unit.place
        if self.luck(Decision.TURNOVER) < place.turnover:
            self.allegiance = pick(self.model.entrants(place), self.luck(Decision.ENTRANT))
            self.exposure = 0.0
            self.bring_along()
        elif self.luck(Decision.DESERTION) < place.desertion:
            self.present = False
            place.villages[self.allegiance] += 1
            return
        else:
            mobilised = self.allegiance == self.model.united
            if self.luck(Decision.RECONSIDERATION) < place.hazard:
                self.choose()
            if not mobilised and self.luck(Decision.JOINT_ACTION) < unit.act_together:
                step = self.model.settings.constants.united_front.step
                self.exposure = min(self.exposure + step, 1.0)
        unit.private_count[self.allegiance] += 1
        unit.public_count[self.expressed()] += 1
        self.exposure *= self.model.fading

    def choose(self) -> None:
        """Draw a party from the multinomial logit over utilities (E7, E9)."""
        model = self.model
        weights = []
        for k, shared in enumerate(self.unit.utility):
            utility = shared + self.agreement(k)
            if self.exposure > 0:
                utility += 2 * model.parameters.discredit * self.exposure * model.joint_gain[k]
                utility += model.cleared[k]
            if k == self.allegiance:
                utility += model.settings.constants.choice.inertia
            weights.append(math.exp(utility))
        self.allegiance = pick(weights, self.luck(Decision.CHOICE))

    def expressed(self) -> int:
        """Return the allegiance shown: none, where repression exceeds the threshold (E11)."""
        silent = self.model.stigmatised[self.allegiance] and self.unit.silence > self.fear
        return cast("int", self.model.non_party) if silent else self.allegiance
