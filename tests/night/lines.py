"""Lines of the runbook: in which rounds they are tried, and which are not."""

from tests.night import processes, stores, told  # noqa: F401 -- they register themselves
from tests.night.line import LINES as LINES

# What takes longer than a minute by its own words: as many seconds more.
LATER = {"workers: hangs": 120.0, "storage: hangs": 90.0}
SUBJECTS = {"workers: not seen": "jobs", "workers: idle": "emails", "workers: hangs": "send"}

# What only the doctor asks: each is what it is told in its environment, or a server that is away.
DOCTORS = {
    "mail: unreachable",
    "mdokumenty_call: no answer",
    "mdokumenty_call: not accepted",
    "push: wrong key",
    "settings: contradict",
    "settings: jit on",
}
CONTRADICTING = {"UNIVERSITY_SIGN_IN": "cas", "PUSH_KEY": "no key", "PGBOUNCER": "true"}

# What no portal of a test can be brought to.
_DISKS = (
    "tests/operations/test_storage.py::test_a_disk_with_little_room_is_told_from_a_full_one_and_from_none"
)
# Each with the reason, and the test that covers it.
NOT_CAUSED = {
    "database: disk full": (
        "a test fills no disk of a portal",
        "tests/operations/test_database_status.py"
        "::test_a_database_whose_disk_is_full_says_so_though_it_can_be_read",
    ),
    "disk: low": ("a test fills no disk", _DISKS),
    "disk: full": ("a test fills no disk", _DISKS),
    "disk: unreadable": ("PostgreSQL of the portal lives there, too", _DISKS),
    "sign_in: one address": (
        "it takes the sign-ins of a day",
        "tests/accounts/test_login_throttle.py::test_a_proxy_that_forwards_no_address_is_found_by_the_one_that_all_have",
    ),
    "periodic_tasks: unit late": (
        "a test waits for no other day",
        "tests/operations/test_timed_units.py::test_a_backup_that_never_starts_raises_an_alarm",
    ),
    "sweep: failed": (
        "only a fault of the code fails it",
        "tests/operations/test_alarms.py::test_a_sweep_that_fails_has_a_line_of_its_own",
    ),
}

# Which can be told apart when they come together; each waits about as long as its slowest.
ROUNDS = (
    ("workers: not seen", "clock: off", "storage: not shared", "certificate: ends soon", "webhooks: failing"),
    ("beat: not seen", "storage: unreadable", "certificate: unusable"),
    ("workers: idle", "orders_due: late", "messages: not told", "periodic_tasks: late", "sweep: late"),
    (
        "reconciliation: no order",
        "reconciliation: differences",
        "webhooks: switched off",
        "beat: several run",
    ),
    ("mdokumenty: not_accepted",),
    ("mdokumenty: open",),
    ("reconciliation: not revoked",),
    ("periodic_tasks: failed", "phones: not accepted"),
    ("messages: mail unreachable", "workers: hangs", "storage: hangs"),
    ("phones: not sent",),
    ("messages: mail not sent", "sweep: stopped"),
    ("clock: off there", "sign_in: proxy not counted"),
    ("redis: no answer",),
    ("redis: unreachable",),
)
ON_HEALTH = (
    "keys: wrong",
    "database: migrations missing",
    "database: full",
    "database: no answer",
    "database: unreachable",
)
