from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='message', name='message_email_due'),
        migrations.RemoveIndex(model_name='pushdelivery', name='pushdelivery_due'),
        migrations.RenameField(model_name='message', old_name='routine', new_name='low_priority'),
        migrations.RenameField(model_name='pushdelivery', old_name='routine', new_name='low_priority'),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('email_due_at__isnull', False)), fields=['low_priority', 'email_due_at'], name='message_email_due'),
        ),
        migrations.AddIndex(
            model_name='pushdelivery',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['low_priority', 'next_attempt_at'], name='pushdelivery_due'),
        ),
    ]
