"""A site that others reach does not start with settings that are fit for one machine alone."""

import pytest

from tests.pages.compose import SERVICES, compose
from xueji.pages.deployment import require_deployment
from xueji.pages.readiness import NotReady

SOUND = {
    "DEMO": False,
    "ROLE": "application",
    "PROXIES": ["10.0.0.1/32"],
    "SECURE_COOKIES": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "ALLOWED_HOSTS": ["xueji.example.cn"],
}


def put(settings, **values) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


def test_a_sound_site_starts(settings):
    put(settings, **SOUND)
    require_deployment()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBUG", True, "security.W018"),
        ("SECRET_KEY", "django-insecure-0123456789012345678901234567890123456789012345", "W009"),
        ("SECRET_KEY", "short", "security.W009"),
        ("ALLOWED_HOSTS", [], "security.W020"),
        ("SESSION_COOKIE_SECURE", False, "security.W012"),
        ("CSRF_COOKIE_SECURE", False, "security.W016"),
        ("SECURE_SSL_REDIRECT", False, "security.W008"),
        ("SECURE_HSTS_SECONDS", 0, "security.W004"),
        ("X_FRAME_OPTIONS", "SAMEORIGIN", "security.W019"),
        ("ROLE", "owner", "XUEJI_ROLE"),
        ("PROXIES", [], "XUEJI_PROXIES"),
    ],
)
def test_an_unsound_one_does_not(settings, name, value, told):
    put(settings, **SOUND | {name: value})
    with pytest.raises(NotReady) as refusal:
        require_deployment()
    assert str(refusal.value).count("\n") == 1, refusal.value
    assert told in str(refusal.value)


def test_without_https_it_serves_its_own_machine_and_no_other(settings):
    plain = {"SECURE_COOKIES": False, "SESSION_COOKIE_SECURE": False, "ROLE": "application"}
    put(settings, **plain, DEMO=False, ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"])
    require_deployment()
    put(settings, ALLOWED_HOSTS=["127.0.0.1", "xueji.example.cn"])
    with pytest.raises(NotReady, match=r"security\.W012"):
        require_deployment()


# -- docker-compose.yml, which this machine may not be able to run -------------------------------
@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_a_health_check_and_starts_again(name):
    service = compose()["services"][name]
    once = name == "migrate"
    assert (service["restart"], "healthcheck" in service) == (
        ("no", False) if once else ("unless-stopped", True)
    )


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat", "metrics", "proxy"])
def test_what_is_ours_runs_without_rights_and_writes_nowhere_else(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_stands_in_an_environment_or_a_command(name):
    service = compose()["services"][name]
    told = {**service.get("environment", {}), "command": service.get("command", "")}
    assert {n: v for n, v in told.items() if "PASSWORD}" in str(v) or "://" in str(v)} == {}


def test_the_owner_password_reaches_the_migration_alone():
    services = compose()["services"]
    holders = {n for n in services if "database_owner_url" in services[n].get("secrets", [])}
    assert holders == {"migrate"}


def test_only_the_proxy_is_open_to_other_machines():
    ports = {n: s["ports"] for n, s in compose()["services"].items() if "ports" in s}
    outside = {n for n, opened in ports.items() for one in opened if not one.startswith("127.")}
    assert outside == {"proxy"}


def test_the_proxy_is_ill_when_the_site_behind_it_refuses_or_is_away():
    """Asked under a name that the site serves: any other is refused, which is an error too."""
    asked = compose()["services"]["proxy"]["healthcheck"]["test"]
    assert asked.split()[:3] == ["HOSTS=${XUEJI_ALLOWED_HOSTS:-127.0.0.1};", "curl", "--fail"]
    assert '--header "Host:$${HOSTS%%,*}"' in asked
