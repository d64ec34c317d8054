"""Errors of the API (docs/reference/usos-api.md, Errors): developer texts in English, user texts in all languages."""

from collections.abc import Mapping
from typing import Any

from usos_api import texts
from usos_api.lang_dicts import LangDict


class UsosError(Exception):
    """A refusal; nothing was changed. `code` is the contract's `error`, empty where it has none."""

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
        """Return the JSON body."""
        user_messages: dict[str, Any] = {"generic_message": self._person}
        if self._fields:
            user_messages["fields"] = self._fields
        error = {"error": self.code} if self.code else {}
        return {"message": self.message, **error, **self.members, "user_messages": user_messages}


class NotAuthentic(UsosError):
    """Invalid consumer, token or signature."""

    status = 401
    person = texts.NOT_AUTHENTIC

    def __init__(self, message: str, *, person: LangDict | None = None) -> None:
        super().__init__(message, person=person, headers={"WWW-Authenticate": 'OAuth realm="USOS API"'})


class MethodForbidden(UsosError):
    """The caller may not call the method; `reason` says why."""

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
    """HTTP method other than GET and POST."""

    status = 405


class UnreadableRequest(UsosError):
    """Parameters that are too large, too many, or malformed."""

    def __init__(self) -> None:
        super().__init__("The parameters are too large or too many, or cannot be read.")


class TooManyCalls(UsosError):
    """Rate limit exceeded; `Retry-After` says when to call again."""

    status = 429
    person = texts.TOO_MANY_CALLS

    def __init__(self, seconds: int) -> None:
        message = f"Too many calls. Try again in {seconds} seconds."
        super().__init__(message, headers={"Retry-After": str(seconds)})


class Unavailable(UsosError):
    """A required service is away: the database, or the nonce store, without which replays could not be refused."""

    status = 503
    person = texts.UNAVAILABLE

    def __init__(self, message: str = "Nonces cannot be checked at the moment. Try again.") -> None:
        super().__init__(message, headers={"Retry-After": "5"})


class ServerError(UsosError):
    """A bug of the portal."""

    status = 500
    person = texts.BROKEN


class ParamMissing(UsosError):
    """A required parameter is missing."""

    code = "param_missing"

    def __init__(self, name: str) -> None:
        message = f"Required parameter {name} is missing."
        super().__init__(message, param_name=name, fields={name: texts.FIELD_REQUIRED})


class ParamInvalid(UsosError):
    """A parameter has an invalid value."""

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
    """Malformed field selector, or one for the parts of a field without parts."""

    code = "field_invalid"

    def __init__(self, field: str, method: str, problem: str) -> None:
        super().__init__(f"Invalid fields: {problem}", field_name=field, method_name=method)


class ObjectNotFound(UsosError):
    """Missing object, or another user's: the two are not distinguished."""

    code = "object_not_found"
    person = texts.OBJECT_NOT_FOUND

    def __init__(self, param: str, method: str) -> None:
        message = f"Parameter {param} names nothing that there is, or nothing of this user."
        super().__init__(message, param_name=param, method_name=method)


class ObjectInvalid(UsosError):
    """The call is impossible in the present state; the user's text says why."""

    code = "object_invalid"

    def __init__(
        self, message: str, person: LangDict, *, fields: Mapping[str, LangDict] | None = None
    ) -> None:
        super().__init__(message, person=person, fields=fields)


class ObjectForbidden(UsosError):
    """The object's existence is no secret, but it is not for this caller."""

    code = "object_forbidden"
    person = texts.OBJECT_FORBIDDEN

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message, param_name=param)
