"""Liveness, readiness and metrics: what an operator's probes ask a running process."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from claw.core.errors import ClawError

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_health_app(
    *, ready: Callable[[], Awaitable[None]], metrics_text: Callable[[], bytes]
) -> Starlette:
    """Serve ``/health/live``, ``/health/ready`` and ``/metrics``.

    ``ready`` raises a :class:`ClawError` when the process cannot do its work now.
    """

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready_now(_request: Request) -> Response:
        try:
            await ready()
        except ClawError as error:
            return JSONResponse(
                {"status": "not ready", "code": error.code, "hint": error.hint}, status_code=503
            )
        return JSONResponse({"status": "ready"})

    async def metrics(_request: Request) -> Response:
        return Response(metrics_text(), media_type=METRICS_TYPE)

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready_now),
            Route("/metrics", metrics),
        ]
    )
