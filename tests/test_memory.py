"""Memory that is allowed is shared out among processes and segments, and what is too little is refused."""

from __future__ import annotations

import re

import pytest

from indexer.errors import EarfulError
from indexer.memory import default_memory, jobs_within, most_bytes_a_segment

_MB = 1 << 20


@pytest.mark.parametrize(("memory", "jobs", "most"), [(300, 1, 19), (1024, 1, 318), (1024, 2, 95), (4096, 8, 112), (1 << 20, 1, 640)])
def test_memory_bounds_a_segment(memory: int, jobs: int, most: int) -> None:
    """More memory makes larger segments, more processes smaller ones, and none is larger than was measured."""
    assert most_bytes_a_segment(memory * _MB, jobs) // _MB == most


@pytest.mark.parametrize(
    ("jobs", "says"),
    [
        (1, "--memory is too little for one process; give at least {}M"),
        (2, "--memory is too little for 2 processes; give at least {}M, or fewer --jobs"),
        (8, "--memory is too little for 8 processes; give at least {}M, or fewer --jobs"),
    ],
)
def test_too_little_memory_is_refused(jobs: int, says: str) -> None:
    """The line names what is enough: that is taken, and less is not."""
    with pytest.raises(EarfulError) as raised:
        most_bytes_a_segment(100 * _MB, jobs)
    least = int(re.findall(r"(\d+)M", raised.value.hint)[0])
    assert str(raised.value) == says.format(least)
    assert most_bytes_a_segment(least * _MB, jobs) // _MB == 8
    with pytest.raises(EarfulError):
        most_bytes_a_segment((least - 1) * _MB, jobs)


@pytest.mark.parametrize("jobs", [1, 2, 3, 4, 8, 64])
def test_what_is_allowed_by_default_is_enough(jobs: int) -> None:
    """However many processors a machine has, a rebuild without options has memory for one process each."""
    assert most_bytes_a_segment(default_memory(jobs), jobs) >= 8 * _MB
    assert jobs_within(default_memory(jobs), jobs) == jobs


@pytest.mark.parametrize(("memory", "most", "jobs"), [(1, 8, 1), (300, 8, 1), (700, 8, 2), (1100, 8, 4), (1 << 20, 8, 8)])
def test_as_many_processes_as_memory_is_enough_for(memory: int, most: int, jobs: int) -> None:
    """With little memory there are fewer processes than processors, and one at least."""
    assert jobs_within(memory * _MB, most) == jobs
