from django.db import migrations, models

# The fingerprint of students.fingerprints, of what a live order's document was issued on: its card's holder where it
# has a card, else the student as they are.
FINGERPRINT = r"encode(sha256(convert_to({first} || E'\n' || {last} || E'\n' || coalesce({pesel}, ''), 'UTF8')), 'hex')"
OF_THE_CARD = FINGERPRINT.format(first="holder_first_names", last="holder_last_name", pesel="holder_pesel_index")
OF_THE_STUDENT = FINGERPRINT.format(first="first_names", last="last_name", pesel="pesel_index")


class Migration(migrations.Migration):

    dependencies = [
        ('mdocs', '0002_deans_office'),
        ('students', '0002_deans_office'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='holder_fingerprint',
            field=models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='odcisk danych osobowych'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='order',
            name='routine',
            field=models.BooleanField(default=False, verbose_name='nikt na to nie czeka'),
        ),
        # A generated column cannot be changed, only made anew.
        migrations.RemoveIndex(model_name='order', name='order_due'),
        migrations.RemoveField(model_name='order', name='urgency'),
        migrations.AddField(
            model_name='order',
            name='urgency',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('status__in', ['waiting', 'cancelling', 'revoking']), ('routine', False)), then=models.Value(0)), models.When(models.Q(('status__in', ['waiting', 'cancelling', 'revoking'])), then=models.Value(1)), models.When(extend_to__isnull=False, status='collected', then=models.Value(1)), models.When(status='collected', then=models.Value(3)), models.When(models.Q(('status__in', ['processing', 'ready']), ('routine', False)), then=models.Value(2)), models.When(models.Q(('status__in', ['processing', 'ready'])), then=models.Value(3)), default=models.Value(4)), output_field=models.PositiveSmallIntegerField()),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['urgency', 'next_attempt_at'], name='order_due'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='reason',
            field=models.CharField(choices=[('ordered', 'złożono zamówienie'), ('ordered_again', 'złożono ponownie po unieważnieniu poprzedniej mLegitymacji'), ('ordered_for_cohort', 'uczelnia złożyła zamówienie, dla wielu studentów naraz'), ('accepted', 'mDokumenty przyjęły zamówienie'), ('codes_ready', 'kody są gotowe'), ('collected', 'dodano do aplikacji mObywatel'), ('refused', 'mDokumenty odrzuciły zamówienie'), ('never_sent', 'anulowano przed wysłaniem do mDokumentów'), ('cancel_asked', 'poproszono mDokumenty o anulowanie'), ('revoke_asked', 'poproszono mDokumenty o unieważnienie'), ('collected_first', 'dokument odebrano przed anulowaniem, więc jest unieważniany'), ('confirmed', 'mDokumenty potwierdziły'), ('ended_there', 'zakończone przez mDokumenty'), ('date_passed', 'minął termin ważności'), ('extension_asked', 'poproszono mDokumenty o przedłużenie'), ('extended', 'przedłużono termin ważności'), ('reissue_required', 'przedłużenie wymaga zamówienia nowej mLegitymacji'), ('again_asked', 'po zakończeniu zostanie złożone nowe zamówienie'), ('again_impossible', 'nowe zamówienie nie mogło zostać złożone: warunki nie są spełnione'), ('earlier_found', 'mDokumenty znają wcześniejszą mLegitymację, zostanie unieważniona'), ('earlier_ended', 'unieważniono wcześniejszą mLegitymację'), ('needs_staff', 'zamówienie czeka na pracownika uczelni'), ('retried', 'pracownik uczelni ponowił zamówienie')], max_length=24, verbose_name='dlaczego'),
        ),
        migrations.RunSQL(
            f"""
            UPDATE mdocs_order SET holder_fingerprint = coalesce(
                (SELECT {OF_THE_CARD} FROM students_studentcard card
                 WHERE card.student_id = mdocs_order.student_id AND card.barcode_number = mdocs_order.card_number),
                (SELECT {OF_THE_STUDENT} FROM students_student WHERE students_student.id = mdocs_order.student_id)
            )
            WHERE status IN ('waiting', 'processing', 'ready', 'collected', 'cancelling', 'revoking')
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
