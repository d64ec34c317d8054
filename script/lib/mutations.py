"""Mutations: small faults for the code, and how one is put into a program that has been loaded already."""

import ast
import gc
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

# fmt: off
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}
_CONNECTIVES: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
}
_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_METHODS = {"filter": "exclude", "exclude": "filter"}
_UNITS = {"seconds": "minutes", "minutes": "hours", "hours": "days", "days": "hours", "weeks": "days"}
_LOOKUPS = {"__lt": "__gte", "__lte": "__lt", "__gt": "__lte", "__gte": "__gt"}
# fmt: on
_BOUNDARY = ast.Lt | ast.LtE | ast.Gt | ast.GtE
_SMALL = 10  # a larger number that is off by one is seldom a fault
_NO_CODE = {"annotation", "returns", "decorator_list", "args", "pattern"}  # of functions and cases
_Located = ast.expr | ast.stmt | ast.keyword
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutation:
    """A fault, the `number`th of its file; `name` is that of a function or of a constant of the module."""

    path: str
    number: int
    name: str
    is_constant: bool
    line: int
    lines: list[int]  # the statement's; without the body, where it has one
    before: str
    after: str
    key: str  # the same as long as the function stays as it is


def mutations(path: Path) -> list[Mutation]:
    """Return every mutation of a file."""
    found = []
    for number, (name, top, statement, old, new) in enumerate(_faults(ast.parse(path.read_text()))):
        body = getattr(statement, "body", None)
        end = body[0].lineno if body else (statement.end_lineno or 0) + 1
        lines = list(range(statement.lineno, max(end, statement.lineno + 1)))
        before, after = ast.unparse(old), "nothing" if isinstance(new, ast.If) else ast.unparse(new)
        digest = hashlib.sha256(ast.unparse(top).encode()).hexdigest()[:8]
        place = f"{old.lineno - top.lineno}:{old.col_offset}"
        key = f"{path} {name} {digest} {place} {before} → {after}"
        is_constant = not isinstance(top, _FUNCTION)
        found.append(Mutation(str(path), number, name, is_constant, old.lineno, lines, before, after, key))
    return found


def _faults(module: ast.Module) -> Iterator[tuple[str, ast.stmt, ast.stmt, _Located, _Located]]:
    """Yield each fault of a module: a name, its definition, the statement, what is replaced in it, and with what."""
    for name, top in _definitions(module.body):
        for node, statement in _code(top, top):
            for old, new in _replacements(node):
                yield name, top, statement, old, ast.copy_location(new, old)


def _definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, _FUNCTION):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not prefix:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id, node


def _code(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """Yield what is in a definition, each with the innermost statement that has it."""
    statement = node if isinstance(node, ast.stmt) else statement
    yield node, statement
    for field, value in ast.iter_fields(node):
        if field not in _NO_CODE or isinstance(node, ast.Call):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _code(child, statement)


def _replacements(node: ast.AST) -> Iterator[tuple[_Located, _Located]]:
    """Yield what can be replaced at a node, and with what.

    What is left out stays behind a condition that is never met: so a function keeps its variables.
    """
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            yield node, ast.Compare(node.left, [_COMPARISONS[type(op)]()], node.comparators)
        case ast.BoolOp():
            yield node, ast.BoolOp(_CONNECTIVES[type(node.op)](), node.values)
        case ast.BinOp() if type(node.op) in _OPERATORS:
            yield node, ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node, node.operand
        case ast.Constant(value=bool() as value):
            yield node, ast.Constant(not value)
        case ast.Constant(value=int() as value):
            for other in [value * 2] if value > _SMALL else [value + 1, value - 1]:
                yield node, ast.Constant(other)
        case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
            yield node, ast.Call(ast.Name(_FUNCTIONS[name], ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Attribute(value=rows, attr=name)) if name in _METHODS:
            method = ast.Attribute(rows, _METHODS[name], ast.Load())
            yield node, ast.Call(method, node.args, node.keywords)
        case ast.keyword(arg=str(name)) if name in _UNITS:
            yield node, ast.keyword(_UNITS[name], node.value)
        case ast.keyword(arg=str(name)) if (lookup := f"__{name.rpartition('__')[2]}") in _LOOKUPS:
            yield node, ast.keyword(name.removesuffix(lookup) + _LOOKUPS[lookup], node.value)
        case ast.Return(value=ast.expr() as returned) if not isinstance(returned, ast.Constant):
            yield node, ast.Return(ast.BoolOp(ast.And(), [ast.Constant(None), returned]))
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign() | ast.Raise():
            yield node, ast.If(ast.Constant(False), [node], [])
        case ast.Assign(
            targets=[ast.Attribute() | ast.Subscript() | ast.Tuple(elts=[ast.Attribute(), *_]), *_]
        ):
            yield node, ast.If(ast.Constant(False), [node], [])
    for test in [getattr(node, "test", None), *getattr(node, "ifs", [])]:
        match test:
            case None | ast.UnaryOp(op=ast.Not()):
                pass
            case ast.Compare(ops=[op]) if not isinstance(op, _BOUNDARY):
                pass  # its operator is turned round
            case ast.expr():
                yield test, ast.UnaryOp(ast.Not(), test)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def functions_of(paths: Sequence[Path]) -> dict[str, list[FunctionType]]:
    """Return the functions that have been made from files, wherever they are held; the files are imported."""
    for path in paths:
        import_module(_module(str(path)))
    found: dict[str, list[FunctionType]] = {str(path.resolve()): [] for path in paths}
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename in found:
            found[function.__code__.co_filename].append(function)
    return found


def put_in(mutation: Mutation, functions: Iterable[FunctionType]) -> None:
    """Change the running program as a mutation has it: each function keeps its identity and gets other code."""
    path = Path(mutation.path)
    module = ast.parse(path.read_text())
    _, top, _, old, new = list(_faults(module))[mutation.number]
    _Replace(old, new).visit(module)
    ast.fix_missing_locations(module)
    if mutation.is_constant:
        _set_constant(mutation, ast.Module([top], []))
    codes = dict(_codes(compile(module, str(path.resolve()), "exec")))
    for function in functions:
        function.__code__ = codes.get(_place(function.__code__), function.__code__)


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield _place(constant), constant
            yield from _codes(constant)


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _set_constant(mutation: Mutation, assignment: ast.Module) -> None:
    """Give a constant its wrong value in every module that has it."""
    module = sys.modules[_module(mutation.path)]
    names = dict(vars(module))
    right = names[mutation.name]
    exec(compile(assignment, mutation.path, "exec"), names)  # noqa: S102
    if hasattr(right, "__dict__") and not isinstance(right, type):
        vars(right).update(vars(names[mutation.name]))  # it may be in tables as well
        return
    for other in list(sys.modules.values()):
        if vars(other).get(mutation.name) is right:
            setattr(other, mutation.name, names[mutation.name])
