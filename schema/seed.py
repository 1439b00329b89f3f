"""The seed benchmark: the instances that Dynamic-SUPERB published in 2023, by name.

It is a closed list, like the training list: what came later is no part of it, wherever its data
are.
"""

from typing import Final

PUBLISHED_NAMES: Final = (
    "BirdSoundDetection_Warblrb10k",
    "ChordClassification_AcousticGuitarAndPiano",
    "EnvironmentalSoundClassification_ESC50-Animals",
    "EnvironmentalSoundClassification_ESC50-ExteriorAndUrbanNoises",
    "EnvironmentalSoundClassification_ESC50-HumanAndNonSpeechSounds",
    "EnvironmentalSoundClassification_ESC50-InteriorAndDomesticSounds",
    "EnvironmentalSoundClassification_ESC50-NaturalSoundscapesAndWaterSounds",
    "SpeechDetection_LJSpeech",
    "SpeechDetection_LibriSpeech-TestClean",
    "SpeechDetection_LibriSpeech-TestOther",
    "SpeechTextMatching_LJSpeech",
    "SpeechTextMatching_LibriSpeech-TestClean",
    "SpeechTextMatching_LibriSpeech-TestOther",
    "SpokenTermDetection_LJSpeech",
    "SpokenTermDetection_LibriSpeech-TestClean",
    "SpokenTermDetection_LibriSpeech-TestOther",
    "SpeechCommandRecognition_GoogleSpeechCommandsV1",
    "LanguageIdentification_VoxForge",
    "EnhancementDetection_LibriTTS-TestClean_WHAM",
    "NoiseDetection_LJSpeech_MUSAN-Gaussian",
    "NoiseDetection_VCTK-MUSAN-Gaussian",
    "NoiseDetection_LJSpeech_MUSAN-Music",
    "NoiseDetection_VCTK_MUSAN-Music",
    "NoiseDetection_LJSpeech_MUSAN-Noise",
    "NoiseDetection_VCTK_MUSAN-Noise",
    "NoiseDetection_LJSpeech_MUSAN-Speech",
    "NoiseDetection_VCTK_MUSAN-Speech",
    "NoiseSNRLevelPrediction_VCTK_MUSAN-Gaussian",
    "NoiseSNRLevelPrediction_VCTK_MUSAN-Music",
    "NoiseSNRLevelPrediction_VCTK_MUSAN-Noise",
    "NoiseSNRLevelPrediction_VCTK_MUSAN-Speech",
    "ReverberationDetection_LJSpeech_RirsNoises-LargeRoom",
    "ReverberationDetection_VCTK_RirsNoises-LargeRoom",
    "ReverberationDetection_LJSpeech_RirsNoises-MediumRoom",
    "ReverberationDetection_VCTK_RirsNoises-MediumRoom",
    "ReverberationDetection_LJSpeech_RirsNoises-SmallRoom",
    "ReverberationDetection_VCTK_RirsNoises-SmallRoom",
    "AccentClassification_AccentdbExtended",
    "DialogueEmotionClassification_DailyTalk",
    "EmotionRecognition_MultimodalEmotionlinesDataset",
    "HowFarAreYou_3DSpeaker",
    "StressDetection_MIRSD",
    "SpoofDetection_ASVspoof2015",
    "SpoofDetection_ASVspoof2017",
    "DialogueActClassification_DailyTalk",
    "IntentClassification_FluentSpeechCommands-Action",
    "IntentClassification_FluentSpeechCommands-Location",
    "IntentClassification_FluentSpeechCommands-Object",
    "SarcasmDetection_Mustard",
    "DialogueActPairing_DailyTalk",
    "SpeakerCounting_LibriTTS-TestClean",
    "SpeakerVerification_LibriSpeech-TestClean",
    "SpeakerVerification_VCTK",
    "MultiSpeakerDetection_LibriSpeech-TestClean",
    "MultiSpeakerDetection_VCTK",
)
"""The 55 names as the benchmark spells them: on its pages, in its score files, on the Hub."""

RENAMED: Final = {
    # A hyphen joins a subset to its dataset; here it joined two datasets, in one name of eight.
    "NoiseDetection_VCTK-MUSAN-Gaussian": "NoiseDetection_VCTK_MUSAN-Gaussian",
}
"""Published name to the name here, where they differ. Whatever reads old names reads this table."""


def name_here(published: str) -> str:
    """The full name, `<task>_<stem>`, under which this repository holds a published instance."""
    return RENAMED.get(published, published)


SEED_INSTANCES: Final = frozenset(map(name_here, PUBLISHED_NAMES))
"""The seed benchmark by the names of this repository."""
