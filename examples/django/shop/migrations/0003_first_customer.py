from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("shop", "Customer").objects.create(email="ada'$1@example.com")


def remove(apps, schema_editor):
    apps.get_model("shop", "Customer").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_order")]
    operations = [migrations.RunPython(add, remove)]
