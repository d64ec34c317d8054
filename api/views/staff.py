"""Students, orders and jobs for staff, with the permissions and faculty scope of the dean's office."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import Problem
from api.scopes import TokenScope
from api.serializers.orders import StaffOrderResponse, StaffOrderWithEventsResponse, serialize_event
from api.serializers.people import (
    CardResponse,
    EligibilityResponse,
    EnrolmentResponse,
    JobResponse,
    StudentResponse,
    StudentWithRightResponse,
)
from api.serializers.requests import (
    JobsQuery,
    NoInput,
    OrderEndRequest,
    OrdersQuery,
    PeselRequest,
    StrictSerializer,
    StudentsQuery,
)
from api.views.base import Resource, user_of, validated
from api.views.idempotent import IdempotentResource, describe_post
from api.views.listing import ListResource, describe_list
from api.views.own import not_allowed
from mdocs import event_labels, orders
from mdocs.models import Order
from mdocs.querysets import ENCRYPTED, OrderQuerySet
from students.admin.search import students_matching
from students.eligibility import assess
from students.encryption import blind_index
from students.models import Job, Student
from students.models.jobs import JobQuerySet
from students.models.people import StudentQuerySet
from students.pesel import clean_pesel, clean_pesel_form

_READ, _WRITE = {"GET": TokenScope.STAFF_READ}, {"POST": TokenScope.STAFF_WRITE}
_SEES_STUDENTS = ("students.view_student",)
_SEES_ORDERS = ("mdocs.view_order",)


@describe_list(StudentResponse, "Students of your faculties")
class Students(ListResource):
    """List students, those that were added last first."""

    permissions, asks = {"GET": _SEES_STUDENTS}, {"GET": StudentsQuery}
    ordering = ("-id",)
    lookups = {"album_number": "album_number__means"}

    def rows(self, request: Request) -> StudentQuerySet:
        """Apply `q` and `faculty`."""
        found = Student.objects.visible_to(user_of(request))
        if "q" in self.asked:
            found = found.filter(pk__in=students_matching(self.asked["q"]).order_by().values("pk"))
        if "faculty" in self.asked:
            of_faculty = Student.objects.filter(enrolments__programme__faculty__code=self.asked["faculty"])
            found = found.filter(pk__in=of_faculty.order_by().values("pk"))
        return found


class StudentByPesel(Resource):
    """Search by PESEL. It is a POST only to keep the PESEL out of addresses and logs; nothing is changed."""

    for_staff = True
    scopes, permissions = {"POST": TokenScope.STAFF_READ}, {"POST": _SEES_STUDENTS}
    limits = {"POST": "pesel_searches"}

    @extend_schema(
        operation_id="find_student",
        summary="The student with a PESEL",
        tags=["Students"],
        request=PeselRequest,
        responses=StudentResponse(many=True),
    )
    def post(self, request: Request) -> Response:
        """Find the student with this PESEL in your faculties: a list of one, or an empty one."""
        try:
            number = clean_pesel_form(validated(PeselRequest, request.data)["pesel"])
            found = Student.objects.visible_to(user_of(request)).filter(pesel_index=blind_index(number))
            if not found:
                clean_pesel(number)  # a mistake is told, unless the number is held with it
        except ValidationError as mistake:
            raise Problem("invalid", errors={"pesel": list(mistake.messages)}) from None
        return Response([StudentResponse(student).data for student in found])


class OneStudent(Resource):
    """One student of the caller's faculties."""

    for_staff = True
    scopes, permissions = _READ, {"GET": _SEES_STUDENTS}

    @extend_schema(
        operation_id="student",
        summary="A student, with their studies, cards and right",
        tags=["Students"],
        responses=StudentWithRightResponse,
    )
    def get(self, request: Request, student_id: int) -> Response:
        """Show a student."""
        seen = Student.objects.visible_to(user_of(request)).with_conditions(timezone.localdate())
        student = get_object_or_404(seen, pk=student_id)
        enrolments = student.enrolments.select_related("programme__faculty")
        return Response(
            {
                **StudentResponse(student).data,
                "eligibility": EligibilityResponse(assess(student)).data,
                "enrolments": [EnrolmentResponse(each).data for each in enrolments],
                "cards": [CardResponse(each).data for each in student.cards.defer("holder_pesel")],
            }
        )


def _orders(request: Request) -> OrderQuerySet:
    return Order.objects.visible_to(user_of(request)).defer(*ENCRYPTED)


@describe_list(StaffOrderResponse, "Orders of the students of your faculties")
class Orders(ListResource):
    """List orders, the newest first; never the codes."""

    permissions, asks = {"GET": _SEES_ORDERS}, {"GET": OrdersQuery}
    lookups = {
        "status": "status",
        "student": "student",
        "created_from": "created_at__gte",
        "created_before": "created_at__lt",
    }

    def rows(self, request: Request) -> OrderQuerySet:
        """Apply `q` and `needs_attention`."""
        found, needs_attention = _orders(request), self.asked["needs_attention"]
        if "q" in self.asked:
            found = found.search(self.asked["q"])
        if needs_attention is None:
            return found
        needing = Q(pk__in=Order.objects.needing_attention(timezone.now()).order_by().values("pk"))
        return found.filter(needing if needs_attention else ~needing)


class OneOrder(Resource):
    """One order of a student of the caller's faculties."""

    for_staff = True
    scopes, permissions = _READ, {"GET": _SEES_ORDERS}

    @extend_schema(
        operation_id="one_order",
        summary="An order, with its life",
        tags=["Orders"],
        responses=StaffOrderWithEventsResponse,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        """Show an order and its events."""
        return Response(_with_events(get_object_or_404(_orders(request), pk=order_id)))


def _with_events(order: Order) -> dict[str, Any]:
    events = [
        serialize_event(event, event_labels.event_label(event))
        for event in order.events.select_related("actor")
    ]
    return {**StaffOrderResponse(order).data, "events": events}


class OrderAction(IdempotentResource):
    """Base of the actions on an order."""

    for_staff = True
    scopes = _WRITE
    has_match = True
    takes: ClassVar[type[StrictSerializer]] = OrderEndRequest
    command: Callable[..., Order]

    @contextmanager
    def current(self, request: Request, **place: Any) -> Iterator[Any]:
        """Lock the order, and give what the GET of it answers."""
        with orders.order_locked(get_object_or_404(_orders(request), pk=place["order_id"]).pk):
            yield _with_events(get_object_or_404(_orders(request), pk=place["order_id"]))

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Run the action, and return the changed order."""
        order = get_object_or_404(_orders(request), pk=place["order_id"])
        try:
            changed = type(self).command(order, by=user_of(request), **given)
        except orders.NotAllowed as refused:
            raise not_allowed(refused) from None
        return Response(StaffOrderResponse(changed).data)


@describe_post(
    "cancel_order",
    "Cancel an order",
    "For an order that is not ready yet; a ready one is revoked.",
    tag="Orders",
    shows=StaffOrderResponse,
)
class CancelOrder(OrderAction):
    """Cancels an order that is not ready."""

    command, permissions = staticmethod(orders.cancel), {"POST": (*_SEES_ORDERS, "mdocs.revoke_order")}


@describe_post(
    "revoke_order",
    "Revoke an mLegitymacja",
    "Ends one that is ready or collected, on every phone.",
    tag="Orders",
    shows=StaffOrderResponse,
)
class RevokeOrder(OrderAction):
    """Revokes an mLegitymacja."""

    command, permissions = staticmethod(orders.revoke), {"POST": (*_SEES_ORDERS, "mdocs.revoke_order")}


@describe_post(
    "retry_order",
    "Try an order again at once",
    "For an order that waits for staff.",
    tag="Orders",
    shows=StaffOrderResponse,
)
class RetryOrder(OrderAction):
    """Has the worker try an order at once."""

    takes = NoInput
    command, permissions = staticmethod(orders.retry), {"POST": (*_SEES_ORDERS, "mdocs.retry_order")}


@describe_list(JobResponse, "Imports and other long work")
class Jobs(ListResource):
    """List jobs, the newest first: everybody's for those who see every faculty, else your own."""

    permissions, asks = {"GET": ("students.view_job",)}, {"GET": JobsQuery}
    lookups = {"state": "state"}

    def rows(self, request: Request) -> JobQuerySet:
        """Return the jobs that the caller may see."""
        return Job.objects.visible_to(user_of(request))


class OneJob(Resource):
    """One job that the caller may see."""

    for_staff = True
    scopes, permissions = _READ, {"GET": ("students.view_job",)}

    @extend_schema(
        operation_id="job",
        summary="How far an import or another job is",
        tags=["Jobs"],
        responses=JobResponse,
    )
    def get(self, request: Request, job_id: int) -> Response:
        """Show how far a job is, and what has come of it."""
        return Response(
            JobResponse(get_object_or_404(Job.objects.visible_to(user_of(request)), pk=job_id)).data
        )
