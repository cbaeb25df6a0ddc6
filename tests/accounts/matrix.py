from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret


def build(world):
    for person in world.people.values():  # everybody has a second factor, so that there is one to look at
        TOTP.activate(person, generate_totp_secret())
        RecoveryCodes.activate(person)
    assert Authenticator.objects.count() == 2 * len(world.people)


def reset_link(world):
    person = world.people["officer"]
    return {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}


OBJECTS = {"account_reset_password_from_key": reset_link}
