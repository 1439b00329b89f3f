"""Clips put together in pairs that one cannot tell apart by duration."""

from collections.abc import Callable, Sequence

from scripts.telephone_prompts.corpus import Clip
from scripts.telephone_prompts.transcripts import words

Pair = tuple[Clip, Clip]


def by_duration(clips: Sequence[Clip], fits: Callable[[Pair], bool]) -> list[Pair]:
    """Neighbours in duration that fit together; each clip is in one pair at most."""
    waiting = sorted(clips, key=lambda clip: (len(clip.samples), clip.prompt))
    pairs = []
    while len(waiting) > 1:
        first = waiting.pop(0)
        second = next((clip for clip in waiting[:4] if fits((first, clip))), None)
        if second:
            waiting.remove(second)
            pairs.append((first, second))
    return pairs


def differ(pair: Pair) -> bool:
    """Whether at most half of the words of two transcripts are the same."""
    first, second = (set(words(clip.reference)) for clip in pair)
    return 2 * len(first & second) <= len(first | second)
