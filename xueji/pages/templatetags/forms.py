"""What a form of ours carries beside what is typed."""

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xueji.pages import under
from xueji.pages.forms import new_key

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """Django's tag of that name, and the post that the form is opened under: no form lacks it."""
    token = CsrfTokenNode().render(context)
    return format_html("{}{}", token, under.field(context.get("request")))


@register.simple_tag
def form_key() -> SafeString:
    """A key of its own for each form of a list: of two with one key and one content only the
    first would act."""
    return format_html('<input type="hidden" name="form_key" value="{}">', new_key())
