from typing import Any

from django.db import migrations

BATCH = 2_000
# As students.names had it when this was written: spellings of one name have one key.
SPELLINGS = "’‘‛ʼʻʽʹˈ´`′＇‐‑‒–—―−⁃˗﹘﹣－İıς"
PLAIN = "''''''''''''------------iiσ"
KEY = r"""
    regexp_replace(regexp_replace(replace(replace(
        lower(normalize(translate({name}, %(spellings)s, %(plain)s), NFKC)), 'ς', 'σ'), 'ß', 'ss'),
        ' +', ' ', 'g'), ' ?([-'']) ?', '\1', 'g')
"""
HASH = "encode(sha256(convert_to({first} || E'\n' || {last} || E'\n' || coalesce(student.pesel_index, ''), 'UTF8')), 'hex')"
BEFORE = HASH.format(first="student.first_names", last="student.last_name")
NOW = HASH.format(first=KEY.format(name="student.first_names"), last=KEY.format(name="student.last_name"))
UPDATE = f"""
    UPDATE mdocs_order SET holder_fingerprint = {NOW}
    FROM students_student AS student
    WHERE student.id = mdocs_order.student_id AND mdocs_order.id = ANY(%(ids)s)
    AND mdocs_order.holder_fingerprint = {BEFORE}
"""


def keep_holders(apps: Any, schema_editor: Any) -> None:
    """Give the orders of holders who are unchanged the fingerprint that another spelling of a name does not change."""
    orders = apps.get_model('mdocs', 'Order').objects.using(schema_editor.connection.alias)
    ids = list(orders.exclude(holder_fingerprint='').values_list('pk', flat=True))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            batch = ids[start:start + BATCH]
            cursor.execute(UPDATE, {'spellings': SPELLINGS, 'plain': PLAIN, 'ids': batch})


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0015_extensions'),
        ('students', '0007_language'),
    ]

    operations = [
        migrations.RunPython(keep_holders, migrations.RunPython.noop),
    ]
