"""Every form of the product is drawn by the templates in ``templates/forms/``."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Our field and form templates; ``django.forms`` must be an installed app for the widgets."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
