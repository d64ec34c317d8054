"""Address of Celery's broker."""

from urllib.parse import parse_qs, urlsplit


def broker_url(redis_url: str) -> str:
    """Return the address of a Redis as kombu understands it.

    Behind a Unix socket the number of the database is `db` for redis-py, and `virtual_host` for kombu.
    """
    url = urlsplit(redis_url)
    if url.scheme != "unix":
        return redis_url
    database = parse_qs(url.query).get("db", ["0"])[-1]
    return f"redis+socket://{url.path}?virtual_host={database}"
