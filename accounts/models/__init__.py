"""The models of this room, by noun."""

from accounts.models.delegations import Delegation, DelegationQuerySet
from accounts.models.letters import Invitation, Letter
from accounts.models.people import (
    Handover,
    IncompatibleSteps,
    Office,
    Post,
    PostQuerySet,
    User,
    UserManager,
    UserQuerySet,
)
from accounts.models.signing_in import LoginRecord, ParkedFile, ParkedForm, SignIn

__all__ = [
    "Delegation",
    "DelegationQuerySet",
    "Handover",
    "IncompatibleSteps",
    "Invitation",
    "Letter",
    "LoginRecord",
    "Office",
    "ParkedFile",
    "ParkedForm",
    "Post",
    "PostQuerySet",
    "SignIn",
    "User",
    "UserManager",
    "UserQuerySet",
]
