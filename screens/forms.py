from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Forms are rendered from the project's own templates."""
