"""The parameters that calibration infers, with the symbols of the model description."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sim.checks import Settings, require_between


@dataclass(frozen=True)
class Parameters(Settings):
    """One parameter set of the model. The defaults are the prior medians.

    Attributes
    ----------
    reconsideration_per_day : float
        Rate at which a person reconsiders on an ordinary day, 1/day (lambda_0).
    grievance_weight : float
        Weight of unmet demands in the choice, logit (Gamma).
    contact_weight : float
        Weight of contact with agitators, logit (alpha).
    discredit : float
        Loss of standing of the governing parties by the revolt, and half the gain of
        those who resisted it beside the speaker's own unit, logit (kappa).
    stigma_weight : float
        Weight of the slander of July, logit (sigma_S).
    renewal_per_day : float
        Renewal rate of soviet mandates, 1/day (rho).
    responsiveness : float
        How far delegates follow their own base in a vote, logit (eta).
    demobilisation : float
        How far fatigue keeps supporters from the ballot (zeta).
    social_influence : float
        Weight of the visible shares in one's unit and place, logit (J).
    repression_weight : float
        Weight of repression, signed by the tide, logit (phi).
    """

    reconsideration_per_day: float = 0.03
    grievance_weight: float = 3.0
    contact_weight: float = 2.5
    discredit: float = 2.0
    stigma_weight: float = 0.5
    renewal_per_day: float = 1 / 90
    responsiveness: float = 1.0
    demobilisation: float = 1.3
    social_influence: float = 0.5
    repression_weight: float = 0.4

    def __post_init__(self) -> None:
        """Refuse values that no run could mean."""
        for name, (low, high) in BOUNDS.items():
            require_between(f"parameters.{name}", getattr(self, name), low, high, REMEDY)

    def as_dict(self) -> dict[str, float]:
        """Return the values by name, in declared order."""
        return asdict(self)


REMEDY = "These are limits of meaning, wider than any prior (configs/prior)."

BOUNDS: dict[str, tuple[float, float]] = {
    "reconsideration_per_day": (0.0, 1.0),
    "grievance_weight": (0.0, 20.0),
    "contact_weight": (0.0, 20.0),
    "discredit": (0.0, 20.0),
    "stigma_weight": (0.0, 20.0),
    "renewal_per_day": (0.0, 1.0),
    "responsiveness": (0.0, 20.0),
    "demobilisation": (0.0, 20.0),
    "social_influence": (0.0, 20.0),
    "repression_weight": (-20.0, 20.0),
}

PARAMETER_NAMES = tuple(item.name for item in fields(Parameters))

SYMBOLS = {
    "reconsideration_per_day": "λ0",
    "grievance_weight": "Γ",
    "contact_weight": "α",
    "discredit": "κ",
    "stigma_weight": "σ_S",
    "renewal_per_day": "ρ",
    "responsiveness": "η",
    "demobilisation": "ζ",
    "social_influence": "J",
    "repression_weight": "φ",
}
