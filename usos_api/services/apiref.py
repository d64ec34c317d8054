"""services/apiref: description of the API, from the declarations that serve it."""

from collections.abc import Iterator
from typing import Any

from usos_api.errors import ObjectNotFound
from usos_api.methods import METHODS, MODULES, Argument, Call, Field, Method, Need, declare_module, method
from usos_api.scopes import SCOPES

declare_module("services/apiref", "Reference", "The API describes itself.")

_ANYBODY = {"consumer": Need.IGNORED, "token": Need.IGNORED, "ssl": False}
_NAME = Argument("name", "Name, as services/module/method.", required=True)


@method(
    "services/apiref/method",
    "Describe a method.",
    **_ANYBODY,
    arguments=(_NAME,),
    fields=(
        Field("name", "Its name, which is also its address."),
        Field("short_name", "The last part of its name."),
        Field("brief_description", "What it does, in a line."),
        Field("description", "What it does."),
        Field("ref_url", "Where a person reads about it; null."),
        Field(
            "auth_options",
            "How a call has to be signed.",
            parts=(
                Field("consumer", "required, optional or ignored"),
                Field("token", "required, optional or ignored"),
                Field("administrative_only", "Whether the consumer has to be administrative."),
                Field("ssl_required", "Whether the call has to come over HTTPS."),
                Field("scopes", "Scopes that the token needs."),
            ),
        ),
        Field(
            "arguments",
            "Its parameters.",
            parts=(
                Field("name", "Name."),
                Field("is_required", "Whether it has to be given."),
                Field("is_deprecated", "Whether it will be gone."),
                Field("default_value", "What it is unless given; null for none."),
                Field("description", "What it means."),
            ),
        ),
        Field("returns", "What it answers."),
        Field("errors", "Which errors it has of its own."),
        Field(
            "result_fields",
            "What can be selected with `fields`.",
            parts=(
                Field("name", "Name; parts of a field as field[part]."),
                Field("description", "What it is."),
                Field("is_primary", "Whether it comes unless `fields` is given."),
                Field("is_secondary", "Whether it comes only when it is selected."),
            ),
        ),
    ),
)
def describe_method(call: Call) -> dict[str, Any]:
    """Return the description of one method."""
    name = call.arguments["name"]
    described = METHODS.get(name) or METHODS.get(f"services/{name}")
    if described is None:
        raise ObjectNotFound("name", call.method.name)
    return {
        "name": described.name,
        "short_name": described.name.rpartition("/")[2],
        "brief_description": described.brief,
        "description": described.description or described.brief,
        "ref_url": None,
        "auth_options": {
            "consumer": described.consumer,
            "token": described.token,
            "administrative_only": described.administrative,
            "ssl_required": described.ssl,
            "scopes": list(described.scopes),
        },
        "arguments": [_argument(argument) for argument in all_arguments(described)],
        "returns": described.returns,
        "errors": "",
        "result_fields": list(_result_fields(described.fields)),
    }


@method(
    "services/apiref/method_index",
    "List all methods.",
    **_ANYBODY,
    fields=(Field("name", "Its name."), Field("brief_description", "What it does, in a line.")),
)
def method_index(call: Call) -> list[dict[str, Any]]:
    """Return all methods."""
    return [{"name": each.name, "brief_description": each.brief} for _name, each in sorted(METHODS.items())]


@method(
    "services/apiref/module",
    "Describe a module.",
    **_ANYBODY,
    arguments=(_NAME,),
    fields=(
        Field("name", "Its name."),
        Field("title", "Its title."),
        Field("brief_description", "What it is about, in a line."),
        Field("description", "What it is about."),
        Field("submodules", "Names of the modules in it."),
        Field("methods", "Names of its methods."),
        Field("beta", "Whether it may still change."),
    ),
)
def describe_module(call: Call) -> dict[str, Any]:
    """Return the description of one module."""
    name = call.arguments["name"]
    module = MODULES.get(name) or MODULES.get(f"services/{name}")
    if module is None and name.strip("/") != "services":
        raise ObjectNotFound("name", call.method.name)
    return {
        "name": module.name if module else "services",
        "title": module.title if module else "All modules",
        "brief_description": module.brief if module else "Everything that this API has.",
        "description": module.brief if module else "Everything that this API has.",
        "submodules": [] if module else sorted(MODULES),
        "methods": sorted(each for each in METHODS if module and METHODS[each].module == module.name),
        "beta": False,
    }


@method(
    "services/apiref/scopes",
    "List all scopes.",
    **_ANYBODY,
    fields=(Field("key", "Its key."), Field("developers_description", "What it allows.")),
)
def scopes(call: Call) -> list[dict[str, Any]]:
    """Return all scopes."""
    return [{"key": scope.key, "developers_description": scope.for_developers} for scope in SCOPES.values()]


def all_arguments(described: Method) -> list[Argument]:
    """Return a method's own arguments and those that its declaration implies."""
    common = [
        Argument("format", "json or jsonp.", default="json"),
        Argument("callback", "The function that jsonp calls; required with it."),
    ]
    if not described.fields:
        return [*described.arguments, *common]
    primary = "|".join(field.name for field in described.fields if field.primary)
    default = None if described.fields_required else primary
    selector = Argument(
        "fields", "Selector of result fields, as id|user[id|first_name].", described.fields_required, default
    )
    return [*described.arguments, selector, *common]


def _argument(argument: Argument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "is_required": argument.required,
        "is_deprecated": False,
        "default_value": argument.default,
        "description": argument.description,
    }


def _result_fields(fields: tuple[Field, ...], path: str = "{}") -> Iterator[dict[str, Any]]:
    for field in fields:
        otherwise = "null" if field.withheld is None else "empty"
        scope = f" Requires the scope {field.scope}; {otherwise} without it." if field.scope else ""
        name = path.format(field.name)
        yield {
            "name": name,
            "description": field.description + scope,
            "is_primary": field.primary,
            "is_secondary": not field.primary,
        }
        yield from _result_fields(field.parts, path.format(field.name + "[{}]"))
