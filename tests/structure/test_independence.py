"""Two packages import nothing of ours, and nobody imports the sandbox. The layers are in pyproject.toml."""

import grimp
import pytest

from tests.structure.tree import APPS


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom."""
    return grimp.build_graph(*APPS, include_external_packages=True)


@pytest.mark.parametrize("room", ["mdocs.mdokumenty", "mdocs.sandbox"])
def test_a_room_imports_nothing_of_the_rest_and_no_django(graph: grimp.ImportGraph, room: str) -> None:
    inside = {room, *graph.find_descendants(room)}
    imported = {target for module in inside for target in graph.find_modules_directly_imported_by(module)}
    assert imported, "the room has imports"
    assert {target for target in imported - inside if target.split(".")[0] in {*APPS, "django"}} == set()


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=True)
    imports = [(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)]
    assert imports, "the apps have imports"
    assert [(a, back) for a, b in imports if (back := graph.find_shortest_chain(b, a))] == []


def test_the_sandbox_is_imported_by_nobody(graph: grimp.ImportGraph) -> None:
    inside = {"mdocs.sandbox", *graph.find_descendants("mdocs.sandbox")}
    importers = {user for module in inside for user in graph.find_modules_that_directly_import(module)}
    assert importers - inside == set()
