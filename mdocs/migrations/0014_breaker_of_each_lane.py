import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0013_breaker_is_probed'),
    ]

    # The key changes, and what the one row says is found out anew by a few calls: nothing is copied. The rows are made
    # after all migrations (mdocs.apps), as in a new database.
    operations = [
        migrations.DeleteModel(
            name='Breaker',
        ),
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('lane', models.CharField(choices=[('send', 'wysyłanie'), ('poll', 'pytanie o stan')], max_length=4, primary_key=True, serialize=False, verbose_name='rodzaj pracy')),
                ('state', models.CharField(choices=[('closed', 'działa'), ('open', 'nie odpowiada'), ('not_accepted', 'nie przyjmuje naszego certyfikatu lub umowy')], default='closed', max_length=12, verbose_name='stan')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='od')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='nieudane wywołania z rzędu')),
                ('refused_operation', models.CharField(blank=True, choices=[('submit', 'wysłanie zamówienia'), ('cancel', 'anulowanie'), ('revoke', 'unieważnienie'), ('extend', 'przedłużenie'), ('query', 'pytanie o stan')], max_length=8, verbose_name='nieprzyjęte wywołanie')),
                ('next_probe_at', models.DateTimeField(blank=True, null=True, verbose_name='następna próba')),
                ('engine_seen_at', models.DateTimeField(blank=True, null=True, verbose_name='ostatni obchód workera')),
            ],
            options={
                'verbose_name': 'stan mDokumentów',
                'verbose_name_plural': 'stan mDokumentów',
                'ordering': ['-lane'],
                'constraints': [models.CheckConstraint(condition=models.Q(('lane__in', ['poll', 'send'])), name='breaker_lane_known'), models.CheckConstraint(condition=models.Q(models.Q(('next_probe_at__isnull', True), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('next_probe_at__isnull', False)), _connector='OR'), name='breaker_paused_is_probed'), models.CheckConstraint(condition=models.Q(('state', 'not_accepted'), ('refused_operation', ''), _connector='OR'), name='breaker_refused_says_what')],
                'indexes': [],
            },
        ),
    ]
