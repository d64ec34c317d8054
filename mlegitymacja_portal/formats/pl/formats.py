"""Polish formats: Django's, but for the comma between day and time (`students.moments`)."""

DATETIME_FORMAT = "j E Y, H:i"
