"""Which static files are collected."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalStaticFiles(StaticFilesConfig):
    """Leaves out what comes with the page to try the API and is never asked for: compressing it takes a minute."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "redoc",
        "swagger-ui-bundle.js.map",
    ]
