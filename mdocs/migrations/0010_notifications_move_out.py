from django.db import migrations


class Migration(migrations.Migration):
    """Models of messages and push leave this app; notifications.0001 takes over their tables."""

    dependencies = [
        ('mdocs', '0009_routine_on_phones'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                # Whoever refers to another goes first.
                migrations.DeleteModel(name='PushDelivery'),
                migrations.DeleteModel(name='Subscription'),
                migrations.DeleteModel(name='PushService'),
                migrations.DeleteModel(name='Unwanted'),
                migrations.DeleteModel(name='Message'),
            ],
        ),
    ]
