"""The record of acts becomes a chain, and the store refuses to change it."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from classbell.storage.audit_chain import HASHED, row_hash
from classbell.storage.audit_guard import put_up, take_down

ROWS = 1_000


def chain_what_is_there(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Chain the acts of every organisation, marked as late: nobody knows what they said before."""
    entries = apps.get_model("storage", "AuditEntry").objects
    chains = apps.get_model("storage", "AuditChain").objects
    for organisation_id in list(
        entries.order_by().values_list("organisation_id", flat=True).distinct()
    ):
        sequence, previous = 0, ""
        rows = entries.filter(organisation_id=organisation_id).order_by("id")
        last = 0
        while page := list(rows.filter(id__gt=last).values(*HASHED)[:ROWS]):
            for row in page:
                sequence, last = sequence + 1, row["id"]
                place = {"sequence": sequence, "previous_hash": previous, "late": True}
                previous = row_hash(row | place)
                entries.filter(pk=last).update(**place, hash=previous)
        chains.create(organisation_id=organisation_id, sequence=sequence, hash=previous)
    if schema_editor.connection.vendor == "postgresql":
        # A table whose keys are still to be checked gets no trigger.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE", None)


def guard(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the store refuse to change or delete acts."""
    put_up(schema_editor, schema_editor.connection.vendor)


def unguard(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let it refuse no more."""
    take_down(schema_editor, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0011_message_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="storage.organisation",
                    ),
                ),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.CharField(blank=True, default="", max_length=64)),
                ("pruned_to", models.BigIntegerField(default=0)),
                ("pruned_hash", models.CharField(blank=True, default="", max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="auditentry",
            name="address",
            field=models.CharField(blank=True, db_default="", default="", max_length=45),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="late",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="previous_hash",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="request_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="sequence",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="storage.person",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="catalog",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="storage.catalog",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="storage.organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organisation", "catalog", "-id"], name="audit_of_catalog"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("sequence", None)),
                fields=["organisation", "id"],
                name="audit_unchained",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(
                fields=("organisation", "sequence"), name="audit_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["organisation", "-id"], name="audit_of_organisation"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["organisation", "catalog", "subject", "-id"], name="audit_by_subject"
            ),
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
