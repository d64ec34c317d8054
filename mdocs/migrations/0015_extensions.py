from typing import Any

from django.db import migrations, models
from django.utils import timezone


def begin_to_wait(apps: Any, schema_editor: Any) -> None:
    """Have the extensions that are under way wait from now on."""
    orders = apps.get_model('mdocs', 'Order').objects.using(schema_editor.connection.alias)
    orders.filter(extend_to__isnull=False).update(extension_asked_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0014_breaker_of_each_lane'),
        ('students', '0007_language'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='extension_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='przedłużenie od'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='reason',
            field=models.CharField(choices=[('ordered', 'złożono zamówienie'), ('ordered_again', 'złożono ponownie po unieważnieniu poprzedniej mLegitymacji'), ('ordered_for_cohort', 'uczelnia złożyła zamówienie, dla wielu studentów naraz'), ('accepted', 'mDokumenty przyjęły zamówienie'), ('codes_ready', 'kody są gotowe'), ('codes_expiring', 'kody niedługo wygasną'), ('collected', 'dodano do aplikacji mObywatel'), ('refused', 'mDokumenty odrzuciły zamówienie'), ('never_sent', 'anulowano przed wysłaniem do mDokumentów'), ('cancel_asked', 'poproszono mDokumenty o anulowanie'), ('revoke_asked', 'poproszono mDokumenty o unieważnienie'), ('collected_first', 'dokument odebrano przed anulowaniem, więc jest unieważniany'), ('confirmed', 'mDokumenty potwierdziły'), ('ended_there', 'zakończone przez mDokumenty'), ('date_passed', 'minął termin ważności'), ('extension_asked', 'poproszono mDokumenty o przedłużenie'), ('date_changed', 'zmieniono termin ważności zamówienia, które nie zostało jeszcze wysłane'), ('extension_withdrawn', 'wycofano przedłużenie, bo cofnięto je na ELS'), ('extended', 'przedłużono termin ważności'), ('reissue_required', 'przedłużenie wymaga zamówienia nowej mLegitymacji'), ('again_asked', 'po zakończeniu zostanie złożone nowe zamówienie'), ('again_impossible', 'nowe zamówienie nie mogło zostać złożone: warunki nie są spełnione'), ('earlier_found', 'mDokumenty znają wcześniejszą mLegitymację, zostanie unieważniona'), ('earlier_ended', 'unieważniono wcześniejszą mLegitymację'), ('needs_staff', 'zamówienie czeka na pracownika uczelni'), ('retried', 'pracownik uczelni ponowił zamówienie'), ('written_off', 'pracownik uczelni zamknął zamówienie, którego mDokumenty nie znają')], max_length=24, verbose_name='dlaczego'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('extension_asked_at__isnull', False)), fields=['extension_asked_at'], name='order_being_extended'),
        ),
        migrations.RunPython(begin_to_wait, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('extend_to__isnull', True), ('extension_asked_at__isnull', True)), models.Q(('extend_to__isnull', False), ('extension_asked_at__isnull', False)), _connector='OR'), name='order_extension_since_when'),
        ),
    ]
