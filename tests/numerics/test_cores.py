"""Which cores are used, and that parts cover the whole."""

import threading

import pytest

from orbitkernels.numerics import convolution, cores, group_convolution, network


@pytest.mark.parametrize(
    ("limit", "expected"), [(None, 3), ("", 3), ("2", 2), ("1", 1), ("8", 3), ("0", 3), ("-1", 3), ("4,2", 3)]
)
def test_the_limit_of_the_environment(monkeypatch, limit, expected):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 5}, raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if limit is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", limit)
    assert cores.available_cores() == expected


@pytest.mark.parametrize("count", [1, 2, 5, 100])
@pytest.mark.parametrize("worthwhile", [False, True])
def test_parts_cover_every_number_once(monkeypatch, count, worthwhile):
    monkeypatch.setattr(cores, "available_cores", lambda: 3)
    found, threads = [], set()

    def function(part):
        threads.add(threading.get_ident())
        found.extend(range(part.start, part.stop))

    cores.in_parts(function, count, worthwhile)
    assert sorted(found) == list(range(count))
    assert (threads == {threading.get_ident()}) == (count == 1 or not worthwhile)


def test_one_core_takes_no_other_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = []
    cores.in_parts(lambda part: found.append((part, threading.get_ident())), 9, True)
    assert found == [(slice(0, 9), threading.get_ident())]


def test_all_engines_ask_the_same():
    assert network.available_cores is cores.available_cores
    assert convolution.in_parts is group_convolution.in_parts is cores.in_parts
