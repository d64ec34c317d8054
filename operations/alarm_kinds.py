"""Kinds of alarms: the names of the checks, which /health/ready, the doctor and the runbook use too."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Kind of a check, and of its alarms."""

    DATABASE = "database", _("baza danych")
    KEYS = "keys", _("klucze szyfrujące")
    REDIS = "redis", _("Redis")
    BEAT = "beat", _("beat")
    WORKERS = "workers", _("workery")
    ORDERS_DUE = "orders_due", _("zaległe zamówienia")
    MDOKUMENTY = "mdokumenty", _("mDokumenty")
    CERTIFICATE = "certificate", _("certyfikat dla mDokumentów")
    MESSAGES = "messages", _("wiadomości i e-maile")
    PHONES = "phones", _("powiadomienia na telefony")
    PERIODIC_TASKS = "periodic_tasks", _("zadania okresowe")
    SWEEP = "sweep", _("codzienny przegląd uprawnień")
    SIGN_IN = "sign_in", _("logowanie za proxy")
    STORAGE = "storage", _("wspólne pliki")
    DISK = "disk", _("miejsce na dysku")
    CLOCK = "clock", _("zegary")
    RECONCILIATION = "reconciliation", _("uzgodnienie z mDokumentami")
    WEBHOOKS = "webhooks", _("odbiorcy powiadomień (webhooki)")
    # Which only the doctor asks.
    MDOKUMENTY_CALL = "mdokumenty_call", _("połączenie z mDokumentami")
    MAIL = "mail", _("serwer poczty")
    PUSH = "push", _("klucz powiadomień na telefony")
    SETTINGS = "settings", _("ustawienia")
