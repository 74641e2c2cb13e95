"""Headers that every answer of the server has."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

_SECURITY = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, X-Total-Count, Retry-After",
}
_ALWAYS = [(name.lower().encode(), value.encode()) for name, value in (_SECURITY | _CORS).items()]


class Headers:
    """Adds the headers that every answer has, and answers OPTIONS."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            headers = {
                "Allow": "GET, HEAD, POST, OPTIONS"
                if scope["path"] in ("/sparql", "/reconcile")
                else "GET, HEAD, OPTIONS",
                "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
                "Access-Control-Allow-Headers": "Accept, Content-Type",
                "Access-Control-Max-Age": "86400",
                **_CORS,
            }
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in _ALWAYS if one[0] not in there)]
            await send(message)

        await self._app(scope, receive, with_headers)
