from accounts.demo import address_of
from accounts.models import User


def somebody():
    return User.objects.get(email=address_of("truongphong"))


ADDRESSES = {
    f"accounts:{name}": lambda: {"public_id": somebody().public_id}
    for name in ("person_detail", "edit_person", "give_post", "disable_person", "enable_person", "hand_over")
} | {
    "accounts:reset_second_factor": lambda: {"public_id": somebody().public_id},
    "accounts:end_post": lambda: {"public_id": somebody().posts.first().public_id},
    "accounts:office_detail": lambda: {"public_id": somebody().posts.first().office.public_id},
    "accounts:edit_office": lambda: {"public_id": somebody().posts.first().office.public_id},
}
