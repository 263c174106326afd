"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.settings")
application = get_wsgi_application()

from xueji.pages.readiness import require_keys_and_durability  # noqa: E402 -- needs the apps

require_keys_and_durability()
