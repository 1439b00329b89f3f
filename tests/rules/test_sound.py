"""AUD: the sound of the clips, by literal measurements and by a handful of real clips."""

import io
from collections.abc import Mapping

import numpy as np
import pytest
import soundfile

from tests.flawless import (
    INSTANCE,
    ROWS,
    Edit,
    all_of,
    append,
    clip_path,
    column,
    noise,
    rename,
    row,
    sound,
    variant,
    write,
)
from tests.rules.cases import (
    Case,
    Place,
    Table,
    at,
    clip,
    every,
    exact,
    failed,
    judge,
    line,
    parameters,
    run,
    silent,
)
from tests.sounds import encode, id3_tag, wav_with
from validators.measurement import Measurement

FIRST = clip_path(1)
ROW = line("data/Prompts/metadata.csv", 2)
DATASET = at(INSTANCE, '{\n    "path"')
ALL = [Place("data/Prompts/metadata.csv", line=number + 1) for number in range(1, ROWS + 1)]


def first(measurement: Measurement) -> Mapping[str, Measurement]:
    """The first clip measures otherwise than the others."""
    return {FIRST: measurement}


def named(name: str) -> Edit:
    """The first clip under another name."""
    return all_of(rename(FIRST, f"data/Prompts/clips/{name}"), row(1, file_name=f"clips/{name}"))


def measured(name: str, measurement: Measurement) -> Mapping[str, Measurement]:
    """The first clip, under another name, measures otherwise than the others."""
    return {f"data/Prompts/clips/{name}": measurement}


def aiff() -> bytes:
    """An AIFF file, which no clip may be."""
    file = io.BytesIO()
    soundfile.write(file, noise(1), 16_000, format="AIFF", subtype="PCM_16")
    return file.getvalue()


def untagged() -> bytes:
    """An MP3 whose first frame does not say how many follow."""
    return mp3().replace(b"Xing", b"\0\0\0\0")


def mp3() -> bytes:
    """Half a second of noise as MP3."""
    return encode(noise(1, 0.5), encoding="mp3")


def with_nan() -> Edit:
    """A clip of floating-point samples, one of which is no number."""
    samples = noise(1)
    samples[100] = np.nan
    return sound(FIRST, samples, encoding="wav-float")


def all_clips(rate: int, channels: int = 1) -> Edit:
    """All clips with another sample rate or number of channels."""

    def one(number: int) -> Edit:
        path = clip_path(number)
        encoding = "wav-16" if path.endswith(".wav") else "flac-16"
        return sound(path, noise(number, 0.2, rate, channels), rate, encoding)

    return all_of(*(one(number) for number in range(1, ROWS + 1)))


WAV = encode(noise(1))

CASES: Table = {
    "AUD501": [
        silent("decoded", sounds={}),
        *(exact(failure, sounds=first(failed(failure, "why")), at=ROW, says="why")
          for failure in ("undecodable", "timeout", "memory", "crashed")),
        exact("broken FLAC", write(clip_path(21), encode(noise(1), encoding="flac-16")[:4000]),
              at=line("data/Prompts/metadata.csv", 22)),
        exact("a header and nothing else", write(FIRST, WAV[:30]), at=ROW),
    ],
    "AUD502": [
        silent("one sample", sounds=first(clip(frames=1, header_frames=1))),
        exact("no sample", sounds=first(clip(frames=0, header_frames=0)), at=ROW),
        exact("a file of 0 bytes", write(FIRST, b""), at=ROW, says="0 bytes"),
        exact("a WAV of 0 samples", sound(FIRST, noise(1, 0)), at=ROW, says="0 samples"),
    ],
    "AUD503": [
        silent("known formats"),
        exact("unknown content", sounds=first(failed("unknown-content", "AIFF")), at=ROW,
              says="AIFF"),
        exact("AIFF named .wav", write(FIRST, aiff()), at=ROW),
        exact("a web page", write(FIRST, "<html><body>404</body></html>"), at=ROW),
        exact("a pointer of Git LFS", write(FIRST, "version https://git-lfs.github.com/spec/v1\n"),
              at=ROW),
    ],
    "AUD504": [
        *(silent(f"{content} in {name}", named(name), sounds=measured(name, clip(content=content)))
          for content, name in [("wav", "a.wav"), ("flac", "a.flac"), ("vorbis", "a.ogg"),
                                ("vorbis", "a.oga"), ("opus", "a.opus"), ("opus", "a.ogg"),
                                ("mp3", "a.mp3"), ("mp3", "A.MP3")]),
        exact("Vorbis in .opus", named("a.opus"), at=ROW,
              sounds=measured("a.opus", clip(content="vorbis")), says=(".oga or .ogg", '".opus"')),
        exact("MP3 named .wav", write(FIRST, mp3()), at=ROW, says="rename the file to .mp3"),
        exact("FLAC named .wav", sound(FIRST, noise(1), encoding="flac-16"), at=ROW),
        exact("a broken file under another name", named("a.mp3"), at=ROW, also=("AUD501",),
              sounds=measured("a.mp3", failed("undecodable", "why", content="wav"))),
    ],
    "AUD505": [
        silent("15 minutes of 48 kHz stereo, if it be one",
               sounds=every(clip(2.0, sample_rate=48_000, channels=2))),
        exact("refused", sounds=first(failed("refused-header", "30 days")), at=ROW, says="30 days"),
        exact("9 channels", write(FIRST, wav_with(WAV, channels=9)), at=ROW),
        exact("300 kHz", write(FIRST, wav_with(WAV, rate=300_000)), at=ROW),
        exact("2 kHz", write(FIRST, wav_with(WAV, rate=2_000)), at=ROW),
    ],
    "AUD506": [
        silent("the header does not say", sounds=first(clip(header_frames=None))),
        silent("0.1 s of an encoder's padding", named("a.mp3"),
               sounds=measured("a.mp3", clip(content="mp3", header_frames=17_600, frames=16_000))),
        exact("more", named("a.mp3"), at=ROW, sounds=measured("a.mp3", clip(
              content="mp3", header_frames=17_601, frames=16_000)), says=("17,601", "16,000")),
        exact("one frame of WAV", sounds=first(clip(header_frames=16_001, frames=16_000)), at=ROW),
        exact("a WAV that was cut off", write(FIRST, WAV[:4000]), at=ROW, says="3,200 frames"),
        silent("a WAV with a tag", append(FIRST, id3_tag(20_000))),
        exact("more than is claimed", sounds=first(clip(unclaimed=True)), at=ROW,
              says=("16,000 frames (1.00 s)", "more follows")),
        exact("a WAV that goes on", write(FIRST, wav_with(WAV, data=8_000)), at=ROW,
              says="4,000 frames"),
    ],
    "AUD507": [
        silent("an MP3 with its length", named("a.mp3"),
               sounds=measured("a.mp3", clip(content="mp3"))),
        silent("a FLAC without", sounds=first(clip(header_frames=None, content="wav"))),
        exact("an MP3 without", named("a.mp3"), at=ROW, says="1.00 s",
              sounds=measured("a.mp3", clip(content="mp3", header_frames=None))),
        exact("a real one", named("a.mp3"), write("data/Prompts/clips/a.mp3", untagged()), at=ROW),
    ],
    "AUD508": [
        silent("8 kHz", sounds=every(clip(sample_rate=8_000))),
        silent("48 kHz", sounds=every(clip(sample_rate=48_000))),
        exact("7,999 Hz", sounds=every(clip(sample_rate=7_999)), at=ALL, says="7,999 Hz"),
        exact("48,001 Hz", sounds=every(clip(sample_rate=48_001)), at=ALL),
        exact("6 kHz", all_clips(6_000), at=ALL, says="6,000 Hz"),
        exact("one of many", sounds=first(clip(sample_rate=96_000)), at=ROW,
              also=("AUD521",)),  # the others have another rate
    ],
    "AUD509": [
        silent("two", sounds=every(clip(channels=2))),
        exact("three", sounds=every(clip(channels=3)), at=ALL, says="3 channels"),
        exact("three, for real", all_clips(16_000, 3), at=ALL),
    ],
    "AUD510": [
        silent("15 minutes", sounds=first(clip(900.0))),
        exact("15 minutes and a sample", at=ROW,
              says=("14,400,001 frames", "15 (14,400,000 frames)"),
              sounds=first(clip(frames=14_400_001, header_frames=14_400_001))),
    ],
    "AUD512": [
        silent("1 %", sounds=first(clip(clipped=160))),
        exact("a sample more", sounds=first(clip(clipped=161)), at=ROW, says=("1.01%", "1%")),
        exact("square waves", sound(FIRST, np.tile(np.repeat([0.99999, -0.99999], 100), 16)),
              at=ROW, says="100.00%"),
    ],
    "AUD513": [
        silent("one frame that is not", sounds=first(clip(silent_frames=15_999))),
        exact("all", sounds=first(clip(silent_frames=16_000, peak=0.0009)), at=ROW,
              says="0.00090"),
        exact("zeros", sound(FIRST, np.zeros(3_200)), at=ROW, says="0.00000"),
        exact("-66 dBFS", sound(FIRST, noise(1) / 600), at=ROW),
    ],
    "AUD514": [
        silent("2 %", sounds=first(clip(dc=-0.02))),
        exact("2.01 % below", sounds=first(clip(dc=-0.0201)), at=ROW, says="-2.01%"),
        exact("2.01 % above", sounds=first(clip(dc=0.0201)), at=ROW, says="+2.01%"),
        exact("5 %", sound(FIRST, noise(1) + 0.05), at=ROW, says="+5.00%"),
    ],
    "AUD515": [
        silent("none"),
        exact("one", sounds=first(clip(nonfinite=1)), at=ROW, says="1 sample is"),
        exact("many", sounds=first(clip(nonfinite=1_000)), at=ROW, says="1,000 samples are"),
        exact("NaN in a WAV of floats", with_nan(), at=ROW, says="1 sample is"),
    ],
    "AUD521": [
        silent("one rate", sounds=every(clip(sample_rate=44_100))),
        exact("two", sounds=first(clip(sample_rate=44_100)), at=DATASET,
              says=("16,000 Hz (39 clips)", "44,100 Hz (1 clip)")),
        exact("real ones", sound(FIRST, noise(1, 0.2, 8_000), 8_000), at=DATASET),
        silent("an answer's rate is its own", variant("audio output"),
               column("label_file_name", lambda n: f"clips/t{n:02}.wav"),
               *(sound(f"data/Prompts/clips/t{n:02}.wav", noise(n, 0.2, 8_000), 8_000)
                 for n in range(1, ROWS + 1))),
    ],
    "AUD522": [
        silent("all stereo", all_clips(16_000, 2)),
        exact("one stereo", sounds=first(clip(channels=2)), at=DATASET,
              says=("1 (39 clips)", "2 (1 clip)")),
        exact("a real one", sound(FIRST, noise(1, channels=2)), at=DATASET),
    ],
    "AUD516": [
        silent("two seconds", sounds=first(clip(5.0, leading_silence=2.0, trailing_silence=2.0))),
        exact("more before", sounds=first(clip(5.0, leading_silence=2.1)), at=ROW,
              says="begins with 2.1"),
        exact("more behind", sounds=first(clip(5.0, trailing_silence=2.1)), at=ROW, says="ends"),
        exact("a real one", sound(FIRST, np.concatenate([noise(1), np.zeros((40_000, 1))])), at=ROW,
              says="2.5 s"),
    ],
    "AUD517": [
        silent("stereo", sounds=every(clip(channels=2))),
        exact("one silent", sounds=every(clip(channels=2, silent_channel=True)), at=ALL),
        exact("real ones", all_of(*(
            sound(clip_path(n), noise(n, 0.2, 16_000, 2) * [1, 0],
                  encoding="wav-16" if n <= ROWS // 2 else "flac-16")
            for n in range(1, ROWS + 1))), at=ALL),
    ],
    "AUD518": [
        silent("mono", sounds=every(clip())),
        exact("the same twice", sounds=every(clip(channels=2, identical_channels=True)), at=ALL),
        exact("real ones", all_of(*(
            sound(clip_path(n), noise(n) * [1, 1],
                  encoding="wav-16" if n <= ROWS // 2 else "flac-16")
            for n in range(1, ROWS + 1))), at=ALL),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "case"), parameters(CASES))
def test_case(code, case, tmp_path, clips, measure):
    judge(code, case, tmp_path, clips, measure)


def test_a_clip_that_many_rows_use_is_blamed_once(tmp_path, clips, measure):
    again = all_of(
        variant("audio and text"),
        row(2, file_name="clips/c01.wav"),
        column("file", lambda n: f"id{n}"),
        lambda task: (task / clip_path(2)).unlink(),
    )
    case = Case("", (again,), sounds=first(clip(clipped=8_000)))
    _, report = run(case, tmp_path, clips, measure)
    assert [(found.rule, found.example) for found in report.findings] == [("AUD512", "id1")]
