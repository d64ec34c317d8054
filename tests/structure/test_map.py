"""The map of the packages: the pictures in docs/architecture.md and the tree in README.md are what the code is."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp
import pytest

from tests.structure.tree import APPS, ROOT

ARCHITECTURE = ROOT / "docs" / "architecture.md"
NOT_DRAWN = {"migrations"}  # Django finds them, and they import nothing of ours
NO_PACKAGES = {"migrations", "management", "templatetags", "static", "templates"}
_NODE = re.compile(r'(\w+)\["([^"]+)"\]')
_ARROW = re.compile(r"(\w+) --> (\w+)")
_ENTRY = re.compile(r"^( *)([^\s,]+(?:, [^\s,]+)*)")

Arrow = tuple[str, str]


@dataclass(frozen=True)
class Picture:
    """A Mermaid flowchart whose labels name packages and modules."""

    nodes: dict[str, str]  # dotted module: the node that it belongs to
    arrows: frozenset[Arrow]

    @classmethod
    def read(cls, text: str) -> "Picture":
        """Read a flowchart: `node["package/module, another"]` and `node --> node`, one a line."""
        lines = [line.strip() for line in text.splitlines()[1:] if line.strip()]
        nodes = {found[1]: found[2] for line in lines if (found := _NODE.fullmatch(line))}
        arrows = frozenset((found[1], found[2]) for line in lines if (found := _ARROW.fullmatch(line)))
        unread = [line for line in lines if not _NODE.fullmatch(line) and not _ARROW.fullmatch(line)]
        assert not unread, f"neither a node nor an arrow: {unread}"
        assert {end for arrow in arrows for end in arrow} <= nodes.keys(), (
            "an arrow has a node that is not declared"
        )
        modules = {
            part.replace("/", "."): node for node, label in nodes.items() for part in label.split(", ")
        }
        return cls(modules, arrows)

    def node_of(self, module: str) -> str | None:
        """Return the node of the package or module that this module is, or is in."""
        while module and module not in self.nodes:
            module = module.rpartition(".")[0]
        return self.nodes.get(module)


def arrows_of(graph: grimp.ImportGraph, picture: Picture) -> dict[Arrow, str]:
    """Return the arrows that the imports draw between the nodes of a picture, each with one of its imports."""
    found: dict[Arrow, str] = {}
    for module in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            start, end = picture.node_of(module), picture.node_of(imported)
            if start and end and start != end:
                found.setdefault((start, end), f"{module} imports {imported}")
    return found


def without_what_follows(arrows: dict[Arrow, str]) -> set[Arrow]:
    """Leave out the arrows that follow from others. Raises AssertionError where arrows run in a circle."""
    ends = defaultdict(set)
    for start, end in arrows:
        ends[start].add(end)

    def reachable(start: str) -> set[str]:
        seen, rest = set[str](), [start]
        while rest:
            for end in ends[rest.pop()] - seen:
                seen.add(end)
                rest.append(end)
        return seen

    ways = {start: reachable(start) for start in list(ends)}
    circular = {start for start, reached in ways.items() if start in reached}
    why = [text for (start, end), text in arrows.items() if {start, end} <= circular]
    assert not circular, "imports run in a circle:\n" + "\n".join(why)
    return {
        (start, end)
        for start, end in arrows
        if not any(end in ways.get(other, ()) for other in ends[start] - {end})
    }


def pictures() -> Iterator[Picture]:
    """Yield the pictures of the document."""
    for text in re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE.read_text(), re.DOTALL):
        yield Picture.read(text)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Return who imports whom, without what is imported for typing only."""
    return grimp.build_graph(*APPS, exclude_type_checking_imports=True)


def test_the_pictures_show_every_package(graph: grimp.ImportGraph) -> None:
    apps, inside = pictures()
    assert set(apps.nodes) == set(APPS)
    parts = {child.rpartition(".")[2] for child in graph.find_children("mdocs")} - NOT_DRAWN
    assert {f"mdocs.{part}" for part in parts} == set(inside.nodes)


@pytest.mark.parametrize("number", [0, 1])
def test_the_arrows_are_those_of_the_imports(graph: grimp.ImportGraph, number: int) -> None:
    picture = list(pictures())[number]
    imports = arrows_of(graph, picture)
    drawn = without_what_follows(imports)
    to_add = [
        f"    {start} --> {end}   ({imports[start, end]})" for start, end in sorted(drawn - picture.arrows)
    ]
    to_remove = [f"    {start} --> {end}" for start, end in sorted(picture.arrows - drawn)]
    assert not to_add and not to_remove, "\n".join(
        [
            "docs/architecture.md lacks",
            *to_add,
            "and has for nothing, or though it follows from others",
            *to_remove,
        ]
    )


def test_an_arrow_that_follows_from_others_is_not_drawn() -> None:
    picture = Picture.read('flowchart\na["x/one"]\nb["x/two, x/three"]\nc["y"]\na --> b\nb --> c')
    assert picture.node_of("x.three.deeper") == "b"
    assert picture.node_of("x.four") is None
    assert without_what_follows({("a", "b"): "", ("b", "c"): "", ("a", "c"): ""}) == picture.arrows
    with pytest.raises(AssertionError, match=r"x\.one imports y"):
        without_what_follows({("a", "c"): "x.one imports y", ("c", "a"): "y imports x.one", ("a", "b"): ""})


def entries_of_the_tree() -> Iterator[Path]:
    """Yield every path of the tree in the README, relative to the project's folder."""
    (tree,) = re.findall(r"^```\n(\S+/ [^`]*)```", (ROOT / "README.md").read_text(), re.MULTILINE)
    parents: dict[int, Path] = {}
    for line in tree.splitlines():
        if not (found := _ENTRY.match(line)) or len(found[1]) > 8:
            continue  # a line that goes on with the words of the one before
        depth = len(found[1])
        above = parents[max(each for each in parents if each < depth)] if depth else Path()
        for entry in found[2].split(", "):
            parents[depth] = above / entry
            yield above / entry


def test_the_tree_in_the_readme_is_the_tree() -> None:
    entries = list(entries_of_the_tree())
    assert [str(entry) for entry in entries if not (ROOT / entry).exists()] == []
    packages = [
        folder
        for folder in (ROOT / "mdocs").iterdir()
        if folder.name not in NO_PACKAGES
        and any(folder.glob("*.py"))  # not what only Python's cache is left of
    ]
    named = {str(entry) for entry in entries}
    assert {*APPS, *(f"mdocs/{package.name}" for package in packages)} <= named
