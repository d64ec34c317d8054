"""The errors of the API (docs/reference/usos-api.md, Errors): for developers in English, for people in every language
of the portal."""

from collections.abc import Mapping
from typing import Any

from usos_api import texts
from usos_api.lang_dicts import LangDict


class UsosError(Exception):
    """A refusal: nothing was done. `code` is the contract's `error`, empty where it has none for it."""

    status = 400
    code = ""
    person: LangDict = texts.NOT_UNDERSTOOD

    def __init__(
        self,
        message: str,
        *,
        person: LangDict | None = None,
        fields: Mapping[str, LangDict] | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.members = members
        self.headers = dict(headers or {})
        self._person, self._fields = person or self.person, dict(fields or {})

    @property
    def body(self) -> dict[str, Any]:
        """What is answered, as JSON."""
        user_messages: dict[str, Any] = {"generic_message": self._person}
        if self._fields:
            user_messages["fields"] = self._fields
        error = {"error": self.code} if self.code else {}
        return {"message": self.message, **error, **self.members, "user_messages": user_messages}


class NotAuthentic(UsosError):
    """The consumer, its token or the signature is not what it has to be."""

    status = 401
    person = texts.NOT_AUTHENTIC

    def __init__(self, message: str, *, person: LangDict | None = None) -> None:
        super().__init__(message, person=person, headers={"WWW-Authenticate": 'OAuth realm="USOS API"'})


class MethodForbidden(UsosError):
    """The method is not for this caller; `reason` says why."""

    status = 403
    code = "method_forbidden"
    person = texts.METHOD_FORBIDDEN

    def __init__(self, message: str, reason: str, **members: Any) -> None:
        super().__init__(message, reason=reason, **members)


class UnknownMethod(UsosError):
    """There is no such method."""

    status = 404
    person = texts.UNKNOWN_METHOD


class WrongHttpMethod(UsosError):
    """Neither GET nor POST."""

    status = 405


class UnreadableRequest(UsosError):
    """The parameters are larger or more than anybody needs, or cannot be read at all."""

    def __init__(self) -> None:
        super().__init__("The parameters are too large or too many, or cannot be read.")


class TooManyCalls(UsosError):
    """More calls than anybody makes who means well; `Retry-After` says when to come back."""

    status = 429
    person = texts.TOO_MANY_CALLS

    def __init__(self, seconds: int) -> None:
        message = f"Too many calls. Try again in {seconds} seconds."
        super().__init__(message, headers={"Retry-After": str(seconds)})


class Unavailable(UsosError):
    """What is needed is away: the database, or what a replay is refused with, so that nothing is let through."""

    status = 503
    person = texts.UNAVAILABLE

    def __init__(self, message: str = "Nonces cannot be checked at the moment. Try again.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class ServerError(UsosError):
    """A mistake of ours."""

    status = 500
    person = texts.BROKEN


class ParamMissing(UsosError):
    """A required parameter was not given."""

    code = "param_missing"

    def __init__(self, name: str) -> None:
        message = f"Required parameter {name} is missing."
        super().__init__(message, param_name=name, fields={name: texts.FIELD_REQUIRED})


class ParamInvalid(UsosError):
    """A parameter has a value that means nothing here."""

    code = "param_invalid"

    def __init__(self, name: str, message: str, person: LangDict | None = None) -> None:
        super().__init__(message, param_name=name, fields={name: person or texts.FIELD_INVALID})


class ParamForbidden(UsosError):
    """A parameter has a value that this consumer may not use."""

    code = "param_forbidden"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message, param_name=name, fields={name: texts.FIELD_FORBIDDEN})


class FieldNotFound(UsosError):
    """The method has no such result field."""

    code = "field_not_found"

    def __init__(self, field: str, method: str) -> None:
        super().__init__(f"Method {method} has no field {field}.", field_name=field, method_name=method)


class FieldInvalid(UsosError):
    """The selector of fields cannot be read, or asks for the parts of something that has none."""

    code = "field_invalid"

    def __init__(self, field: str, method: str, problem: str) -> None:
        super().__init__(f"Invalid fields: {problem}", field_name=field, method_name=method)


class FieldForbidden(UsosError):
    """The token lacks the scope that this field needs."""

    code = "field_forbidden"
    person = texts.SCOPE_MISSING

    def __init__(self, field: str, method: str, scope: str) -> None:
        message = f"Field {field} requires the scope {scope}."
        super().__init__(message, field_name=field, method_name=method)


class ObjectNotFound(UsosError):
    """There is no such object, or it is somebody else's: the two are not told apart."""

    code = "object_not_found"
    person = texts.OBJECT_NOT_FOUND

    def __init__(self, param: str, method: str) -> None:
        message = f"Parameter {param} names nothing that there is, or nothing of this user."
        super().__init__(message, param_name=param, method_name=method)


class ObjectInvalid(UsosError):
    """What was asked is impossible as things stand; the person is told why."""

    code = "object_invalid"

    def __init__(
        self, message: str, person: LangDict, *, fields: Mapping[str, LangDict] | None = None
    ) -> None:
        super().__init__(message, person=person, fields=fields)


class ObjectForbidden(UsosError):
    """The object exists and anybody may know that, but it is not for this caller."""

    code = "object_forbidden"
    person = texts.OBJECT_FORBIDDEN

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message, param_name=param)
