"""Metrics by old names, and the kind of answer that metrics and labels speak of."""

import re
from collections.abc import Sequence

from schema.vocabulary import METRICS, metrics_for
from validators.adoption.notes import Notebook
from validators.newtask.collect import guess_output
from validators.words import did_you_mean

KINDS = ("classification", "multilabel", "number", "text", "audio")
OTHER_NAMES = {
    "acc": "accuracy", "word_error_rate": "wer", "character_error_rate": "cer",
    "char_error_rate": "cer", "mean_absolute_error": "mae", "root_mean_squared_error": "rmse",
    "root_mean_square_error": "rmse", "pearson_correlation": "pearson", "pcc": "pearson",
    "pearson_correlation_coefficient": "pearson", "spearman_correlation": "spearman",
    "spearman_rank_correlation": "spearman", "sacrebleu": "bleu", "sisdr": "si_sdr",
    "f1_macro": "macro_f1", "f1_micro": "micro_f1",
}  # fmt: skip
"""Names that can mean one metric only. "F1", "SDR" and "MSE" are none of them."""


def metric_here(written: str) -> str | None:
    """The metric of our vocabulary that a name means, or None."""
    key = "_".join(re.findall(r"[a-z0-9]+", written.lower()))
    return key if key in METRICS else OTHER_NAMES.get(key)


def metrics(written: Sequence[str], notes: Notebook) -> list[str]:
    """The metrics that are known here, each once."""
    found: list[str] = []
    for name in written:
        known = metric_here(name)
        if known is None:
            near = did_you_mean(name, METRICS)
            notes.add(
                "metric-unknown",
                f'"{name}" is left out' + (f"; did it mean {near}?" if near else ""),
            )
        elif known not in found:
            found.append(known)
            if known != name:
                notes.add("metric-renamed", f'"{name}" is called "{known}" here')
    return found


def answer(known: Sequence[str], values: Sequence[str], notes: Notebook) -> str:
    """The output's type: what the metrics measure, else what the labels look like.

    Where both speak and disagree, the metrics decide, as scores were made with them.
    """
    kinds = [kind for kind in KINDS if known and set(known) <= set(metrics_for(kind))]
    guess, why = guess_output(values, "label", audio=False)
    if not kinds:
        notes.add("output", f"{guess}: {why}")
        return guess
    kind = guess if guess in kinds else kinds[0]
    by = ", ".join(known)
    notes.add("output", f"{kind}: {by} measures it")
    return kind


def metric_fits(known: Sequence[str], kind: str, values: Sequence[str], notes: Notebook) -> None:
    """Note labels that look like another kind of answer; for where no options are listed."""
    guess, _ = guess_output(values, "label", audio=False)
    few_rows = guess == "text" and not len(set(values)) > len(values) / 2 >= 5
    if known and values and guess != kind and not few_rows:
        by = ", ".join(known)
        notes.add("metric-does-not-fit", f"{by} measures {kind}; the labels look like {guess}")
