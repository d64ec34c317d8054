"""What a browser is given that installs the portal; tests/screens/test_installed.py tries it in one."""

from django.test import Client


def test_the_service_worker_is_the_same_whoever_reads_and_is_always_asked_for_anew(client: Client) -> None:
    polish, english = (
        client.get("/service-worker.js", headers={"Accept-Language": language}) for language in ("pl", "en")
    )
    assert polish.content == english.content
    assert polish["Content-Type"].startswith("text/javascript")
    assert polish["Cache-Control"] == "no-cache"


def test_the_app_is_described_in_the_language_of_its_reader(client: Client) -> None:
    polish, english = (
        client.get("/manifest.webmanifest", headers={"Accept-Language": language}).json()
        for language in ("pl", "en")
    )
    assert (polish["lang"], english["lang"]) == ("pl", "en")
    assert polish["description"] != english["description"]
