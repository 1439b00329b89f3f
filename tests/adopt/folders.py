"""Tasks of the original layout, made from what reviewers asked for: one literal entry a folder.

Nothing is taken from real folders; the faults are those of the requests, the words are ours.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.flawless import noise
from tests.sounds import encode

Rows = list[dict[str, Any]]
FILE = "instance.json"


@dataclass(frozen=True)
class Old:
    """An old task: the request that it is made from, its files, its exported rows."""

    pr: int
    task: str
    instances: Mapping[str, Mapping[str, Any] | str]
    """Folder (`.`: the task's own) to what instance.json says, or its raw text."""
    contradictions: tuple[str, ...]
    """What adopt has to find, as `code` or `instance: code`, sorted."""
    readme: str = "# Task\n"
    exports: Mapping[str, Rows] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    clips: tuple[str, ...] = ()
    made: bool = True
    """Whether a folder can be made of it."""


def commit(number: int) -> str:
    """A commit that no dataset has."""
    return f"{number:040x}"


def says(name: str, number: int, /, **fields: object) -> dict[str, Any]:
    """A whole instance.json; None leaves a field out."""
    whole: dict[str, Any] = {
        "name": name,
        "description": "Say what is heard in the clip.",
        "keywords": ["speech"],
        "metrics": ["accuracy"],
        "path": f"DynamicSuperb/{name}",
        "version": commit(number),
    }
    return {key: value for key, value in (whole | fields).items() if value is not None}


def rows(
    labels: Sequence[object], instructions: Sequence[str], count: int = 40, **others: Sequence[Any]
) -> Rows:
    """So many rows, in which labels, instructions and further columns take turns."""
    return [
        {"file": f"clip-{n:03}", "audio": f"{n:03}.wav"}
        | {name: values[n % len(values)] for name, values in others.items()}
        | {"instruction": instructions[n % len(instructions)], "label": labels[n % len(labels)]}
        for n in range(count)
    ]


def without(table: Rows, *columns: str) -> Rows:
    """The rows without some columns."""
    return [{name: cell for name, cell in row.items() if name not in columns} for row in table]


def renamed(table: Rows, names: Mapping[str, str]) -> Rows:
    """The rows with other names of columns."""
    return [{names.get(name, name): cell for name, cell in row.items()} for row in table]


def readme(title: str, data: str = "") -> str:
    """A README.md as most were."""
    about = data or "The clips were taken from a corpus of recordings, a few of every kind."
    return (
        f"# {title}\n\nSay what you hear.\n\n## Task Objective\n\nListening to a recording "
        "matters to whoever cannot look at what made the sound.\n\n## Datasets\n\nThe corpus was "
        f"recorded in rooms and streets. {about}\n\n## Evaluation Metrics\n\nAccuracy.\n"
    )


YES_NO = ("Is it so? The answer could be yes or no.", "Answer with no or yes: is it so?")
PITCHES = [f"note {number}" for number in range(31)]
URBAN = ["air_conditioner", "car_horn", "children_playing", "dog_bark", "door or wood knock"]
URBAN_ASKED = (
    "Which sound is it? The answer could be air conditioner, car horn, children playing, dog bark, "
    "or door or wood knock.",
    'Choose from "air_conditioner", "car_horn", "children_playing", "dog_bark" or "door or wood '
    'knock".',
)
SINGLE = ("Which mood is it? The answer could be calm, tense, or sad.",)


OLD: tuple[Old, ...] = (
    Old(
        20, "EnvironmentalSoundClassification",
        {"EnvironmentalSoundClassification_UrbanSound8K":
            says("EnvironmentalSoundClassification_UrbanSound8K", 20)},
        (),
        readme=readme("Environmental sound classification"),
        exports={"EnvironmentalSoundClassification_UrbanSound8K": rows(URBAN, URBAN_ASKED)},
    ),
    Old(
        22, "SingerVerification",
        {"SingerVerification_M4Singer": says("SingerVerification_M4Singer", 22),
         "SingerCounting_M4Singer": says("SingerCounting_M4Singer", 22)},
        ("SingerCounting_M4Singer: commit-of-two-datasets",
         "SingerCounting_M4Singer: foreign-instance",
         "SingerVerification_M4Singer: commit-of-two-datasets"),
        readme=readme("Singer verification"),
        exports={"SingerVerification_M4Singer": rows(("yes", "no"), YES_NO, audio2=("b.wav",)),
                 "SingerCounting_M4Singer": rows((1, 2, 3), ("How many singers: 1, 2, or 3?",))},
    ),
    Old(
        24, "VocalSoundRecognition",
        {"VocalSound": says("VocalSound", 24, version=commit(24) + "0" * 24)},
        ("VocalSound: dataset-not-named", "VocalSound: task-and-instance-differ",
         "VocalSound: version-64-digits"),
        readme=readme("Vocal sound recognition"),
        exports={"VocalSound": rows(("cough", "sigh"), ("Is this a cough or a sigh? Choose cough "
                                                        "or sigh.",))},
    ),
    Old(
        30, "PhonemeSegmentCounting",
        {"PhonemeSegmentCounting_TIMIT": says("PhonemeSegmentCounting_TIMIT", 30)},
        ("PhonemeSegmentCounting_TIMIT: metric-does-not-fit",
         "PhonemeSegmentCounting_TIMIT: options-missing"),
        readme=readme("Phoneme segment counting"),
        exports={"PhonemeSegmentCounting_TIMIT":
                 rows(range(20, 40), ("How many phonemes are spoken?",))},
    ),
    Old(
        58, "SpeechCommandRecognition",
        {"SpeechCommandRecognition_AudioMNIST": '{\n  "name": "SpeechCommandRecognition_AudioMNIST"'
         '\n  "path": "DynamicSuperb/SpeechCommandRecognition_AudioMNIST"\n}\n'},
        ("SpeechCommandRecognition_AudioMNIST: unreadable-file", "no-instance"),
        made=False,
    ),
    Old(
        62, "InstrumentPitchClassification",
        {"InstrumentPitchClassification_Nsynth":
            says("InstrumentPitchClassification_Nsynth", 62, version="7a6f3c2")},
        ("InstrumentPitchClassification_Nsynth: labels-in-readme-differ",
         "InstrumentPitchClassification_Nsynth: version-short"),
        readme=readme("Instrument pitch classification",
                      f"The pitches are {', '.join(PITCHES[:30])} and note 99."),
        exports={"InstrumentPitchClassification_Nsynth": renamed(
            rows(PITCHES, ("Which pitch is played? The answer could be "
                           f"{', '.join(PITCHES[:30])}, or {PITCHES[30]}.",), 62),
            {"file": "file_name"})},
    ),
    Old(
        96, "MusicGenreClassification",
        {"MusicGenreClassification_FMA": says("MusicGenreClassification_FMA", 96, description="",
                                              keywords="")},
        ("MusicGenreClassification_FMA: missing-key", "readme-missing"),
        readme=" \n",
        exports={"MusicGenreClassification_FMA": [
            row | {"file": n} for n, row in enumerate(
                rows(("Rock", "Hip-Hop"), ("Is it rock or hip-hop?", "Rock or Hip-Hop?")))]},
    ),
    Old(
        98, "CatEmotionClassification",
        {"CatEmotionClassification": says("CatEmotionClassification", 98)},
        ("CatEmotionClassification: dataset-not-named",
         "CatEmotionClassification: options-without-rows"),
        readme=readme("Cat emotion classification"),
        exports={"CatEmotionClassification": rows(
            ("angry", "happy"), ("The emotion could be angry, happy, paining, or resting.",))},
    ),
    Old(
        124, "SpeechEmotionCaption",
        {"SpeechEmotionCaption_EMOSpeech_Test": says(
            "SpeechEmotionCaption_EMOSpeech_Test", 124, metrics=["BLEU", "METEOR", "ROUGE-L"])},
        ("SpeechEmotionCaption_EMOSpeech_Test: metric-unknown",
         "SpeechEmotionCaption_EMOSpeech_Test: metric-unknown",
         "SpeechEmotionCaption_EMOSpeech_Test: subset-after-underscore"),
        readme=readme("Speech emotion caption"),
        exports={"SpeechEmotionCaption_EMOSpeech_Test": rows(
            [f"A voice says sentence {n} calmly." for n in range(40)],
            ("Describe the emotion in a sentence.",))},
    ),
    Old(
        126, "Code-switchSpeechRecognition",
        {"Code-switchSpeechRecognition_NTUML2021": says(
            "Code-switchSpeechRecognition_NTUML2021", 126, metrics=["mer"])},
        ("Code-switchSpeechRecognition_NTUML2021: metric-unknown",),
        readme=readme("Code switch speech recognition"),
        exports={"Code-switchSpeechRecognition_NTUML2021": rows(
            [f"sentence number {n}" for n in range(40)], ("Write down what is said.",))},
    ),
    Old(
        156, "MultichannelSoundEventUnderstanding",
        {"MultichannelSoundEventUnderstanding_STARSS23": says(
            "MultichannelSoundEventUnderstanding_STARSS23", 156, dimension="audio")},
        ("MultichannelSoundEventUnderstanding_STARSS23: data-not-read",
         "MultichannelSoundEventUnderstanding_STARSS23: unknown-key", "stray-file"),
        readme=readme("Multichannel sound event understanding"),
        files={"MultichannelSoundEventUnderstanding_STARSS23/README.md": ""},
    ),
    Old(
        168, "PoSEstimation",
        {"PoSEstimation_LibriTTS-PoS": says("PoSEstimation_LibriTTS-PoS", 168, metrics=["wer"]),
         "PoSEstimation_LibriTTS-PoSWithTranscription": says(
             "PoSEstimation_LibriTTS-PoSWithTranscription", 168, metrics=["wer", "cer"])},
        ("PoSEstimation_LibriTTS-PoS: commit-of-two-datasets",
         "PoSEstimation_LibriTTS-PoSWithTranscription: commit-of-two-datasets",
         "several-values"),
        readme=readme("PoS estimation"),
        exports={
            "PoSEstimation_LibriTTS-PoS": rows(
                [f"DT NN {n}" for n in range(40)], ("Tag each word.", "tag each word")),
            "PoSEstimation_LibriTTS-PoSWithTranscription": rows(
                [f"the DT dog NN {n}" for n in range(40)], ("Write and tag each word.",))},
    ),
    Old(
        170, "SpokenDigitArithmetic",
        {".": says("SpokenDigitArithmetic_AudioMNIST", 170)},
        ("misplaced-instance", "options-differ"),
        readme=readme("Spoken digit arithmetic"),
        exports={"SpokenDigitArithmetic_AudioMNIST": rows(
            (3, 5, 7, 9),
            ("What is the sum? Choose from 3, 5 and 7.", "What is the sum? Choose from 7, 9 and 3.",
             "Add the digits. The answer could be 5, 7, or 9."))},
    ),
    Old(
        180, "DeepFakeVoiceRecognition",
        {"DeepFakeVoiceRecognition_DEEP-VOICE": says(
            "", 180, name=None, version=None, path="DynamicSuperb/Deep Fake Voice Recognition")},
        ("DeepFakeVoiceRecognition_DEEP-VOICE: data-not-read",
         "DeepFakeVoiceRecognition_DEEP-VOICE: missing-key",
         "DeepFakeVoiceRecognition_DEEP-VOICE: path-unusable",
         "DeepFakeVoiceRecognition_DEEP-VOICE: version-missing"),
        readme=readme("Deep fake voice recognition"),
    ),
    Old(
        184, "EmotionClassificaitonInSongs",
        {"EmotionClassificationInSongs_EMOTIFY": says(
            "EmotionClassificationInSongs_EMOTIFY", 184, description="", keywords="")},
        ("EmotionClassificationInSongs_EMOTIFY: missing-key",
         "EmotionClassificationInSongs_EMOTIFY: options-unclear",
         "EmotionClassificationInSongs_EMOTIFY: task-and-instance-differ", "readme-title-differs"),
        readme=readme("Emotion classification in songs"),
        exports={"EmotionClassificationInSongs_EMOTIFY": rows(
            ("amazement", "solemnity"),
            ("Choose the emotion from amazement, solemnity, joy or calm.",))},
    ),
    Old(
        196, "CovidDetection",
        {"CovidDetection_Coswara": says("CovidDetection_Coswara", 196,
                                        path="DynamicSuperb/_Coswara")},
        ("CovidDetection_Coswara: data-not-read", "CovidDetection_Coswara: path-unusable"),
        readme=readme("Covid detection"),
    ),
    Old(
        202, "EmergencyTrafficDetection",
        {"EmergencyTrafficDetection_ETD": says(
            "EmergencyTrafficDetection_ETD", 202, path="", version="")},
        ("EmergencyTrafficDetection_ETD: missing-key",
         "EmergencyTrafficDetection_ETD: version-missing"),
        readme=readme("Emergency traffic detection"),
        files={"EmergencyTrafficDetection_ETD/data/metadata.csv":
               "file_name,instruction,label\n" + "".join(
                   f'{n}.wav,"Is there an emergency vehicle? Answer yes or no.",'
                   f"{('yes', 'no')[n % 2]}\n" for n in range(34))},
        clips=tuple(f"EmergencyTrafficDetection_ETD/data/{n}.wav" for n in range(34)),
    ),
    Old(
        206, "ConversationMatching",
        {"ConversationMatching_EnShortConversation": says(
            "ConversationMatching_EnShortConversation", 206, path="DynamicSuperb/EnShortChats",
            metrics="accuracy")},
        ("ConversationMatching_EnShortConversation: name-and-path-differ",
         "ConversationMatching_EnShortConversation: options-stand-twice",
         "ConversationMatching_EnShortConversation: wrong-type"),
        readme=readme("Conversation matching"),
        exports={"ConversationMatching_EnShortConversation": rows(
            ("yes", "no"), ("Yes or no: do the clips belong together? Answer yes or no.",),
            audio2=("b.wav",))},
    ),
    Old(
        216, "NonceWordDetection",
        {"NonceWordDetection_sWUGGY": says("NonceWordDetection_sWUGGY", 216)},
        ("NonceWordDetection_sWUGGY: column-missing",
         "NonceWordDetection_sWUGGY: labels-are-numbers",
         "NonceWordDetection_sWUGGY: options-missing"),
        readme=readme("Nonce word detection"),
        exports={"NonceWordDetection_sWUGGY": renamed(without(rows(
            (1, 2), ("Which word is real? Choose from the first, the second.",),
            audio2=("b.wav",)), "file"), {"audio": "audio1"})},
    ),
    Old(
        226, "AudioTagging",
        {"AudioTagging_AudioSet": says("AudioTagging_AudioSet", 226, metrics=["mAP"], keywords=[],
                                       description="")},
        ("AudioTagging_AudioSet: metric-unknown", "AudioTagging_AudioSet: missing-key"),
        readme=readme("Audio tagging"),
        exports={"AudioTagging_AudioSet": renamed(rows(
            (["Speech", "Dog"], ["Music"], ["Dog"]),
            ("Name every sound of these: Dog, Music, Speech.",)), {"label": "labels"})},
    ),
    Old(
        232, "EmotionChangeDetection",
        {"EmotionChangeDetection_Ravdess": says(
            "EmotionChangeDetection_Ravdess", 232, version="main",
            path="https://huggingface.co/datasets/DynamicSuperb/EmotionChangeDetection_Ravdess")},
        ("EmotionChangeDetection_Ravdess: options-missing",
         "EmotionChangeDetection_Ravdess: version-unusable"),
        readme=readme("Emotion change detection"),
        exports={"EmotionChangeDetection_Ravdess": rows(
            ("yes", "no"), ("Does the emotion change?", *YES_NO))},
    ),
    Old(
        238, "AgeClassification",
        {"AgeClassification_CommonVoiceCorpus-Test": says(
            "AgeClassification_CommonVoiceCorpus-Test", 238,
            path="DynamicSuperb/AgeClassification_CommonVoiceCorpus-Test ")},
        ("AgeClassification_CommonVoiceCorpus-Test: column-left-out", "readme-title-differs"),
        readme=readme("Task Name"),
        exports={"AgeClassification_CommonVoiceCorpus-Test": renamed(rows(
            ("teens", "twenties to thirties", "sixties"),
            ("How old? The answer could be teens, twenties to thirties, or sixties.",),
            label_2=("male", "female")), {"label": "label_1"})},
    ),
    Old(
        240, "SpeechExtraction",
        {"SpeechExtraction_VCTK": says(
            "SpeechExtraction_VCTK", 240, path="somebody/VCTK-extraction", metrics=["si-sdr"])},
        ("SpeechExtraction_VCTK: data-not-read", "SpeechExtraction_VCTK: name-and-path-differ"),
        readme=readme("Speech extraction"),
    ),
    Old(
        250, "ThirdToneSandhiRecognition",
        {".": says("ThirdToneSandhiRecognition", 250, metrics=[], keywords=None)},
        ("data-not-read", "dataset-not-named", "misplaced-instance", "missing-key",
         "readme-title-differs"),
        readme="# Task Name\n\n## Objective\n\nHear which tone a syllable has, as speakers "
        "change it before another one, which learners find hard.\n",
    ),
    Old(
        260, "AudioDeepFakeDetection",
        {"AudioDeepFakeDetection_LJSPeech": says("AudioDeepFakeDetection_LJSpeech", 260)},
        ("AudioDeepFakeDetection_LJSPeech: labels-not-in-options",
         "AudioDeepFakeDetection_LJSPeech: name-and-folder-differ"),
        readme=readme("Audio deep fake detection"),
        exports={"AudioDeepFakeDetection_LJSpeech": rows(
            ("real", "fake", "unknown"), ("Is the speech real or fake?",))},
    ),
    Old(
        262, "CodeSwitchingSpeechRecognition",
        {"CodeSwitchingSpeechRecognition_ASCEND": says(
            "CodeSwitchingSpeechRecognition_ASCEND", 262)},
        ("CodeSwitchingSpeechRecognition_ASCEND: file-ids-unfit",
         "CodeSwitchingSpeechRecognition_ASCEND: labels-are-numbers",
         "CodeSwitchingSpeechRecognition_ASCEND: options-missing"),
        readme=readme("Code switching speech recognition"),
        exports={"CodeSwitchingSpeechRecognition_ASCEND": [
            row | {"file": f"/home/me/clips/{n}.wav"} for n, row in enumerate(rows(
                (0, 1), ("Which is it? The answer could be English, Mandarin, or mixed.",)))]},
    ),
    Old(
        286, "Children_Song_Transcript_Verification",
        {"Children_Song_Transcript_Verification_CSD": says(
            "Children_Song_Transcript_Verification_CSD", 286)},
        ("Children_Song_Transcript_Verification_CSD: braces",),
        readme=readme("Children song transcript verification"),
        exports={"Children_Song_Transcript_Verification_CSD": [
            row | {"instruction": f'Does the child sing "{row["text"]}"? Say true or false. {{x}}'}
            for row in rows(("true", "false"), ("",),
                            text=("row your boat", "twinkle little star", "true or false"))]},
    ),
    Old(
        290, "SongSeparation",
        {"SongSeparation_SingSet": says("SongSeparation_SingSet", 290, metrics=["sdr"])},
        ("SongSeparation_SingSet: metric-unknown", ),
        readme=readme("Song separation"),
        exports={"SongSeparation_SingSet": rows(
            [f"/data/vocals/{n}.wav" for n in range(40)], ("Separate the voice from the band.",))},
    ),
)  # fmt: skip


def make(old: Old, root: Path) -> Path:
    """Write an old task's folder below `root`/old, and its exports into `root`/exports."""
    folder = root / "old" / old.task
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(old.readme, encoding="utf-8")
    for name, said in old.instances.items():
        (folder / name).mkdir(exist_ok=True)
        text = said if isinstance(said, str) else json.dumps(said, indent=4)
        (folder / name / FILE).write_text(text, encoding="utf-8")
    for path, text in old.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for number, path in enumerate(old.clips):
        (folder / path).write_bytes(encode(noise(number)))
    exports = root / "exports"
    exports.mkdir(exist_ok=True)
    for name, table in old.exports.items():
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table)
        (exports / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder
