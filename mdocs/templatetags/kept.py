"""Template tags that keep the parts of pages which are nobody's: `{% keep %}`, and in it `{% anew %}`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.template.loader_tags import BlockNode
from django.utils.functional import Promise
from django.utils.translation import get_language

register = template.Library()

MOST = 1_000  # parts that a process keeps; beyond that it begins anew
_MARK, _HOLES = "\0", "holes of what is kept"
_PLAIN = str | int | float | date | None

# By the tag, the language and the values that the tag names.
_kept: dict[tuple[Any, ...], list["str | _AnewNode"]] = {}


@register.tag
def keep(parser: Parser, token: Token) -> "_KeepNode":
    """Render what is inside once a process, for each language and values: `{% keep name=value … %}…{% endkeep %}`.

    Inside there is nothing but these values, so that no page can show what was made for another. They have to be
    plain, and of few kinds: nobody's name, number or address. `{% anew %}…{% endanew %}` inside, in what is included
    too, is rendered each time, with all that the page has (but for what a loop or `with` inside has set).
    """
    tag, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"{tag} takes name=value, not {bits[0]}")
    inside = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    return _KeepNode(values, inside)


@register.tag
def anew(parser: Parser, token: Token) -> "_AnewNode":
    """Render what is inside each time, in the midst of what is kept."""
    inside = parser.parse((f"end{token.contents}",))
    parser.delete_first_token()
    return _AnewNode(inside)


def kept_text() -> str:
    """Return all that this process keeps."""
    return "".join(part for parts in _kept.values() for part in parts if isinstance(part, str))


def forget() -> None:
    """Forget what is kept, as a new process would."""
    _kept.clear()


class _AnewNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        holes = context.get(_HOLES)
        if holes is None:
            return self.nodelist.render(context)
        holes.append(self)
        return _MARK


class _KeepNode(Node):
    def __init__(self, values: Mapping[str, FilterExpression], nodelist: NodeList) -> None:
        self._values, self.nodelist = values, nodelist
        self._blocks = nodelist.get_nodes_by_type(BlockNode)
        # A page that fills a block would find another's.
        holes = nodelist.get_nodes_by_type(_AnewNode)
        fresh = [block for hole in holes for block in hole.get_nodes_by_type(BlockNode)]
        if any(block not in fresh for block in self._blocks):
            raise TemplateSyntaxError("A block cannot be kept: it has to be made anew")

    def get_nodes_by_type(self, nodetype: type[Node]) -> list[Node]:
        """Return the nodes of this type, as Node does."""
        if nodetype is BlockNode:  # `extends` looks for these each time
            return self._blocks
        return super().get_nodes_by_type(nodetype)

    def render(self, context: Context) -> str:
        values = {name: value.resolve(context) for name, value in self._values.items()}
        for name, value in values.items():
            if isinstance(value, Promise):
                values[name] = str(value)
        key = (self, get_language(), *values.values())
        parts = _kept.get(key)
        if parts is None:
            parts = self._make(context, values)
            if not settings.DEBUG:  # while somebody works on the templates
                if len(_kept) >= MOST:
                    forget()
                _kept[key] = parts
        return "".join([part if isinstance(part, str) else part.render(context) for part in parts])

    def _make(self, context: Context, values: Mapping[str, Any]) -> list["str | _AnewNode"]:
        for name, value in values.items():
            if not all(
                isinstance(each, _PLAIN) for each in (value if isinstance(value, tuple) else (value,))
            ):
                raise TypeError(f"Nothing can be kept by {name}, which is {type(value).__name__}")
        holes: list[_AnewNode] = []
        text = self.nodelist.render(context.new({**values, _HOLES: holes}))
        first, *rest = text.split(_MARK)
        parts: list[str | _AnewNode] = [first]
        for hole, piece in zip(holes, rest, strict=True):
            parts += hole, piece
        return parts
