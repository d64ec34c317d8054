"""The demo accounts, as they are shown to whoever starts the portal."""

PASSWORD = "demo"  # noqa: S105 - published, and refused in production
ACCOUNTS = (
    ("anna", "meets every condition"),
    ("bartek", "has no ELS"),
    ("celina", "ELS not extended"),
    ("dawid", "doctoral student"),
    ("ewa", "changed her surname after the ELS was issued"),
    ("filip", "foreign student without a PESEL"),
    ("gosia", "no photo"),
    ("hania", "has an mLegitymacja, ready to collect"),
    ("igor", "has an mLegitymacja, collected, whose ELS has since been extended"),
    ("jan", "struck off"),
    ("dziekanat", "dean's office clerk"),
    ("admin", "superuser"),
)
