"""Seen and unseen follow from the training list, whose names fold task and variant together."""

import pytest

from schema.training import EXCEPTIONS, SEEN, TRAINING_SETS, is_seen, pair_of


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("SpeechDetection_Aishell1Train", ("SpeechDetection", None)),
        ("NoiseDetectionGaussian_VoxcelebMusan", ("NoiseDetection", "Gaussian")),
        (
            "NoiseSNRLevelPredictionGaussian_VoxcelebMusan",
            ("NoiseSNRLevelPrediction", "Gaussian"),
        ),
        (
            "ReverberationDetectionSmallRoom_VoxcelebRirsNoises",
            ("ReverberationDetection", "SmallRoom"),
        ),
        ("EnhancementDetection_LibrittsTrainClean360Wham", ("EnhancementDetection", None)),
        ("SpoofDetection_Asvspoof2017", ("SpoofDetection", None)),
    ],
)
def test_a_name_of_the_list_is_taken_apart(name: str, pair: tuple[str, str | None]) -> None:
    assert pair_of(name) == pair


def test_the_list_names_23_sets_of_13_pairs() -> None:
    assert len(set(TRAINING_SETS)) == 23
    assert len(set(map(pair_of, TRAINING_SETS))) == 13


def test_one_pair_is_seen_against_the_list() -> None:
    assert set(EXCEPTIONS) == {("EmotionRecognition", None)}
    assert SEEN - set(map(pair_of, TRAINING_SETS)) == set(EXCEPTIONS)


@pytest.mark.parametrize(
    ("task", "variant", "seen"),
    [
        ("NoiseDetection", "Gaussian", True),
        ("NoiseDetection", "Music", False),
        ("NoiseDetection", None, False),
        ("ReverberationDetection", "LargeRoom", False),
        ("SpeakerVerification", None, True),
        ("MultiSpeakerDetection", None, False),
        ("EmotionRecognition", None, True),
        ("NoSuchTask", None, False),
    ],
)
def test_a_pair_is_seen_or_not(task: str, variant: str | None, seen: bool) -> None:
    assert is_seen(task, variant) is seen
