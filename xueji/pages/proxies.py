"""Where a request came from when a proxy handed it on."""

import ipaddress
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: Answer) -> Answer:
    """Put the sender's address where Django has the last proxy's: sessions, the access log and
    the limit on logins read it there."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = _sender(request.META)
        return get_response(request)

    return answer


def _sender(meta: Mapping[str, str]) -> str:
    """The last address that is no trusted proxy's; who wrote those before it nobody knows."""
    sender = meta.get("REMOTE_ADDR", "")
    handed = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while handed and _is_trusted(sender):
        try:
            sender = str(ipaddress.ip_address(handed.pop().strip()))
        except ValueError:
            break
    return sender


def _is_trusted(address: str) -> bool:
    try:
        this = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(this in proxies for proxies in settings.PROXIES)
