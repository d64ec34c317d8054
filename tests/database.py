"""The test database after a test that commits: as it was when it was made, without Django's flush.

A flush truncates every table and has all permissions and roles made anew, which takes many times as long.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase
from pytest import MonkeyPatch

# A copy of every row that migrations have made, and a function that brings the database back to them. Foreign keys are
# checked at the end of the transaction, so that the order of tables does not matter. A test that flushes the database
# also begins its sequences anew: they go on behind the rows that come back.
#
# A database that an earlier run has left (--keep) has a copy already: it removes what a killed run has added, unless
# tables have changed since.
_KEEP = """
DO $$
BEGIN
    IF to_regnamespace('initial') IS NOT NULL THEN
        PERFORM initial.restore();
    END IF;
EXCEPTION WHEN datatype_mismatch OR undefined_column OR not_null_violation OR syntax_error THEN
    NULL;
END $$;
DROP SCHEMA IF EXISTS initial CASCADE;
CREATE SCHEMA initial;
DO $$
DECLARE name text; filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE initial.%I AS TABLE public.%I', name, name);
        END IF;
    END LOOP;
END $$;
CREATE MATERIALIZED VIEW initial.sequences AS
    SELECT format('public.%I', sequencename)::regclass AS sequence, last_value
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
CREATE FUNCTION initial.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'initial' LOOP
        EXECUTE format('INSERT INTO public.%I TABLE initial.%I', name, name);
    END LOOP;
    PERFORM setval(sequence, last_value) FROM initial.sequences
    WHERE coalesce(pg_sequence_last_value(sequence), 0) < last_value;
END $$;
"""


def keep_initial_rows(patch: MonkeyPatch) -> None:
    """Keep what is in the database, and have every test that commits end with it."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)
    patch.setattr(TransactionTestCase, "_fixture_teardown", restore)


def restore(_case: TransactionTestCase, *_: Any) -> None:
    """Bring the database back to the rows that were kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT initial.restore()")
    ContentType.objects.clear_cache()
