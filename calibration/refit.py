"""Posteriors without some of the figures, from simulations that exist already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.bank import Bank
from calibration.inference import Sample, infer, prepare
from calibration.observation import OperatorSet
from calibration.prior import Prior
from calibration.summary import Records, documented_features, drawn_records, feature_owner

SHARE_KEPT_OF_PRIOR = 0.1
"""Less than where history matching has already narrowed the bank."""


@dataclass(frozen=True)
class Refitter:
    """A bank at points of the whole prior, with its drawn records.

    The bank must not have been narrowed by history matching: that would carry figures that
    a refit may not see.

    Attributes
    ----------
    operators : OperatorSet
        Of all training figures, in the order of the bank.
    records : Records
        Drawn from the bank.
    """

    operators: OperatorSet
    records: Records

    def posterior(self, fitted: NDArray[np.bool_]) -> Sample:
        """Infer from some of the training figures; no simulation is needed.

        Parameters
        ----------
        fitted : ndarray of bool, shape (n_operators,)
            Which operators the fit sees.

        Returns
        -------
        Sample
            Documented values of the other operators have no part in it.
        """
        use = fitted[feature_owner(self.operators)]
        seen = OperatorSet(
            tuple(o for o, yes in zip(self.operators.operators, fitted, strict=True) if yes),
            (),
            (),
        )
        fit = prepare(self.records.seeing(use), SHARE_KEPT_OF_PRIOR)
        return infer(fit, documented_features(seen))


def refitter(bank: Bank, operators: OperatorSet, prior: Prior, seed: int) -> Refitter:
    """Draw the records of a bank's rows, to refit from."""
    scores = prior.scores(bank.values)
    return Refitter(operators, drawn_records(operators, bank.fitted, scores, prior, seed))
