from accounts.roles import Role


def roles_by_membership(user, on):
    """Signatory or preparer, by the memberships of enterprises that hold on `on`."""
    from enterprises.models import Membership

    return {Role(role) for role in Membership.objects.held_by(user, on).values_list("role", flat=True)}
