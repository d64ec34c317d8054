"""What docs/api-v1.md says, each command as it stands there: from a token to the codes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from api import problems
from mdocs.models import Order
from students.models import Student
from tests.api.caller import make_token
from tests.structure.tree import ROOT

PATIENCE = 60  # seconds
PAGE = (ROOT / "docs" / "api-v1.md").read_text()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("shell", "language"), [(("bash", "-euc"), "bash"), ((sys.executable, "-c"), "python")]
)
def test_the_documented_commands_lead_to_the_codes(
    shell: Sequence[str], language: str, live_server: Any, student: Student, work: Callable[[], int]
) -> None:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert "your-token" in text
    text = text.replace("http://127.0.0.1:8000", live_server.url)
    text = text.replace("your-token", make_token(student.user))
    environment = {"PATH": os.environ["PATH"], "no_proxy": "*"}
    pipe = subprocess.PIPE
    with subprocess.Popen([*shell, text], stdout=pipe, stderr=pipe, text=True, env=environment) as typed:
        end = time.monotonic() + PATIENCE
        while not Order.objects.exists() and typed.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        work()
        said, complaint = typed.communicate(timeout=PATIENCE)
    assert typed.returncode == 0, complaint
    code = Order.objects.get().activation_code
    assert code and code in said


def test_the_documentation_names_every_problem() -> None:
    for code in problems.TITLES:
        assert f"`{code}`" in PAGE, code
