"""How large may segments be, so that all processes of a rebuild together stay within an amount of memory?"""

from __future__ import annotations

import math

from indexer.errors import EarfulError

__all__ = ["default_memory", "jobs_within", "most_bytes_a_segment"]

_MB = 1 << 20
_DEFAULT_BYTES = 1024 * _MB
_DEFAULT_BYTES_A_PROCESS = 300 * _MB  # what more than three take: with less they could build nothing

# Peaks of memory (VmHWM), measured on 109 MB of Seeking Alpha's texts, 2,000 calls, a part of them or several times all. A process that
# builds a segment of 8, 10, 20, 40, 80, 120, 180, 240 MB of calls as packed takes 199, 215, 256, 301, 343, 422, 566, 700 MB: the line
# through these is at most 28 MB from any. 640 MB take 1,669, which the margin covers; more was not tried. Of that, 70 MB are the
# libraries. The parent takes 82 MB, and 92 when it has the results of 8,000 files; a process that reads, 94.
_BUILDER_BYTES = 197 * _MB
_BUILDER_BYTES_A_BYTE = 2.11
_LOADED_BYTES = 70 * _MB
_PARENT_BYTES = 92 * _MB
_MARGIN = 1.15
_LEAST_BYTES_A_SEGMENT = 8 * _MB  # about what is sorted at once: smaller ones would save nothing
_MOST_BYTES_A_SEGMENT = 640 * _MB


def default_memory(jobs: int) -> int:
    """Give the bytes that so many processes may take if nothing is said."""
    return max(_DEFAULT_BYTES, jobs * _DEFAULT_BYTES_A_PROCESS)


def jobs_within(memory_bytes: int, most: int) -> int:
    """Give how many processes an amount of memory is enough for, of some at most; at least one."""
    return next((jobs for jobs in range(most, 1, -1) if _needed(jobs, _LEAST_BYTES_A_SEGMENT) <= memory_bytes), 1)


def most_bytes_a_segment(memory_bytes: int, jobs: int) -> int:
    """Say how many bytes of calls, as packed, a segment may be built of, so that all processes together stay within an amount of memory.

    Raises:
        EarfulError: not even small segments can be built in that.
    """
    least = _needed(jobs, _LEAST_BYTES_A_SEGMENT)
    if memory_bytes < least:
        counted, fewer = (f"{jobs} processes", ", or fewer --jobs") if jobs > 1 else ("one process", "")
        raise EarfulError(f"--memory is too little for {counted}", hint=f"give at least {math.ceil(least / _MB)}M{fewer}")
    most = (memory_bytes / _MARGIN - _needed(jobs, 0) / _MARGIN) / (jobs * _BUILDER_BYTES_A_BYTE)
    return min(int(most), _MOST_BYTES_A_SEGMENT)


def _needed(jobs: int, segment_bytes: int) -> float:
    """Give the bytes that processes take which build segments of so many bytes."""
    own = _PARENT_BYTES if jobs > 1 else _PARENT_BYTES - _LOADED_BYTES
    return _MARGIN * (own + jobs * (_BUILDER_BYTES + _BUILDER_BYTES_A_BYTE * segment_bytes))
