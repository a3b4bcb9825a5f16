"""Posteriors without some of the figures, from simulations that exist already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.bank import Bank
from calibration.inference import Sample, infer, prepare
from calibration.observation import OperatorSet
from calibration.prior import Prior
from calibration.summary import documented_features, feature_owner, simulated_features

KEPT_AT_LEAST = 100


@dataclass(frozen=True)
class Refitter:
    """A bank at points of the whole prior, with its drawn records.

    The bank must not have been narrowed by history matching: that would carry figures that
    a refit may not see.

    Attributes
    ----------
    operators : OperatorSet
        Of all training figures, in the order of the bank.
    scores : ndarray of float64, shape (n_rows, n_parameters)
        Standard scores of the rows.
    features : ndarray of float64, shape (n_rows, n_features)
        Of their drawn records.
    """

    operators: OperatorSet
    scores: NDArray[np.float64]
    features: NDArray[np.float64]

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
        n = len(self.scores)
        kept = min(n - 1, max(KEPT_AT_LEAST, n // 10))
        return infer(prepare(self.features[:, use], self.scores, kept), documented_features(seen))


def refitter(bank: Bank, operators: OperatorSet, prior: Prior, seed: int) -> Refitter:
    """Draw the records of a bank's rows, to refit from."""
    features = simulated_features(operators, bank.fitted, bank.values, seed)
    return Refitter(operators, prior.scores(bank.values), features)
