"""Courses say whether people enrol themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("storage", "0014_api_tokens")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="course",
            name="self_enrolment",
            field=models.BooleanField(default=True),
        ),
    ]
