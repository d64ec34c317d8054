"""Two releases on one database, and people who go from the web of one to that of the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, LiteralString

import httpx
import psycopg
from django.utils import timezone

from script.lib import releases
from script.lib.network import free_port
from script.lib.releases import SESSIONS_GO_ON
from script.lib.year_acts import write_usos_file
from tests.mdocs.page.html import Document
from tests.mdocs.sandbox_process import Sandbox
from tests.running.portal import ROOT, clean_environment
from tests.running.release import Release
from tests.stack.visitor import ORDER, PAGE, Visitor
from tests.waiting import wait_until

REDIS = "db=13"  # nobody else's
PATIENCE = 240.0  # seconds; the machine may be busy
MESSAGES, CHANGE_PASSWORD = "/dla-studentow/wiadomosci/", "/konto/haslo/"
OFFICE = ("/admin/", "/admin/mdocs/order/", "/admin/students/student/", "/admin/students/job/")
REVOKE, SIGN_IN = "Unieważnij mLegitymację", "Zaloguj się"
PASSWORD, NEW_PASSWORD = "tajne-haslo-studenta", "nowe-tajne-haslo-studenta"


class Upgrade:
    """The release before and the present code, the people, and mDokumenty."""

    def __init__(self, folder: Path, sandbox: Sandbox, database: str) -> None:
        self.folder, self.sandbox, self._database = folder, sandbox, database
        kept = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "FIELD_INDEX_KEY")
        redis = os.environ["REDIS_URL"]
        environment = clean_environment(
            DATABASE_URL=database, REDIS_URL=f"{redis}?{REDIS}", MDOKUMENTY_URL=sandbox.url,
            ENVIRONMENT="development", DATA_DIR=str(folder / "data"), WEB_CONCURRENCY="1",
            MDOKUMENTY_TIMEOUT="3", ENGINE_LEASE="10", **{name: os.environ[name] for name in kept},
        )  # fmt: skip
        self.old = Release("old", releases.unpack(folder / "before"), environment, folder)
        self.new = Release("new", ROOT, environment, folder)
        self._ports = {self.old: free_port(), self.new: free_port()}
        self._people: dict[str, Visitor] = {}
        self._signed: dict[str, str] = {}  # in: who, by which password

    def start_web(self, release: Release) -> None:
        """Start the web of a release, and wait until it serves."""
        release.start_web(self._ports[release])

    def at(self, release: Release, login: str) -> Visitor:
        """Return somebody at a release's web, in the browser that they use all the time."""
        if login not in self._people:
            self._people[login] = Visitor("", login)
            self._people[login].http.headers["Connection"] = (
                "close"  # what ends waits for nobody's next request
            )
        visitor = self._people[login]
        visitor.http.base_url = f"http://127.0.0.1:{self._ports[release]}"
        return visitor

    def look(self, release: Release, login: str, address: str = PAGE) -> Document:
        """Have somebody look at a page, and sign in where they are asked to."""
        return self._signed_in(release, login, self.at(release, login).look(address), address)

    def press(self, release: Release, login: str, page: Document, button: str) -> Document:
        """Have somebody press a button of a page that they have open; once more if they had to sign in first."""
        answer = self.at(release, login).send(page, button)
        if SIGN_IN in answer.buttons:
            answer = self.at(release, login).send(self._signed_in(release, login, answer), button)
        return answer

    def order(self, release: Release, login: str) -> None:
        """Have somebody order."""
        self.press(release, login, self.look(release, login), ORDER)

    def revoke(self, release: Release, login: str) -> None:
        """Have somebody revoke what they have."""
        asked = self.press(release, login, self.look(release, login), REVOKE)
        self.press(release, login, asked, REVOKE)

    def _signed_in(self, release: Release, login: str, page: Document, address: str = PAGE) -> Document:
        if SIGN_IN not in page.buttons:
            return page
        assert login not in self._signed or not SESSIONS_GO_ON, f"{login} has to sign in again"
        password = self._signed.setdefault(login, PASSWORD)
        self.at(release, login).send(page, SIGN_IN, username=login, password=password)
        return self.at(release, login).look(address)

    def look_around(self, release: Release, *logins: str) -> None:
        """Have students read their messages, and a clerk look at the lists of the office."""
        for login in logins:
            assert self.look(release, login, MESSAGES).main.startswith("Wiadomości")
        for address in OFFICE:
            self.look(release, "clerk", address)

    def change_password(self, release: Release, login: str) -> None:
        """Have somebody change their password."""
        typed = {
            "old_password": PASSWORD,
            "new_password1": NEW_PASSWORD,
            "new_password2": NEW_PASSWORD,
        }
        form = self.look(release, login, CHANGE_PASSWORD)
        page = self.at(release, login).send(form, "Zmień hasło", **typed)
        assert "Hasło zostało zmienione" in page.main
        self._signed[login] = NEW_PASSWORD

    def ask(self, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self._database) as connection:
            return connection.execute(query, parameters).fetchall()

    def states(self, login: str) -> list[str]:
        """Return the states of somebody's orders."""
        rows = self.ask(
            "SELECT o.status FROM mdocs_order o JOIN students_student s ON s.id = o.student_id"
            " JOIN students_user u ON u.id = s.user_id WHERE u.username = %s ORDER BY o.created_at",
            login,
        )
        return [status for (status,) in rows]

    def wait_for(self, **states: str) -> None:
        """Wait until the only order of each of these students is in this state."""

        def explain() -> str:
            return f"{[self.states(login) for login in states]}\n{self.old.logs()}\n{self.new.logs()}"

        wanted = {login: [state] for login, state in states.items()}
        wait_until(lambda: {login: self.states(login) for login in wanted} == wanted, PATIENCE, explain)

    def import_students(self, release: Release) -> None:
        """Have a release import everybody once more, and one more."""
        count = self.ask("SELECT count(*) FROM students_student")[0][0] + 1
        place = self.write_usos_file(count)
        release.manage("import_students", str(place / "usos.csv"), "--photos", str(place / "photos"))
        assert self.ask("SELECT count(*) FROM students_student") == [(count,)]

    def write_usos_file(self, count: int) -> Path:
        """Write what USOS exports of so many students, and return the folder."""
        place, until = self.folder / f"usos-{count}", f"{timezone.localdate().year + 1}-03-31"
        write_usos_file(str(place), {f"student{number}": "2025-10-01" for number in range(count)}, until)
        return place

    @contextmanager
    def nobody_sees_an_error(self, release: Release, login: str) -> Iterator[None]:
        """Have somebody look at their page all the while."""
        visitor, is_over, seen = self.at(release, login), Event(), list[str]()

        def look() -> None:
            while not is_over.wait(0.2):
                try:
                    visitor.look()
                    seen.append("")
                except httpx.HTTPError as error:
                    seen.append(repr(error))

        thread = Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
        assert set(seen) == {""}, f"{set(seen)}\n{release.logs()}"
