"""The published training list: what a model of the benchmark may have been trained on.

Seen or unseen is never typed. It is a property of a pair of task and variant, and follows from this
list.
"""

from typing import Final

Pair = tuple[str, str | None]
"""A task and its variant; None where it has none."""

VARIANTS: Final = ("Gaussian", "Music", "Noise", "Speech", "SmallRoom", "MediumRoom", "LargeRoom")
"""The variants that the benchmark counts as tasks of their own, as the list folds them in."""

TRAINING_SETS: Final = (
    "SpeechDetection_Aishell1Train",
    "SpeechDetection_LibrispeechTrainClean100",
    "SpeechDetection_Tedlium2Train",
    "SpeechDetection_Voxceleb1Train",
    "SpeechTextMatching_LibrispeechTrainClean100",
    "SpeechTextMatching_LibrispeechTrainClean360",
    "SpeechTextMatching_Tedlium2Train",
    "SpokenTermDetection_LibrispeechTrainClean100",
    "SpokenTermDetection_Tedlium2Train",
    "EnhancementDetection_LibrittsTrainClean360Wham",
    "NoiseDetectionGaussian_VoxcelebMusan",
    "NoiseSNRLevelPredictionGaussian_VoxcelebMusan",
    "ReverberationDetectionSmallRoom_VoxcelebRirsNoises",
    "DialogueEmotionClassification_DailyTalk",
    "SpoofDetection_ASVspoof2015",
    "SpoofDetection_Asvspoof2017",
    "DialogueActClassification_DailyTalk",
    "DialogueActPairing_DailyTalk",
    "SpeakerCounting_LibrittsTrainClean100",
    "SpeakerVerification_Aishell1Train",
    "SpeakerVerification_LibrispeechTrainClean100",
    "SpeakerVerification_Tedlium2Train",
    "SpeakerVerification_Voxceleb1Train",
)
"""The 23 sets of Dynamic-SUPERB-Train, as the code of the original baselines names them: the task
with its variant, an underscore, the corpora."""

EXCEPTIONS: Final[dict[Pair, str]] = {
    ("EmotionRecognition", None): "the published leaderboard counts it as seen, although no set of "
    "the training list is one of emotion recognition",
}
"""Pairs that count as seen against the list, and why."""


def pair_of(training_set: str) -> Pair:
    """The task and variant of a set: `NoiseDetectionGaussian_…` is NoiseDetection, Gaussian."""
    folded = training_set.partition("_")[0]
    for variant in VARIANTS:
        if folded.endswith(variant):
            return folded.removesuffix(variant), variant
    return folded, None


SEEN: Final = frozenset({*map(pair_of, TRAINING_SETS), *EXCEPTIONS})
"""The pairs that were trained on."""


def is_seen(task: str, variant: str | None = None) -> bool:
    """True if the benchmark's models may have been trained on the task in this variant."""
    return (task, variant) in SEEN
