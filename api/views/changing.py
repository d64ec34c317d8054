"""Resources that change something: repeating a call with its `Idempotency-Key` has no second effect."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import once
from api.views.base import Resource


class Changing(Resource):
    """A resource whose POST changes something: `change` makes the change, and says what it has become."""

    has_key: ClassVar[bool] = True

    def post(self, request: Request, **place: Any) -> Response:
        """Make the change once for each `Idempotency-Key`."""
        return once(request, lambda: self.change(request, **place))

    def change(self, request: Request, **place: Any) -> Response:
        """Make the change. Raises Problem where it is refused."""
        raise NotImplementedError
