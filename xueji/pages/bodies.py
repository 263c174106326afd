"""A form whose sender hung up half-way acts on nothing: gunicorn passes on the part that came."""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Whole:
    """The body of a request, all of it or an error."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.readline = stream, stream.readline

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes; Django never asks for more than was announced."""
        data: bytes = self.stream.read(size)
        if len(data) < size:
            raise ConnectionResetError(f"{size - len(data)} bytes of the body are missing")
        return data


def whole(application: Application) -> Application:
    """Around a WSGI application: Django answers 403 where a body breaks off."""

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Whole(environ["wsgi.input"])
        return application(environ, start)

    return serve
