"""Every text has its words in both languages, and no text reaches a screen without being looked up."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.template.base import Lexer, TokenType

from mlegitymacja_portal.catalogues import sources, stale
from script.lib.catalogue import LANGUAGES, faults, file_of, update
from script.lib.extraction import all_texts, names_in, speaking_files, texts_of
from tests.structure.tree import ROOT, files, name, syntax

POLISH = re.compile(
    r"[ąćęłńóśźż]|\b(?:albo|anuluj|brak|dla|jest|kod|konto|lub|nie|numer|oraz|pobierz|pomoc|poza|stan|student[aów]+"
    r"|studia|tego|teraz|usun|wybierz|zaloguj|zamow\w*)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w./<>:-]*(?:/|\.\w{3,4})|/\S*")  # also of a file
# Attributes that are read to people.
SPOKEN = {"alt", "title", "placeholder", "label", "content", "value"}
# Attributes that name elements.
REFERENCES = {
    *("aria-labelledby", "aria-describedby"),
    *("data-replaces", "data-scans-into", "data-scan-result", "data-camera-into"),
}
# Polish that is no text for people, or that is the same for everybody.
NOT_WORDS = {
    "api/examples.py": "examples of answers",
    "api/openapi.py": "an address",
    "mlegitymacja_portal/accusatives.py": "forms of Polish names, for Polish alone",
    "mdocs/page/codes_views.py": "the name of a file",
    "mdocs/sandbox/contract_routes.py": "an answer of the contract, which speaks Polish",
    "mdocs/sandbox/exchanges.py": "what stands for a photo in a request that is shown",
    "mdocs/sandbox/faults.py": "an answer of the contract, which speaks Polish",
    "mdocs/sandbox/http.py": "an answer of the contract, which speaks Polish",
    "mdocs/sandbox/ledger.py": "an answer of the contract, which speaks Polish",
    "mdocs/sandbox/validation.py": "answers of the contract, which speaks Polish",
    "students/spreadsheets/error_values.py": "what stands in cells",
    "students/spreadsheets/misread_letters.py": "Polish letters",
    "students/demo_catalogue.py": "the names of demo faculties",
    "students/cards/number_lists.py": "the names that a column may have",
    "students/demo.py": "the names of demo students",
    "students/demo_names.py": "names of people",
    "students/roles.py": "the names of groups, which are rows of the database",
    "students/spreadsheets/text_encodings.py": "the letters of Polish names",
    "students/spreadsheets/xlsx_files.py": "what a Polish spreadsheet makes a truth value of",
    "students/text_folding.py": "letters that are folded",
    "usos_api/scopes.py": "a table of texts in both languages",
    "usos_api/texts.py": "a table of texts in both languages",
}
EXAMPLE = """\
from django.utils.translation import gettext_lazy as _, ngettext
_("Zamów") + _("Anuluj %(what)s")
ngettext("%(n)d kod", "%(n)d kodów", 2)
"""


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """Everything that the portal says."""
    return all_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_its_words(texts: Catalog, language: str) -> None:
    assert len(texts) > 900, "the search finds what is there"
    assert faults(language, texts) == [], (
        "script/translations adds new texts to locale/*/LC_MESSAGES/django.po"
    )


def test_what_is_compiled_is_what_was_written() -> None:
    assert {str(source.relative_to(ROOT)) for source in sources()} == {
        f"locale/{part}{language}/LC_MESSAGES/django.po" for language in LANGUAGES for part in ("", "admin/")
    }, "locale/admin holds Django's own sentences"
    assert list(stale()) == []


def test_the_catalogues_are_of_the_languages_that_people_choose_from() -> None:
    assert set(LANGUAGES) == set(dict(settings.LANGUAGES)), (
        "LANGUAGES of settings.py and of script/lib/catalogue.py"
    )


@pytest.fixture
def example(tmp_path: Path) -> Catalog:
    """The texts of a portal that says three things, with a catalogue that does not know them yet."""
    (tmp_path / "mdocs").mkdir()
    (tmp_path / "mdocs" / "page.py").write_text(EXAMPLE)
    example = all_texts(tmp_path)
    for language in LANGUAGES:
        update(language, example, tmp_path)
    return example


def test_a_new_text_is_asked_for_in_each_language_that_needs_words_for_it(
    example: Catalog, tmp_path: Path
) -> None:
    assert faults("en", example, tmp_path) == [
        "en: not translated: 'Zamów'",
        "en: not translated: 'Anuluj %(what)s'",
        "en: not translated: '%(n)d kod'",
    ]
    assert faults("pl", example, tmp_path) == ["pl: not translated: '%(n)d kod'"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Order", ""),
        (" Order", "other space at an end of ' Order'"),
        ("Order %(it)s", "other placeholders in 'Order %(it)s'"),
        ("Order <b>now</b>", "other markup in 'Order <b>now</b>'"),
    ],
)
def test_words_that_do_not_fit_the_text_are_found(
    example: Catalog, tmp_path: Path, words: str, fault: str
) -> None:
    file = file_of("en", tmp_path)
    file.write_text(file.read_text().replace('msgid "Zamów"\nmsgstr ""', f'msgid "Zamów"\nmsgstr "{words}"'))
    found = [each for each in faults("en", example, tmp_path) if "'Zamów'" in each]
    assert found == ([f"en: {fault}: 'Zamów'"] if fault else [])


def test_words_for_a_text_that_has_changed_are_found(example: Catalog, tmp_path: Path) -> None:
    file = file_of("en", tmp_path)
    file.write_text(file.read_text() + '\n#, fuzzy\nmsgid "Zamow"\nmsgstr "Order"\n')
    assert "en: said by nobody any more: 'Zamow'" in faults("en", example, tmp_path)
    file.write_text(file.read_text().replace('msgid "Zamów"', '#, fuzzy\nmsgid "Zamów"'))
    assert "en: a guess (fuzzy): 'Zamów'" in faults("en", example, tmp_path)


def test_no_text_escapes_the_search() -> None:
    """Each call of gettext has a literal that is found: neither a variable nor something inside an f-string."""
    escaped = []
    for path in speaking_files():
        if path.suffix == ".py":
            found = {text for texts, _comments, _context in texts_of(path) for text in _each(texts)}
            names = names_in(path.read_text())
            escaped += [
                f"{name(path)}:{call.lineno}"
                for call in _calls(path, names)
                if not {_literal(argument) for argument in call.args[:1]} <= found
                and not names[call.func.id].startswith(("pgettext", "npgettext"))  # type: ignore[attr-defined]
            ]
    assert escaped == []


def test_no_text_is_fixed_in_one_language_when_the_portal_starts() -> None:
    early = {
        f"{name(path)}:{line}"
        for path in speaking_files()
        if path.suffix == ".py" and "migrations" not in path.parts
        for line in _said_at_import(path)
    }
    assert early == set(), "it needs gettext_lazy, and to be put together only when it is shown"


def test_nothing_polish_is_said_without_being_looked_up() -> None:
    found = {
        f"{name(path)}:{line}: {text}"
        for path in speaking_files()
        if "migrations" not in path.parts and name(path) not in NOT_WORDS
        for line, text in (_loose_in_python(path) if path.suffix == ".py" else _loose_in_template(path))
        if POLISH.search(text)
    }
    assert found == set()


def test_scripts_say_nothing_of_their_own() -> None:
    quoted = re.compile(r"[\"'`][^\"'`\n]*[\"'`]")
    found = {
        f"{name(path)}: {text}"
        for path in files(".js", under=("static", "mdocs/sandbox/static"))
        for text in quoted.findall(path.read_text())
        if POLISH.search(text)
    }
    assert found == set(), "give it to the script in an attribute (data-…) of the page"


def test_the_exceptions_are_still_needed() -> None:
    for file in NOT_WORDS:
        assert any(POLISH.search(text) for _line, text in _loose_in_python(ROOT / file)), file


def _each(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def _literal(argument: ast.expr) -> object:
    return argument.value if isinstance(argument, ast.Constant) else None


def _calls(path: Path, names: dict[str, str]) -> Iterator[ast.Call]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def _said_at_import(path: Path) -> Iterator[int]:
    """The lines where a module, while it is imported, looks a text up or makes a string of a lazy one."""
    names = names_in(path.read_text())
    waiting: list[ast.AST] = list(syntax(path).body)
    while waiting:
        node = waiting.pop()
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in names and not names[called].endswith(("lazy", "noop")):
            yield node.lineno  # type: ignore[attr-defined]
        if isinstance(node, ast.JoinedStr | ast.BinOp) or called == "str":
            inside = [part for part in ast.walk(node) if isinstance(part, ast.Call) and part is not node]
            if any(isinstance(part.func, ast.Name) and part.func.id in names for part in inside):
                yield node.lineno  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += node.args.defaults + [each for each in node.args.kw_defaults if each]
            waiting += getattr(node, "decorator_list", [])
        else:
            waiting += ast.iter_child_nodes(node)


def _loose_in_python(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that are neither looked up nor a docstring."""
    tree = syntax(path)
    known = {id(part) for call in _calls(path, names_in(path.read_text())) for part in ast.walk(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            known.add(id(node.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in known:
            continue
        if not ADDRESS.fullmatch(node.value):
            yield node.lineno, node.value


def _loose_in_template(path: Path) -> list[tuple[int, str]]:
    """The words of a template outside its tags for translation."""
    words, inside = _Words(), False
    for token in Lexer(path.read_text()).tokenize():
        if token.token_type == TokenType.BLOCK:
            inside = token.contents.startswith("blocktrans") or inside
            inside = inside and not token.contents.startswith("endblocktrans")
        is_text = token.token_type == TokenType.TEXT and not inside
        words.feed(token.contents if is_text else "\n" * token.contents.count("\n"))
    words.close()
    return words.found


class _Words(HTMLParser):
    """Collects what a page shows or has read out, with its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for attribute, value in attrs:
            is_spoken = attribute in SPOKEN or attribute.startswith(("aria-", "data-"))
            if value and is_spoken and attribute not in REFERENCES:
                self.found.append((self.getpos()[0], value))

    def handle_data(self, data: str) -> None:
        self.found.append((self.getpos()[0], data))
