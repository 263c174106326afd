"""The address of a session is the browser's, as far as trusted proxies say so."""

from ipaddress import ip_network

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests.world import PASSWORD
from xueji.pages.proxies import client_address

PROXIES = [ip_network("127.0.0.1"), ip_network("10.9.0.0/24"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "handed_on", "sender"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.9", "203.0.113.7"),  # no proxy of ours: not believed
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("127.0.0.1", "198.51.100.9, 10.9.0.4", "198.51.100.9"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.9, 10.9.0.4", "198.51.100.9"),  # the first is a lie
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", "1.2.3.4, ,10.9.0.4", "10.9.0.4"),
        ("fd00::1", "2001:db8::0:7", "2001:db8::7"),
        ("", "198.51.100.9", ""),
    ],
)
def test_the_last_address_that_is_no_proxys(settings, peer, handed_on, sender):
    settings.PROXIES = PROXIES
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": handed_on}
    client_address(lambda seen: HttpResponse(seen.META["REMOTE_ADDR"]))(request)
    assert request.META["REMOTE_ADDR"] == sender


def test_behind_a_proxy_an_account_waits_for_one_sender_and_not_for_all(world, settings):
    settings.PROXIES = PROXIES

    def log_in(password: str, sender: str) -> int:
        client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=sender)
        return client.post("/login/", {"username": "clerk", "password": password}).status_code

    for _ in range(5):
        log_in("falsch", "198.51.100.9")
    assert (log_in(PASSWORD, "198.51.100.9"), log_in(PASSWORD, "198.51.100.10")) == (429, 302)
