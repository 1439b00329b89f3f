"""The recordings as one corpus: who speaks which prompt in which language, under which licence."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scripts.telephone_prompts import packages, sound, transcripts
from scripts.telephone_prompts.packages import Package
from scripts.telephone_prompts.prompts import DOUBTFUL, SPELLING

SOUNDS = "/usr/share/asterisk/sounds"
MUSIC = "/usr/share/asterisk/moh"
CORE = "1.6.1-1"

PHRASES_ARE_NOT = ("digits/", "letters/", "phonetic/", "silence/")

TRUSTED_RATE = (0.75, 1.35)
"""Characters a second of speech, relative to the voice's median: outside, the text is doubted."""


@dataclass(frozen=True)
class Voice:
    """One speaker in one language; `folder` is the package's name for it."""

    key: str
    folder: str
    language: str
    language_name: str
    speaker: str
    gender: str
    sounds: Package
    texts: Package | None
    cutoff: float | None = None
    """Hz below which a wandering DC offset is taken out, where the recording has one."""


VOICES = (
    Voice(
        key="en",
        folder="en_US_f_Allison",
        language="en-US",
        language_name="English",
        speaker="Allison Smith",
        gender="female",
        sounds=Package(
            "asterisk-core-sounds-en-wav",
            CORE,
            "2401147155c9256a4e4bcab75fe708f0202a43b533ca1badff731a43b4be6249",
        ),
        texts=Package(
            "asterisk-core-sounds-en",
            CORE,
            "7cd09212ae48619c404dc0e4977382b3e6700ac50d7d68e716850fb7393fb9ae",
        ),
    ),
    Voice(
        key="es",
        folder="es_MX_f_Allison",
        language="es-MX",
        language_name="Spanish",
        speaker="Allison Smith",
        gender="female",
        sounds=Package(
            "asterisk-core-sounds-es-wav",
            CORE,
            "395c70245cbe88e57264009e864f160ca833fda068994387d46ab78255bd08a0",
        ),
        texts=Package(
            "asterisk-core-sounds-es",
            CORE,
            "fef1fbe016b4e63ed5e6ab4974d9a466a1d238a78c3564422249da292a988eb5",
        ),
    ),
    Voice(
        key="fr",
        folder="fr_CA_f_June",
        language="fr-CA",
        language_name="French",
        speaker="June Wallack",
        gender="female",
        sounds=Package(
            "asterisk-core-sounds-fr-wav",
            CORE,
            "dfd210b6d9476ae97df3829bc07ef8331f9f6990a0170d51d52752dcf7f80fdb",
        ),
        texts=Package(
            "asterisk-core-sounds-fr",
            CORE,
            "ddaffc8727aa742d1ff7d9b26dedd90b1d88cc8e4d66e305dec0c45771fcf230",
        ),
    ),
    Voice(
        key="it",
        folder="it_IT_m_Carlo",
        language="it-IT",
        language_name="Italian",
        speaker="Carlo Flora",
        gender="male",
        sounds=Package(
            "asterisk-core-sounds-it-wav",
            CORE,
            "669a3f79caa05ed0d445ad65f2e7aacde6e5729ac957acd676b9c7c9dd2ad407",
        ),
        texts=Package(
            "asterisk-core-sounds-it",
            CORE,
            "db8edd25502f426396511b019d12942d2196b5b3721f4889c4f3f61d6f7f7d81",
        ),
    ),
    Voice(
        key="ru",
        folder="ru_RU_f_IvrvoiceRU",
        language="ru-RU",
        language_name="Russian",
        speaker="IvrvoiceRU",
        gender="female",
        sounds=Package(
            "asterisk-core-sounds-ru-wav",
            CORE,
            "e623b5a25744f0c03a3b2e0898e0509bc35226174f8e8ddb2209243577a3b0b6",
        ),
        texts=Package(
            "asterisk-core-sounds-ru",
            CORE,
            "205ed0eed7222e7c974ad3dd7ee323601fa9b71ad78e84751d622532bae8a588",
        ),
    ),
    Voice(
        key="menardi",
        folder="it_IT_f_Menardi",
        language="it-IT",
        language_name="Italian",
        speaker="Paola Dal Zot",
        gender="female",
        sounds=Package(
            "asterisk-prompt-it-menardi-wav",
            "1:1.4.22+mm20110907-3.1",
            "712dedf877ede700012c9b4e5a06180ee96fd8fa04a3abf1fb19ca810e3748ba",
        ),
        texts=None,
        cutoff=60.0,
    ),
)

OPSOUND = Package(
    "asterisk-moh-opsound-wav",
    "2.03-1.1",
    "bf64f6fd2463e575030f5d1f214e77c34fa2bff331aebcf35732f5cecfa03d09",
)


@dataclass(frozen=True, eq=False)
class Clip:
    """One prompt as a voice speaks it; `samples` have shape (samples,), 8 kHz, 16 bit."""

    voice: Voice
    prompt: str
    text: str | None
    samples: sound.Pcm

    @property
    def seconds(self) -> float:
        return len(self.samples) / sound.RATE

    @property
    def signal(self) -> sound.Signal:
        return sound.to_signal(self.samples)

    @property
    def reference(self) -> str:
        """The transcript of a clip that was chosen for having one."""
        if self.text is None:
            raise ValueError(f"{self.voice.key}: no transcript of {self.prompt}")
        return self.text

    @cached_property
    def rate(self) -> float:
        """Characters of text a second, from the first active frame to the last."""
        active = sound.active_frames(self.signal)
        frames = int(active[-1] - active[0]) + 1
        return len(self.reference) * sound.RATE / (frames * sound.FRAME)


class Corpus:
    """All packages, read from `folder` or fetched; each is opened when a task first asks."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._clips: dict[str, dict[str, Clip]] = {}

    def voice(self, key: str) -> dict[str, Clip]:
        """Every clip of a voice that has samples, by prompt name."""
        if key not in self._clips:
            voice = next(voice for voice in VOICES if voice.key == key)
            self._clips[key] = {clip.prompt: clip for clip in self._read(voice)}
        return self._clips[key]

    def phrases(self, key: str, shortest: float, longest: float) -> list[Clip]:
        """Distinct clips of words and sentences between two durations in seconds, by name."""
        seen: set[bytes] = set()
        found = []
        for clip in self.voice(key).values():
            content = clip.samples.tobytes()
            if _is_phrase(clip) and shortest <= clip.seconds <= longest and content not in seen:
                seen.add(content)
                found.append(clip)
        return found

    def verbatim(self, key: str, shortest: float, longest: float) -> list[Clip]:
        """The phrases whose transcript we trust to be what is said, one clip for each text."""
        everything = [clip for clip in self.voice(key).values() if _is_phrase(clip)]
        usual = statistics.median(clip.rate for clip in everything)
        low, high = (usual * bound for bound in TRUSTED_RATE)
        texts: dict[str, Clip] = {}
        for clip in self.phrases(key, shortest, longest):
            if low <= clip.rate <= high and _is_reference(clip):
                texts.setdefault(" ".join(transcripts.words(clip.reference)), clip)
        return list(texts.values())

    @cached_property
    def music(self) -> dict[str, sound.Signal]:
        """The pieces of music on hold, by name, at 8 kHz."""
        files = packages.read(OPSOUND, self._folder)
        return {
            Path(path).stem: sound.to_signal(sound.decode(content))
            for path, content in sorted(files.items())
            if path.startswith(MUSIC)
        }

    def _read(self, voice: Voice) -> Iterator[Clip]:
        texts = self._texts(voice)
        root = f"{SOUNDS}/{voice.folder}/"
        for path, content in sorted(packages.read(voice.sounds, self._folder).items()):
            samples = _samples(voice, content) if path.startswith(root) else None
            if samples is not None:
                prompt = path.removeprefix(root).removesuffix(".wav")
                yield Clip(voice, prompt, texts.get(prompt), samples)

    def _texts(self, voice: Voice) -> dict[str, str]:
        if voice.texts is None:
            return {}
        files = packages.read(voice.texts, self._folder)
        return transcripts.parse(next(files[path] for path in files if path.endswith(".txt")))


def _is_phrase(clip: Clip) -> bool:
    return not clip.prompt.startswith(PHRASES_ARE_NOT) and transcripts.is_speech(clip.text)


def _is_reference(clip: Clip) -> bool:
    key, text = clip.voice.key, clip.reference
    known = clip.prompt in DOUBTFUL[key] or SPELLING[key].search(text)
    return transcripts.is_verbatim(text) and not known


def _samples(voice: Voice, content: bytes) -> sound.Pcm | None:
    """None for the one file that is empty upstream.

    Where an offset is taken out the clip is halved too, since some peaks would pass full scale.
    """
    samples = sound.decode(content)
    if not len(samples):
        return None
    if voice.cutoff is None:
        return samples
    return sound.to_pcm(sound.without_offset(sound.to_signal(samples), voice.cutoff) / 2)
