"""Serializers of students, eligibility, cards, and jobs."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from students.conditions import RULES
from students.eligibility import ConditionState, Eligibility
from students.models import EndReason, Enrolment, EnrolmentStatus, Job, Level, Student, StudentCard

Out = serializers.Serializer


class ConditionResponse(Out[Any]):
    """One condition, and how it stands. The texts are in the language of the request."""

    code = serializers.CharField(source="condition.code")
    state = serializers.ChoiceField(
        choices=[state.value for state in ConditionState],
        help_text="`depends`: cannot be answered before another one is met.",
    )
    text = serializers.CharField(source="condition.text")
    remedy = serializers.CharField(help_text="What to do where it is not met.")
    helper = serializers.CharField(help_text="Who can help; empty where nobody has to.")


class EligibilityResponse(Out[Eligibility]):
    """Whether the conditions for an mLegitymacja are met, and how each of them stands."""

    rules = serializers.SerializerMethodField(help_text="Which set of conditions the university has.")
    may_order = serializers.BooleanField(
        help_text="Whether all conditions are met. An order that is live stands in the way all the same."
    )
    entitled_until = serializers.DateField(
        allow_null=True, help_text="The last day that a document ordered now would be valid."
    )
    level_allowed = serializers.BooleanField(help_text="Whether the level of studies gives a right to one.")
    levels = serializers.ListField(child=serializers.ChoiceField(choices=Level.choices))
    conditions = ConditionResponse(many=True, source="outcomes")

    @extend_schema_field(serializers.ChoiceField(choices=sorted(RULES)))
    def get_rules(self, _eligibility: Eligibility) -> str:
        """Return the name of the set of conditions."""
        return str(settings.ELIGIBILITY_RULES)


class CardResponse(Out[StudentCard]):
    """A plastic card (ELS)."""

    id = serializers.IntegerField()
    barcode_number = serializers.CharField()
    contact_chip_uid = serializers.CharField(allow_null=True)
    contactless_chip_uid = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField()
    valid_until = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    end_reason = serializers.ChoiceField(choices=EndReason.choices, allow_null=True)


class StaffCardResponse(CardResponse):
    """A plastic card (ELS), and whose it is."""

    student = serializers.IntegerField(source="student_id")
    holder_first_names = serializers.CharField()
    holder_last_name = serializers.CharField()


class StudentResponse(Out[Student]):
    """A student as in a list: the PESEL with its second half hidden."""

    id = serializers.IntegerField()
    first_names = serializers.CharField()
    last_name = serializers.CharField()
    album_number = serializers.CharField(allow_null=True)
    pesel_masked = serializers.CharField(source="masked_pesel", allow_blank=True)
    has_photo = serializers.SerializerMethodField()

    def get_has_photo(self, student: Student) -> bool:
        """Say whether there is a photo."""
        return student.photo_id is not None


class EnrolmentResponse(Out[Enrolment]):
    """Somebody's time in a programme."""

    faculty = serializers.CharField(source="programme.faculty.code", help_text="Code of the faculty.")
    programme = serializers.CharField(source="programme.name")
    level = serializers.ChoiceField(source="programme.level", choices=Level.choices)
    status = serializers.ChoiceField(choices=EnrolmentStatus.choices)
    started_on = serializers.DateField()
    ended_on = serializers.DateField(
        allow_null=True,
        help_text="The planned last day; of studies that are over or will be, the day on which they end.",
    )


class StudentWithRightResponse(StudentResponse):
    """A student with their studies, cards and right to an mLegitymacja."""

    eligibility = EligibilityResponse()
    enrolments = EnrolmentResponse(many=True)
    cards = CardResponse(many=True)


class JobResponse(Out[Job]):
    """Long work in the background: an import, cards extended or orders placed for many."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    total = serializers.IntegerField(allow_null=True)
    done = serializers.IntegerField()
    percent = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="What came of it, by outcome.")
    failure = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
