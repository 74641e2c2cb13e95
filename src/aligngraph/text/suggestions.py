"""The names most like what somebody typed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest


def nearest(wanted: str, names: Iterable[tuple[str, str]], count: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return what stands with the *count* of *names* most like *wanted*, the most alike first, each once.

    *names* are pairs of a name and what to return for it; the first of equal names counts. They are read once,
    and only those kept that are alike by *cutoff* (0 to 1, as `difflib` counts), so there can be any number.
    """
    length = len(wanted)
    matcher = SequenceMatcher(b=wanted)
    found: dict[str, tuple[float, str]] = {}
    for name, shown in names:
        both = length + len(name)
        # As much alike as names of these lengths can be.
        if (both and 2.0 * min(length, len(name)) / both < cutoff) or name in found:
            continue
        matcher.set_seq1(name)
        if matcher.quick_ratio() >= cutoff and (ratio := matcher.ratio()) >= cutoff:
            found[name] = ratio, shown
    best = nlargest(count, found, key=lambda name: (found[name][0], name))
    return list(dict.fromkeys(found[name][1] for name in best))
