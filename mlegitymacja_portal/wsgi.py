"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from mlegitymacja_portal.checks import stop_on_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")

application = get_wsgi_application()
stop_on_errors()
