"""Methods of the API, one module in each file; importing this package declares them all."""

from usos_api.services import apiref, apisrv, cards, cards_office, fac, oauth, progs, terms, users

__all__ = ["apiref", "apisrv", "cards", "cards_office", "fac", "oauth", "progs", "terms", "users"]
