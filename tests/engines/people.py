"""What somebody does at the portal, in any engine."""

from mdocs.statuses import Status
from students.models import Student, User
from students.portraits import draw_portrait
from tests.engines.engine import Engine
from tests.mdocs.factories import make_order
from tests.students.factories import PASSWORD, make_eligible_student, make_photo

PAGE = "/dla-studentow/moje-studia/mlegitymacja/"
MY_DATA = "/dla-studentow/moje-dane/"


def make_anna(status: Status | None = None) -> Student:
    """Make a student who may order, or whose order is in a state."""
    student = make_eligible_student(photo=make_photo(draw_portrait(7, "F")))
    if status:
        make_order(student, status)
    return student


def sign_in(engine: Engine, user: User, path: str = PAGE) -> None:
    """Sign in by the form, on the way to a page."""
    engine.go(f"/logowanie/?next={path}")
    engine.type("username", user.username)
    engine.type("password", f"{PASSWORD}\n")
    engine.waits(lambda: engine.path() == path)
