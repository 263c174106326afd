"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
django = get_wsgi_application()

from xueji.pages.bodies import whole  # noqa: E402 -- needs the apps
from xueji.pages.deployment import require_deployment  # noqa: E402
from xueji.pages.readiness import require_keys_and_durability  # noqa: E402

require_deployment()
require_keys_and_durability()
application = whole(django)
