"""AUD: the sound of the clips, by their measurements."""

from collections import Counter
from collections.abc import Iterator

from validators.finding import Fault, Severity
from validators.registry import rule
from validators.totals import ClipFile, ClipStats, InstanceStats
from validators.tree import suffix_of

EXTENSIONS = {
    "wav": frozenset({".wav"}),
    "flac": frozenset({".flac"}),
    "vorbis": frozenset({".ogg", ".oga"}),
    "opus": frozenset({".opus", ".ogg", ".oga"}),
    "mp3": frozenset({".mp3"}),
}
MIN_RATE, MAX_RATE = 8_000, 48_000
MAX_CHANNELS = 2
MAX_CLIP_MINUTES = 15
CLIPPED_LIMIT = 0.01
DC_LIMIT = 0.02
SILENCE_LIMIT = 2.0
"""Seconds of silence at either end of a clip."""
LOSSY_LENGTH_TOLERANCE = 0.1
"""Seconds by which header and decoded length of lossy formats may differ: encoder delay and
padding are counted by some tools and not by others."""


@rule("AUD501", severity=Severity.ERROR, since="0.1", waivable=False)
def undecodable_clip(clip: ClipFile) -> Iterator[Fault]:
    """A clip cannot be decoded.

    Why: nobody can be tested on what nobody can hear.
    Fix: export the clip again from its source.
    Limits: 10 s of computing time, 20 s in all, 1 GiB of memory a clip.
    """
    if clip.sound.failure in ("undecodable", "crashed", "timeout", "memory"):
        yield Fault(
            f"the clip cannot be decoded: {clip.sound.detail or clip.sound.failure}; "
            "wav, flac, Ogg Vorbis, Opus or MP3 that decodes to its end is required",
            clip.at,
            "export the clip again from its source",
        )


@rule("AUD502", severity=Severity.ERROR, since="0.1", waivable=False)
def empty_clip(clip: ClipFile) -> Iterator[Fault]:
    """A clip has no sound in it: the file is empty, or decodes to nothing.

    Why: there is nothing to hear.
    Fix: export the clip again from its source, or delete its row.
    """
    if clip.sound.failure == "empty":
        yield Fault("the file has 0 bytes; a clip is required", clip.at, "export the clip again")
    elif clip.sound.decoded and clip.sound.frames == 0:
        yield Fault(
            "the clip decodes to 0 samples; sound is required",
            clip.at,
            "export the clip again, or delete its row",
        )


@rule("AUD503", severity=Severity.ERROR, since="0.1", waivable=False)
def foreign_format(clip: ClipFile) -> Iterator[Fault]:
    """A file is none of the formats that a clip may have.

    Why: one decoder must read every clip, everywhere, and it is fed nothing that it need not know.
    Bad: an AIFF file, a playlist, an HTML page that was saved as .wav
    Good: wav, flac, Ogg Vorbis, Opus, MP3
    Fix: convert the clip to FLAC.
    """
    if clip.sound.failure == "unknown-content":
        yield Fault(
            f"the file's first bytes are of no known sound format"
            f"{f' ({clip.sound.detail})' if clip.sound.detail else ''}; wav, flac, Ogg Vorbis, "
            "Opus or MP3 is required",
            clip.at,
            "convert the clip to FLAC",
        )


@rule("AUD504", severity=Severity.ERROR, since="0.1", waivable=False)
def misleading_extension(clip: ClipFile) -> Iterator[Fault]:
    """A file's extension and its content disagree.

    Why: programs choose the decoder by the extension.
    Bad: an MP3 file named 1.wav
    Fix: rename the file, or export it in the format that its name says.
    """
    content, extension = clip.sound.content, suffix_of(clip.path).lower()
    if content and clip.named and extension not in EXTENSIONS[content]:
        known = " or ".join(sorted(EXTENSIONS[content]))
        yield Fault(
            f'the file holds {content} and is named "{extension}"; {known} is required',
            clip.at,
            f"rename the file to {known.partition(' ')[0]}",
        )


@rule("AUD505", severity=Severity.ERROR, since="0.1", waivable=False)
def excessive_header(clip: ClipFile) -> Iterator[Fault]:
    """A file's header claims more than any clip may hold, so that it was not decoded.

    Why: a file of a hundred bytes can claim thirty days; the claim is believed and refused.
    Fix: cut the clip, and export it again.
    Limits: 30 minutes of 48 kHz stereo, 8 channels, 4 to 192 kHz. A lawful clip has at most 15
    minutes and two channels.
    """
    if clip.sound.failure == "refused-header":
        yield Fault(
            f"the header is refused: {clip.sound.detail}; at most {MAX_CLIP_MINUTES} minutes, "
            f"{MAX_CHANNELS} channels and {MAX_RATE / 1000:g} kHz are allowed",
            clip.at,
            "cut the clip, and export it again",
        )


@rule("AUD506", severity=Severity.ERROR, since="0.1")
def lying_header(clip: ClipStats) -> Iterator[Fault]:
    """A file's header claims another length than the file holds.

    Why: the file was cut off on its way, its header was written before its end was known, or two
    files were joined. Programs that believe the header and those that do not hear different clips.
    Fix: export the clip again from its source.
    Limits: less than is claimed: exact for wav and flac, 0.1 s for lossy formats. More than is
    claimed: a frame of flac, 0.1 s for the others. Tags, padding and RIFF chunks behind the sound
    are no sound.
    """
    claimed, found = clip.sound.header_frames, clip.sound.frames
    if claimed is None or not clip.sound.sample_rate:
        return
    if clip.sound.unclaimed:
        yield Fault(
            f"the header claims {claimed:,} frames ({claimed / clip.sound.sample_rate:.2f} s) and "
            "more follows in the file; a header that claims all of it is required",
            clip.at,
            "export the clip again from its source",
        )
    exact = clip.sound.content in ("wav", "flac")
    tolerance = 0 if exact else LOSSY_LENGTH_TOLERANCE * clip.sound.sample_rate
    if abs(claimed - found) > tolerance:
        yield Fault(
            f"the header claims {claimed:,} frames and {found:,} are there "
            f"({claimed / clip.sound.sample_rate:.2f} s and {clip.sound.duration:.2f} s); the same "
            "is required",
            clip.at,
            "export the clip again from its source",
        )


@rule("AUD507", severity=Severity.WARNING, since="0.1")
def guessed_length(clip: ClipStats) -> Iterator[Fault]:
    """An MP3 file does not say how long it is.

    Why: without a Xing, Info or VBRI tag a decoder guesses the length from the first frames, and
    decoders guess differently: some stop early, and the end of the clip is never heard.
    Fix: export the clip again with an encoder that writes the tag, or as FLAC.
    """
    if clip.sound.content == "mp3" and clip.sound.header_frames is None:
        yield Fault(
            f"the file has no length tag, and {clip.sound.duration:.2f} s were found by guessing; "
            "a Xing, Info or VBRI tag is required",
            clip.at,
            "export the clip again, or convert it to FLAC",
        )


@rule("AUD508", severity=Severity.ERROR, since="0.1")
def unfit_sample_rate(clip: ClipStats) -> Iterator[Fault]:
    """A clip's sample rate is outside what models and decoders expect.

    Why: below 8 kHz speech is not intelligible, above 48 kHz nothing is gained.
    Fix: resample the clip; prefer the source's own rate within the limits.
    Limits: 8 to 48 kHz.
    """
    rate = clip.sound.sample_rate
    if clip.sound.frames and not MIN_RATE <= rate <= MAX_RATE:
        yield Fault(
            f"the sample rate is {rate:,} Hz; {MIN_RATE:,} to {MAX_RATE:,} Hz are required",
            clip.at,
            "resample the clip",
        )


@rule("AUD509", severity=Severity.ERROR, since="0.1", waivable=False)
def too_many_channels(clip: ClipStats) -> Iterator[Fault]:
    """A clip has more than two channels.

    Why: models take one or two; what a third one holds would be dropped unseen.
    Fix: choose or mix channels, and say so in README.md.
    """
    if clip.sound.channels > MAX_CHANNELS:
        yield Fault(
            f"the clip has {clip.sound.channels} channels; one or two are required",
            clip.at,
            "choose one or two of the channels",
        )


@rule("AUD510", severity=Severity.ERROR, since="0.1")
def overlong_clip(clip: ClipStats) -> Iterator[Fault]:
    """A clip is too long.

    Why: most models cut what is longer, and reviewers cannot listen to it.
    Fix: cut the clip.
    Limits: 15 minutes.
    """
    frames, most = clip.sound.frames, MAX_CLIP_MINUTES * 60 * clip.sound.sample_rate
    if frames > most:
        yield Fault(
            f"the clip lasts {clip.sound.duration / 60:.1f} minutes ({frames:,} frames); at most "
            f"{MAX_CLIP_MINUTES} ({most:,} frames) are allowed",
            clip.at,
            "cut the clip",
        )


@rule("AUD512", severity=Severity.WARNING, since="0.1")
def clipped_audio(clip: ClipStats) -> Iterator[Fault]:
    """Samples sit at full scale.

    Why: a model that hears distortion is scored on the distortion, not on the task.
    Fix: export again from the source with head room, or leave the clip out.
    Limits: 1 % of samples, counting runs of three or more at full scale. Telephone recordings can
    exceed this honestly; waive with a reason.
    """
    if clip.sound.clipped_fraction > CLIPPED_LIMIT:
        yield Fault(
            f"{clip.sound.clipped_fraction:.2%} of samples are at full scale; at most "
            f"{CLIPPED_LIMIT:.0%} is allowed",
            clip.at,
            "export again with head room, or leave this example out",
        )


@rule("AUD513", severity=Severity.ERROR, since="0.1")
def silent_clip(clip: ClipStats) -> Iterator[Fault]:
    """A clip is silent from start to end.

    Why: there is nothing to hear, unless silence is what the task asks for.
    Fix: export the clip again, or delete its row. Waive where silence is an answer.
    Limits: every sample below -60 dBFS.
    """
    if clip.sound.silent:
        yield Fault(
            f"the clip is silent, its peak {clip.sound.peak:.5f} of full scale; sound above 0.001 "
            "(-60 dBFS) is required",
            clip.at,
            "export the clip again, or delete its row",
        )


@rule("AUD514", severity=Severity.WARNING, since="0.1")
def dc_offset(clip: ClipStats) -> Iterator[Fault]:
    """The signal does not swing around zero.

    Why: a constant part takes head room, clicks at every cut and misleads energy features.
    Fix: take the mean off, or filter below 20 Hz.
    Limits: 2 % of full scale.
    """
    if abs(clip.sound.dc) > DC_LIMIT:
        yield Fault(
            f"the mean of the samples is {clip.sound.dc:+.2%} of full scale; at most "
            f"{DC_LIMIT:.0%} off zero is allowed",
            clip.at,
            "take the mean off",
        )


@rule("AUD515", severity=Severity.ERROR, since="0.1", waivable=False)
def non_finite_samples(clip: ClipStats) -> Iterator[Fault]:
    """Samples are not numbers.

    Why: one NaN makes every feature and every score of the clip NaN.
    Fix: export the clip again, as 16-bit samples.
    """
    if clip.sound.nonfinite:
        yield Fault(
            f"{_count(clip.sound.nonfinite, 'sample is', 'samples are')} infinite or not a number; "
            "finite samples are required",
            clip.at,
            "export the clip again, as 16-bit samples",
        )


@rule("AUD521", severity=Severity.WARNING, since="0.1")
def mixed_sample_rates(stats: InstanceStats) -> Iterator[Fault]:
    """The clips of an instance have several sample rates.

    Why: the rate is a trace of where a clip comes from; a model can hear it and guess.
    Fix: resample all clips to the lowest rate, or say in the waiver why the mixture is the point.
    """
    yield from _mixed(stats, stats.sample_rates, "sample rates", " Hz")


@rule("AUD522", severity=Severity.WARNING, since="0.1")
def mixed_channels(stats: InstanceStats) -> Iterator[Fault]:
    """Some clips of an instance are mono and some stereo.

    Why: the number of channels is a trace of where a clip comes from.
    Fix: mix all clips down to mono, or say in the waiver why the mixture is the point.
    """
    yield from _mixed(stats, stats.channels, "numbers of channels", "")


def _mixed(stats: InstanceStats, counts: Counter[int], what: str, unit: str) -> Iterator[Fault]:
    if len(counts) > 1:
        found = ", ".join(
            f"{value:,}{unit} ({_count(uses, 'clip', 'clips')})"
            for value, uses in sorted(counts.items())
        )
        yield Fault(
            f"the clips have {len(counts)} {what}: {found}; one is required",
            stats.at,
            "bring all clips to the lowest",
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


@rule("AUD516", severity=Severity.WARNING, since="0.1")
def long_silence(clip: ClipStats) -> Iterator[Fault]:
    """A clip begins or ends with long silence.

    Why: silence is listened to by everybody and tests nothing; often the cut is at fault.
    Fix: cut the silence off, leaving half a second.
    Limits: 2 s below -60 dBFS at either end.
    """
    if clip.sound.silent:
        return
    for where, seconds in (
        ("begins", clip.sound.leading_silence),
        ("ends", clip.sound.trailing_silence),
    ):
        if seconds > SILENCE_LIMIT:
            yield Fault(
                f"the clip {where} with {seconds:.1f} s of silence; at most {SILENCE_LIMIT:g} s "
                "are allowed",
                clip.at,
                "cut the silence off",
            )


@rule("AUD517", severity=Severity.WARNING, since="0.1")
def silent_channel(clip: ClipStats) -> Iterator[Fault]:
    """One channel of a clip is silent.

    Why: a model that mixes channels hears the other at half its level; one that takes the first may
    hear nothing.
    Fix: keep the channel that sounds.
    Limits: below -60 dBFS throughout.
    """
    if clip.sound.silent_channel:
        yield Fault(
            f"one of {clip.sound.channels} channels is silent; sound in each is required",
            clip.at,
            "keep the channel that sounds",
        )


@rule("AUD518", severity=Severity.WARNING, since="0.1")
def identical_channels(clip: ClipStats) -> Iterator[Fault]:
    """All channels of a clip are the same.

    Why: it is a mono recording of twice the size.
    Fix: keep one channel.
    """
    if clip.sound.identical_channels and not clip.sound.silent:
        yield Fault(
            f"the {clip.sound.channels} channels are the same sample by sample; one of them is "
            "required",
            clip.at,
            "keep one channel",
        )
