from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_words_to_values")]

    operations = [
        migrations.RemoveField(
            model_name="call",
            name="contact_email",
        ),
        migrations.RemoveField(
            model_name="call",
            name="contact_name",
        ),
        migrations.RemoveField(
            model_name="call",
            name="contact_phone",
        ),
        migrations.RemoveField(
            model_name="call",
            name="decision_planned",
        ),
        migrations.RemoveField(
            model_name="call",
            name="grant_period",
        ),
    ]
