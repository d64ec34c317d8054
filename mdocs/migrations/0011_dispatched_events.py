from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0010_notifications_move_out'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='orderevent', name='orderevent_untold'),
        migrations.RenameField(model_name='orderevent', old_name='told_at', new_name='dispatched_at'),
        migrations.AddIndex(
            model_name='orderevent',
            index=models.Index(condition=models.Q(('dispatched_at__isnull', True)), fields=['id'], name='orderevent_undispatched'),
        ),
    ]
