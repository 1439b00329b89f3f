"""How far reviewers agree: coefficients by libraries, intervals by bootstrap over the examples."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from agreement.metrics import gwets_gamma, observed_agreement
from krippendorff import alpha as krippendorffs_alpha

from schema.review import Estimate

Ratings = npt.NDArray[np.float64]
"""Shape (examples, reviewers); NaN where a reviewer did not rate an example."""

RESAMPLES: Final = 2_000
LEVEL: Final = 0.95
_SEED: Final = 0


def percent_agreement(ratings: Ratings, resamples: int = RESAMPLES) -> Estimate:
    """Share of equal pairs of ratings of the same example, 0 to 1, averaged over examples."""
    return _estimate(
        ratings,
        lambda sample: float(observed_agreement(_counts(sample, ratings))),
        resamples,
    )


def gwets_ac1(ratings: Ratings, resamples: int = RESAMPLES) -> Estimate:
    """Gwet's AC1: agreement beyond chance that does not collapse where one answer prevails.

    Source: K. L. Gwet, Computing inter-rater reliability and its variance in the presence of high
    agreement, 2008, doi:10.1348/000711006X126600.
    """
    return _estimate(
        ratings,
        lambda sample: float(gwets_gamma(_counts(sample, ratings))),
        resamples,
    )


def ordinal_alpha(ratings: Ratings, resamples: int = RESAMPLES) -> Estimate:
    """Krippendorff's alpha for ordered ratings; undefined where all of them are the same.

    Source: K. Krippendorff, Content Analysis, 4th ed. 2018, chapter 12.
    """
    return _estimate(ratings, _alpha, resamples)


def _alpha(sample: Ratings) -> float:
    paired = sample[(~np.isnan(sample)).sum(axis=1) >= 2]
    if len(np.unique(paired[~np.isnan(paired)])) < 2:
        return float("nan")
    return float(krippendorffs_alpha(paired.T, level_of_measurement="ordinal"))


def _counts(sample: Ratings, ratings: Ratings) -> npt.NDArray[Any]:
    """How many reviewers gave each rating to each example; columns are the same in every sample."""
    values = np.unique(ratings[~np.isnan(ratings)])
    values = values if len(values) > 1 else np.append(values, -1)  # one more, that nobody gave
    return np.stack([(sample == value).sum(axis=1) for value in values], axis=1)


def _estimate(
    ratings: Ratings, coefficient: Callable[[Ratings], float], resamples: int
) -> Estimate:
    """The coefficient, and the percentiles of what resampled examples give for it.

    None where no example has two ratings. One that has a single rating still tells how common
    that rating is.
    """
    rated = ratings[(~np.isnan(ratings)).any(axis=1)]

    def of(sample: Ratings) -> float:
        paired = ((~np.isnan(sample)).sum(axis=1) >= 2).any()
        return coefficient(sample) if paired else float("nan")

    value = of(rated)
    if np.isnan(value):
        return Estimate(value=None, low=None, high=None)
    draw = np.random.default_rng(_SEED)
    drawn = draw.integers(len(rated), size=(resamples, len(rated)))
    resampled = np.array([of(rated[chosen]) for chosen in drawn])
    known = np.append(resampled[~np.isnan(resampled)], value)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Estimate(value=_rounded(value), low=_rounded(float(low)), high=_rounded(float(high)))


def _rounded(value: float) -> float:
    """To four digits: the last ones differ between machines, and mean nothing."""
    return round(value, 4) + 0.0


def table(rows: Sequence[Sequence[float | None]]) -> Ratings:
    """Ratings from a list of rows, one an example; None where there is no rating."""
    return np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=np.float64)
