"""The socket that people connect to."""

import socket

import pytest

from alongside.serving import listen
from alongside.settings import Settings

pytestmark = pytest.mark.unit


def test_answers_do_not_wait_for_an_acknowledgement(tmp_path):
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; accepted ones inherit it.
    settings, listener = listen(Settings(data=tmp_path, port=0))
    with listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert settings.port == listener.getsockname()[1]
