"""The least there is: one Starlette route that returns the bytes of a file, and one with a 304.

python -m bench.bare FILE PORT
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def application(body: bytes) -> Starlette:
    """Return an application that gives these bytes to whoever asks."""

    async def whole(request: Request) -> Response:  # noqa: ARG001
        return Response(body, media_type="text/calendar")

    async def unchanged(request: Request) -> Response:  # noqa: ARG001
        return Response(status_code=304)

    return Starlette(routes=[Route("/feed.ics", whole), Route("/unchanged.ics", unchanged)])


if __name__ == "__main__":
    uvicorn.run(
        application(Path(sys.argv[1]).read_bytes()),
        port=int(sys.argv[2]), access_log=False, log_level="warning", lifespan="off",
    )  # fmt: skip
