"""The shipped posterior: parameter sets to run from, with what is needed to make them again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from calibration.error_model import ErrorModel
from calibration.prior import NAMES, error_model_of, model_parameters
from sim.parameters import Parameters

SHIPPED = Path(__file__).parent / "posterior" / "posterior.parquet"


class PosteriorError(ValueError):
    """A posterior that is not there or cannot be read."""


def posterior_values(path: Path | None = None) -> NDArray[np.float64]:
    """Return the draws of a posterior, shape (n_draws, n_parameters).

    Parameters
    ----------
    path : Path or None
        A file written by ``allegiance calibrate``; the shipped one if ``None``.

    Returns
    -------
    ndarray of float64
        Columns in the order of ``calibration.prior.NAMES``; rows weigh alike.

    Raises
    ------
    PosteriorError
        If the file is missing, unreadable, or lacks a parameter.
    """
    path = path or SHIPPED
    if not path.is_file():
        raise PosteriorError(
            f"there is no posterior at {path.name}. Run `allegiance calibrate`, or set "
            "parameter_source=medians."
        )
    try:
        table = pq.read_table(path)
    except Exception as error:
        raise PosteriorError(f"{path.name} is not a readable Parquet file: {error}") from error
    missing = [name for name in NAMES if name not in table.column_names]
    if missing:
        raise PosteriorError(
            f"{path.name} lacks {', '.join(missing)}. Run `allegiance calibrate` again."
        )
    columns = [np.asarray(table.column(name).to_numpy(), dtype=np.float64) for name in NAMES]
    return np.stack(columns, axis=1)


@dataclass(frozen=True)
class Posterior:
    """A posterior sample; its rows weigh alike.

    Attributes
    ----------
    values : ndarray of float64, shape (n_draws, n_parameters)
        Columns in the order of ``calibration.prior.NAMES``.
    """

    values: NDArray[np.float64]

    def draws(self, n: int, seed: int) -> list[Parameters]:
        """Return parameter sets of the model: rows in a shuffled order, again if too few.

        The order depends on the seed alone, so that the first sets of a longer list are
        those of a shorter one.
        """
        order = np.random.default_rng(seed).permutation(len(self.values))
        return [model_parameters(self.values[order[i % len(order)]]) for i in range(n)]

    def medians(self) -> Parameters:
        """Return the parameter set of the median of each parameter.

        For a single illustrative run; an ensemble draws whole rows, which keep what the
        parameters have to do with each other.
        """
        return model_parameters(np.median(self.values, axis=0))

    def error_model(self) -> ErrorModel:
        """Return the error model at the posterior medians of its correlations."""
        return error_model_of(np.median(self.values, axis=0))


def posterior_available() -> bool:
    """Return whether this installation carries a posterior."""
    return SHIPPED.is_file()


def load_posterior(path: Path | None = None) -> Posterior:
    """Read a posterior; see :func:`posterior_values`."""
    return Posterior(posterior_values(path))
