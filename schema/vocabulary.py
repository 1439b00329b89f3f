"""The closed vocabularies: dimensions, outputs and metrics."""

from enum import StrEnum
from typing import Literal, NamedTuple, get_args

DimensionName = Literal[
    "content", "speaker", "semantics", "degradation", "paralinguistics", "audio"
]
"""The six dimensions of Dynamic-SUPERB (arXiv 2309.09510, section 3)."""

OutputType = Literal["classification", "multilabel", "number", "text", "audio"]

MetricName = Literal[
    "accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "exact_match", "mae", "rmse",
    "pearson", "spearman", "wer", "cer", "bleu", "chrf", "si_sdr", "stoi", "pesq",
]  # fmt: skip

DIMENSIONS: tuple[str, ...] = get_args(DimensionName)


class Direction(StrEnum):
    """Which end of a metric's range is the good one."""

    HIGHER = "higher is better"
    LOWER = "lower is better"


class Metric(NamedTuple):
    """A metric: what it means, its range (None: unbounded on that side), the outputs that it fits.

    `low` and `high` are in the metric's own unit: shares from 0 to 1, BLEU and chrF from 0 to 100
    as sacreBLEU prints them, SI-SDR in dB, PESQ in MOS-LQO (ITU-T P.862.1: 1.02 to 4.56).
    """

    name: MetricName
    title: str
    direction: Direction
    low: float | None
    high: float | None
    outputs: frozenset[OutputType]

    def admits(self, value: float) -> bool:
        """True if `value` lies in the metric's range, the ends included."""
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    @property
    def range(self) -> str:
        """The range in words, e.g. `0 to 1` or `at least 0`."""
        match self.low, self.high:
            case None, None:
                return "any number"
            case low, None:
                return f"at least {low:g}"
            case None, high:
                return f"at most {high:g}"
            case low, high:
                return f"{low:g} to {high:g}"


def _metric(
    name: MetricName, title: str, direction: Direction, low: float | None, high: float | None,
    *outputs: OutputType,
) -> Metric:  # fmt: skip
    return Metric(name, title, direction, low, high, frozenset(outputs))


_UP, _DOWN = Direction.HIGHER, Direction.LOWER
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _metric("accuracy", "accuracy", _UP, 0, 1, "classification"),
        _metric("balanced_accuracy", "balanced accuracy", _UP, 0, 1, "classification"),
        _metric("macro_f1", "macro-averaged F1", _UP, 0, 1, "classification", "multilabel"),
        _metric("micro_f1", "micro-averaged F1", _UP, 0, 1, "multilabel"),
        _metric("exact_match", "exact match", _UP, 0, 1, "multilabel", "text"),
        _metric("mae", "mean absolute error", _DOWN, 0, None, "number"),
        _metric("rmse", "root mean square error", _DOWN, 0, None, "number"),
        _metric("pearson", "Pearson correlation", _UP, -1, 1, "number"),
        _metric("spearman", "Spearman rank correlation", _UP, -1, 1, "number"),
        _metric("wer", "word error rate", _DOWN, 0, None, "text"),
        _metric("cer", "character error rate", _DOWN, 0, None, "text"),
        _metric("bleu", "BLEU", _UP, 0, 100, "text"),
        _metric("chrf", "chrF", _UP, 0, 100, "text"),
        _metric("si_sdr", "scale-invariant signal-to-distortion ratio", _UP, None, None, "audio"),
        _metric("stoi", "short-time objective intelligibility", _UP, -1, 1, "audio"),
        _metric("pesq", "perceptual evaluation of speech quality", _UP, 1, 4.65, "audio"),
    )
}


def metrics_for(output: str) -> list[str]:
    """The names of the metrics that fit an output type, in the order of the vocabulary."""
    return [name for name, metric in METRICS.items() if output in metric.outputs]
