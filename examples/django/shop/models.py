from django.db import models


class Customer(models.Model):
    email = models.TextField(unique=True)


class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    note = models.TextField(null=True)
