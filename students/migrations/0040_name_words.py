"""Index of the words of names, for the search of the office."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.expressions
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):

    atomic = False  # the table stays open meanwhile

    dependencies = [("students", "0033_visible_texts")]

    operations = [
        AddIndexConcurrently(
            model_name="student",
            index=django.contrib.postgres.indexes.GinIndex(
                django.db.models.expressions.Func(
                    "search_name",
                    output_field=django.contrib.postgres.search.SearchVectorField(),
                    template="array_to_tsvector(array_remove(string_to_array("
                    "translate(%(expressions)s, '-', ' '), ' '), ''))",
                ),
                name="student_name_words",
            ),
        ),
    ]
