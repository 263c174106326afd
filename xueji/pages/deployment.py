"""What a site that others reach must be like, asked by ``check --deploy`` and at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import WARNING, CheckMessage, Error, Tags, run_checks

from xueji.pages.readiness import NotReady

HERE = {"127.0.0.1", "localhost", "[::1]"}


def check_deployment(**_: Any) -> list[CheckMessage]:
    """What Django does not ask: demo, role, proxies, all of them settings of this product."""
    faults = {
        "XUEJI_DEMO marks a site of invented people": settings.DEMO,
        "XUEJI_ROLE=owner is for migrations; the site works as the application role": (
            settings.ROLE == "owner"
        ),
        "XUEJI_PROXIES must name the proxy that ends HTTPS, or all people share its address"
        " and five wrong passwords keep an account waiting everywhere": (
            settings.SECURE_COOKIES and not settings.PROXIES
        ),
    }
    return [Error(fault, id=f"xueji.D{n}") for n, fault in enumerate(faults, 1) if faults[fault]]


def require_deployment() -> None:
    """Stop a site that is not fit for others; one of this machine alone, or a demo, may be."""
    if settings.DEMO or (set(settings.ALLOWED_HOSTS) <= HERE and not settings.SECURE_COOKIES):
        return
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    if faults := [str(one) for one in found if one.level >= WARNING and not one.is_silenced()]:
        raise NotReady("not fit to serve:\n" + "\n".join(faults))
