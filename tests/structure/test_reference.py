"""Tables of the documents that name each condition, each state and each of its codes are complete and true."""

import re

import pytest
from django.utils import translation

from mdocs.statuses import ENDED_BY_MDOKUMENTY, LIVE, TRANSITIONS, Status
from students.conditions import RULES
from tests.structure.tree import ROOT
from usos_api.statuses import CODES

CODE = re.compile(r"`(\w+)`")


def rows(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    below = (ROOT / "docs" / document).read_text().partition(f"\n{heading}")[2]
    table = re.search(r"(?:^\|.*\|\n)+", below, re.MULTILINE)
    assert table, f"docs/{document} has no table below {heading!r}"
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_domain_lists_the_conditions_in_their_order() -> None:
    found = [CODE.findall(cells[1])[0] for cells in rows("reference/domain.md", "## Conditions")]
    assert found == [condition.code for condition in RULES["els"]], "docs/reference/domain.md, Conditions"


@pytest.mark.parametrize(
    ("document", "heading"),
    [("reference/design.md", "## The life of an order"), ("lifecycle.md", "## The states")],
)
def test_a_table_of_the_states_has_each_with_its_word_and_where_it_goes(document: str, heading: str) -> None:
    words: dict[str, str] = {}
    goes_to: dict[str, set[str]] = {}
    for cells in rows(document, heading):
        states = CODE.findall(cells[0])
        words |= dict(zip(states, cells[1].split(", "), strict=True))
        goes_to |= {state: set(CODE.findall(cells[-1])) for state in states}
    with translation.override("pl"):
        assert words == {status.value: str(status.label) for status in Status}, f"docs/{document}, {heading}"
    assert {state: to | ENDED_BY_MDOKUMENTY if state in LIVE else to for state, to in goes_to.items()} == {
        status.value: set(to) for status, to in TRANSITIONS.items()
    }, f"docs/{document}, {heading}: its last column and TRANSITIONS of mdocs/statuses.py"


def test_clients_are_told_of_each_code_of_a_status() -> None:
    found = {code for cells in rows("api.md", "### Statuses") for code in CODE.findall(cells[0])}
    assert found == set(CODES.values()), "docs/api.md, Statuses"


def test_receivers_are_told_of_each_type_of_a_message() -> None:
    named = set(re.findall(r"`order\.(\w+)`", (ROOT / "docs" / "webhooks.md").read_text()))
    assert named == set(Status.values), "docs/webhooks.md: the types of messages"
