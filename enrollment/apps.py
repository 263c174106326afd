from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = "新生入学"
    default_auto_field = "django.db.models.BigAutoField"
