"""A secret that is shown on the next page and then nowhere: sealed in the session until then."""

from base64 import b64decode, b64encode

from django.http import HttpRequest

from xueji.identity import crypto

PURPOSE = "pages.shown_once"


def put(request: HttpRequest, name: str, text: str) -> None:
    request.session[name] = b64encode(crypto.encrypt(PURPOSE, text)).decode()


def peek(request: HttpRequest, name: str) -> str:
    """The secret, which stays; "" when there is none."""
    sealed = request.session.get(name)
    return crypto.decrypt(PURPOSE, b64decode(sealed)) if sealed else ""


def take(request: HttpRequest, name: str) -> str:
    """The secret, for the only time; "" when there is none."""
    text = peek(request, name)
    request.session.pop(name, None)
    return text
