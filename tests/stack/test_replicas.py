"""In which order the processes of a service are asked."""

import pytest

from alongside.stack.replicas import Replicas

pytestmark = pytest.mark.unit


def _numbers(replicas: Replicas) -> list[int]:
    return [replicas.origins.index(origin) for origin in replicas.in_turn()]


def test_everybody_is_first_in_turn():
    replicas = Replicas(["http://a:1", "http://b:1", "http://c:1"])
    assert [_numbers(replicas) for _ in range(4)] == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]


def test_who_could_not_be_reached_is_asked_last_for_a_while():
    now = [100.0]
    replicas = Replicas(["http://a:1", "http://b:1"], now=lambda: now[0])
    replicas.could_not_be_reached(replicas.origins[0])
    assert [_numbers(replicas)[0] for _ in range(4)] == [1, 1, 1, 1]
    now[0] += 2
    assert {_numbers(replicas)[0] for _ in range(2)} == {0, 1}


def test_who_answers_is_back_at_once():
    replicas = Replicas(["http://a:1", "http://b:1"], now=lambda: 0.0)
    replicas.could_not_be_reached(replicas.origins[1])
    replicas.answered(replicas.origins[1])
    assert {_numbers(replicas)[0] for _ in range(2)} == {0, 1}


def test_a_service_listens_somewhere():
    with pytest.raises(ValueError, match="at least one"):
        Replicas([])
