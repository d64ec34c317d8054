
from typing import Any

import django.db.models.deletion
import django.utils.timezone
import students.encryption
from django.db import migrations, models


from notifications.migrations._moving import move_content_types, rename_tables

OLD_APP, NEW_APP = 'mdocs', 'notifications'
MOVED = {  # names of models, as tables and content types have them: in the old app, in the new one
    'message': 'message',
    'unwanted': 'notificationoptout',
    'pushservice': 'pushservice',
    'subscription': 'subscription',
    'pushdelivery': 'pushdelivery',
}
RENAMED_CONSTRAINTS = {
    'unwanted_once_on_a_channel': 'optout_once_on_a_channel',
    'unwanted_channel_known': 'optout_channel_known',
    'unwanted_kind_known': 'optout_kind_known',
}


def take_over(apps: Any, schema_editor: Any) -> None:
    rename_tables(schema_editor, {f'{OLD_APP}_{old}': f'{NEW_APP}_{new}' for old, new in MOVED.items()})
    move_content_types(apps, schema_editor.connection.alias, OLD_APP, NEW_APP, MOVED)
    for old, new in RENAMED_CONSTRAINTS.items():
        schema_editor.execute(f'ALTER TABLE notifications_notificationoptout RENAME CONSTRAINT {old} TO {new}')


def give_back(apps: Any, schema_editor: Any) -> None:
    for old, new in RENAMED_CONSTRAINTS.items():
        schema_editor.execute(f'ALTER TABLE notifications_notificationoptout RENAME CONSTRAINT {new} TO {old}')
    rename_tables(schema_editor, {f'{NEW_APP}_{new}': f'{OLD_APP}_{old}' for old, new in MOVED.items()})
    back = {new: old for old, new in MOVED.items()}
    move_content_types(apps, schema_editor.connection.alias, NEW_APP, OLD_APP, back)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('mdocs', '0010_notifications_move_out'),
        ('students', '0007_language'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='PushService',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='nieudane próby z rzędu')),
                        ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='nie odpowiada od')),
                        ('paused_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='następna próba')),
                        ('origin', models.CharField(max_length=255, unique=True, verbose_name='serwer')),
                    ],
                    options={
                        'verbose_name': 'serwer powiadomień',
                        'verbose_name_plural': 'serwery powiadomień',
                        'ordering': ['origin'],
                        'default_permissions': ('view',),
                    },
                ),
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('received', 'Zamówienie zostało przyjęte'), ('codes_ready', 'Kody są gotowe do pobrania'), ('codes_expiring', 'Kody niedługo wygasną'), ('refused', 'Zamówienie zostało odrzucone'), ('extended', 'mLegitymacja została przedłużona albo nie można jej przedłużyć'), ('ended', 'Zamówienie zostało anulowane albo mLegitymacja przestała być ważna')], max_length=16, verbose_name='rodzaj')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='kiedy')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='przeczytano')),
                        ('email_state', models.CharField(choices=[('not_wanted', 'student jej nie chce'), ('no_address', 'student nie ma adresu e-mail'), ('waiting', 'czeka na wysłanie'), ('sent', 'wysłano'), ('refused', 'serwer odbiorcy odrzucił adres')], max_length=12, verbose_name='e-mail')),
                        ('email_due_at', models.DateTimeField(blank=True, null=True, verbose_name='następna próba')),
                        ('routine', models.BooleanField(default=False, verbose_name='nikt na to nie czeka')),
                        ('email_failures', models.PositiveIntegerField(default=0, verbose_name='nieudane próby z rzędu')),
                        ('email_failure', models.CharField(blank=True, max_length=64, verbose_name='ostatni błąd')),
                        ('email_sent_at', models.DateTimeField(blank=True, null=True, verbose_name='wysłano')),
                        ('event', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mdocs.orderevent', verbose_name='zdarzenie')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='mdocs.order', verbose_name='zamówienie')),
                        ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='students.student', verbose_name='student')),
                    ],
                    options={
                        'verbose_name': 'wiadomość',
                        'verbose_name_plural': 'wiadomości',
                        'ordering': ['-id'],
                    },
                ),
                migrations.CreateModel(
                    name='Subscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', students.encryption.EncryptedTextField(verbose_name='adres')),
                        ('fingerprint', models.CharField(max_length=64, unique=True)),
                        ('key', models.CharField(max_length=88)),
                        ('name', models.CharField(max_length=60, verbose_name='urządzenie')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='włączono')),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='notifications.pushservice', verbose_name='serwer')),
                        ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='students.student', verbose_name='student')),
                    ],
                    options={
                        'verbose_name': 'urządzenie z powiadomieniami',
                        'verbose_name_plural': 'urządzenia z powiadomieniami',
                        'ordering': ['-created_at'],
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='PushDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now, null=True)),
                        ('delivered_at', models.DateTimeField(null=True)),
                        ('routine', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.message')),
                        ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='notifications.subscription')),
                    ],
                    options={
                        'abstract': False,
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='NotificationOptOut',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('received', 'Zamówienie zostało przyjęte'), ('codes_ready', 'Kody są gotowe do pobrania'), ('codes_expiring', 'Kody niedługo wygasną'), ('refused', 'Zamówienie zostało odrzucone'), ('extended', 'mLegitymacja została przedłużona albo nie można jej przedłużyć'), ('ended', 'Zamówienie zostało anulowane albo mLegitymacja przestała być ważna')], max_length=16, verbose_name='rodzaj')),
                        ('channel', models.CharField(choices=[('email', 'e-mail'), ('phone', 'powiadomienie na urządzeniu')], default='email', max_length=8, verbose_name='droga')),
                        ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='students.student', verbose_name='student')),
                    ],
                    options={
                        'verbose_name': 'niechciany rodzaj wiadomości',
                        'verbose_name_plural': 'niechciane rodzaje wiadomości',
                        'default_permissions': (),
                    },
                ),
                migrations.AddIndex(
                    model_name='message',
                    index=models.Index(fields=['student', '-id'], name='message_of_student'),
                ),
                migrations.AddIndex(
                    model_name='message',
                    index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['student'], name='message_unread'),
                ),
                migrations.AddIndex(
                    model_name='message',
                    index=models.Index(condition=models.Q(('email_due_at__isnull', False)), fields=['routine', 'email_due_at'], name='message_email_due'),
                ),
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.UniqueConstraint(fields=('event', 'kind'), name='message_once_for_an_event'),
                ),
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['codes_expiring', 'codes_ready', 'ended', 'extended', 'received', 'refused'])), name='message_kind_known'),
                ),
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.CheckConstraint(condition=models.Q(('email_state__in', ['no_address', 'not_wanted', 'refused', 'sent', 'waiting'])), name='message_email_state_known'),
                ),
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_due_at__isnull', False), ('email_state', 'waiting')), models.Q(models.Q(('email_state', 'waiting'), _negated=True), ('email_due_at__isnull', True)), _connector='OR'), name='message_email_waiting_is_due'),
                ),
                migrations.AddConstraint(
                    model_name='message',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('email_sent_at__isnull', False), ('email_state', 'sent')), models.Q(models.Q(('email_state', 'sent'), _negated=True), ('email_sent_at__isnull', True)), _connector='OR'), name='message_email_sent_says_when'),
                ),
                migrations.AddIndex(
                    model_name='pushdelivery',
                    index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['routine', 'next_attempt_at'], name='pushdelivery_due'),
                ),
                migrations.AddConstraint(
                    model_name='pushdelivery',
                    constraint=models.UniqueConstraint(fields=('subscription', 'message'), name='pushdelivery_once'),
                ),
                migrations.AddConstraint(
                    model_name='pushdelivery',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', True), ('next_attempt_at__isnull', False)), models.Q(('delivered_at__isnull', False), ('next_attempt_at__isnull', True)), _connector='OR'), name='pushdelivery_due_until_done'),
                ),
                migrations.AddConstraint(
                    model_name='notificationoptout',
                    constraint=models.UniqueConstraint(fields=('student', 'channel', 'kind'), name='optout_once_on_a_channel'),
                ),
                migrations.AddConstraint(
                    model_name='notificationoptout',
                    constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'phone'])), name='optout_channel_known'),
                ),
                migrations.AddConstraint(
                    model_name='notificationoptout',
                    constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['codes_expiring', 'codes_ready', 'ended', 'extended', 'received', 'refused'])), name='optout_kind_known'),
                ),
            ],
            database_operations=[migrations.RunPython(take_over, give_back)],
        ),
    ]
