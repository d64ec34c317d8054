"""Faculties and programmes of the demo university."""

from students.models import Faculty, Level, Programme

_BOTH = (Level.FIRST_CYCLE, Level.SECOND_CYCLE)
_FACULTIES = (
    (
        "WF",
        "Wydział Filozoficzny",
        "Faculty of Philosophy",
        ("A 12", "pon.–pt. 9:00–13:00", "12 345 61 01", "dziekanat.wf@example.edu.pl", "wf"),
        (
            ("filozofia", "philosophy", (*_BOTH, Level.DOCTORAL)),
            ("kulturoznawstwo", "cultural studies", (*_BOTH, Level.DOCTORAL)),
            ("dziennikarstwo i komunikacja społeczna", "journalism and social communication", _BOTH),
            ("psychologia", "psychology", (Level.UNIFORM_MASTERS, Level.DOCTORAL)),
            ("filologia angielska", "English philology", _BOTH),
            ("turystyka historyczna i kulturowa", "historical and cultural tourism", _BOTH),
        ),
    ),
    (
        "WP",
        "Wydział Pedagogiczny",
        "Faculty of Education",
        (
            "B 3",
            "pon., śr., pt. 10:00–14:00",
            "12 345 61 02",
            "dziekanat.wp@example.edu.pl",
            "wp",
        ),
        (
            ("pedagogika", "education", (*_BOTH, Level.DOCTORAL)),
            (
                "pedagogika przedszkolna i wczesnoszkolna",
                "pre-school and early education",
                (Level.UNIFORM_MASTERS,),
            ),
            ("praca socjalna", "social work", _BOTH),
            ("nauki o rodzinie", "family studies", _BOTH),
            ("logopedia", "speech therapy", (Level.POSTGRADUATE,)),
            ("zarządzanie oświatą", "school management", (Level.POSTGRADUATE,)),
        ),
    ),
    (
        "WPA",
        "Wydział Politologii i Administracji",
        "Faculty of Political Science and Administration",
        (
            "C 208",
            "wt.–czw. 9:00–15:00",
            "12 345 61 03",
            "dziekanat.wpa@example.edu.pl",
            "wpa",
        ),
        (
            ("politologia", "political science", (*_BOTH, Level.DOCTORAL)),
            ("administracja i polityka publiczna", "administration and public policy", _BOTH),
            ("zarządzanie i nowe technologie w sektorze publicznym", "public sector management", _BOTH),
            ("prawo", "law", (Level.UNIFORM_MASTERS,)),
            ("mediacje i negocjacje", "mediation and negotiation", (Level.POSTGRADUATE,)),
        ),
    ),
)


def ensure_catalogue() -> dict[Level, list[Programme]]:
    """Create missing faculties and programmes; return all programmes of the catalogue by level."""
    by_level: dict[Level, list[Programme]] = {level: [] for level in Level}
    for code, faculty_name, faculty_name_en, (room, hours, phone, email, page), programmes in _FACULTIES:
        contacts = {
            "room": room,
            "hours": hours,
            "phone": phone,
            "email": email,
            "website": f"https://example.edu.pl/{page}/dziekanat",
        }
        faculty, _ = Faculty.objects.get_or_create(
            code=code, defaults={"name": faculty_name, "name_en": faculty_name_en, **contacts}
        )
        for name, name_en, levels in programmes:
            for level in levels:
                programme, _ = Programme.objects.get_or_create(
                    faculty=faculty, name=name, level=level, defaults={"name_en": name_en}
                )
                by_level[level].append(programme)
    return by_level
