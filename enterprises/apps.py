from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "enterprises"

    def ready(self):
        from accounts.roles import register_role_source
        from enterprises.permissions import roles_by_membership

        register_role_source(roles_by_membership)
