from accounts.access import ANYONE, SIGNED_IN, route

# a load balancer and a watchman
for name in ("healthz", "readyz"):
    route(name, GET=ANYONE)

# sign-in (allauth)
for name in (
    "account_login",
    "account_reset_password",
    "account_reset_password_from_key",
):
    route(name, GET=ANYONE, POST=ANYONE)
for name in (
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
):
    route(name, GET=ANYONE)
for name in ("account_logout", "account_change_password", "account_reauthenticate", "mfa_authenticate"):
    route(name, GET=SIGNED_IN, POST=SIGNED_IN)

# how everything is shown (screens is below this room and cannot write its own rows)
route("screens:set_language", POST=ANYONE)
route("screens:kept_form", GET=SIGNED_IN)
route("screens:save_view", POST=SIGNED_IN)
route("screens:delete_view", POST=SIGNED_IN)
