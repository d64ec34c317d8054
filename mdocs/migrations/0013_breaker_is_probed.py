from typing import Any

from django.db import migrations, models
from django.utils import timezone


def probe_what_is_stuck(apps: Any, schema_editor: Any) -> None:
    """Have a paused breaker without a moment for its next probe probed at once; a closed one needs none."""
    breakers = apps.get_model('mdocs', 'Breaker').objects.using(schema_editor.connection.alias)
    breakers.exclude(state='closed').filter(next_probe_at__isnull=True).update(next_probe_at=timezone.now())
    breakers.filter(state='closed').update(next_probe_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0012_terms_of_the_engine'),
    ]

    operations = [
        migrations.RunPython(probe_what_is_stuck, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='orderevent',
            name='reason',
            field=models.CharField(choices=[('ordered', 'złożono zamówienie'), ('ordered_again', 'złożono ponownie po unieważnieniu poprzedniej mLegitymacji'), ('ordered_for_cohort', 'uczelnia złożyła zamówienie, dla wielu studentów naraz'), ('accepted', 'mDokumenty przyjęły zamówienie'), ('codes_ready', 'kody są gotowe'), ('codes_expiring', 'kody niedługo wygasną'), ('collected', 'dodano do aplikacji mObywatel'), ('refused', 'mDokumenty odrzuciły zamówienie'), ('never_sent', 'anulowano przed wysłaniem do mDokumentów'), ('cancel_asked', 'poproszono mDokumenty o anulowanie'), ('revoke_asked', 'poproszono mDokumenty o unieważnienie'), ('collected_first', 'dokument odebrano przed anulowaniem, więc jest unieważniany'), ('confirmed', 'mDokumenty potwierdziły'), ('ended_there', 'zakończone przez mDokumenty'), ('date_passed', 'minął termin ważności'), ('extension_asked', 'poproszono mDokumenty o przedłużenie'), ('date_changed', 'zmieniono termin ważności zamówienia, które nie zostało jeszcze wysłane'), ('extended', 'przedłużono termin ważności'), ('reissue_required', 'przedłużenie wymaga zamówienia nowej mLegitymacji'), ('again_asked', 'po zakończeniu zostanie złożone nowe zamówienie'), ('again_impossible', 'nowe zamówienie nie mogło zostać złożone: warunki nie są spełnione'), ('earlier_found', 'mDokumenty znają wcześniejszą mLegitymację, zostanie unieważniona'), ('earlier_ended', 'unieważniono wcześniejszą mLegitymację'), ('needs_staff', 'zamówienie czeka na pracownika uczelni'), ('retried', 'pracownik uczelni ponowił zamówienie'), ('written_off', 'pracownik uczelni zamknął zamówienie, którego mDokumenty nie znają')], max_length=24, verbose_name='dlaczego'),
        ),
        migrations.AddConstraint(
            model_name='breaker',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_probe_at__isnull', True), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('next_probe_at__isnull', False)), _connector='OR'), name='breaker_paused_is_probed'),
        ),
    ]
