import threading
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobs.models import Operation
from jobs.operations import KeyMissing, KeyReused, once

NOW = timezone.now()


def do(key="k", body=None, scope="user:1", work=None):
    with once(scope=scope, verb="test", key=key, body=body or {"a": 1}, now=NOW) as operation:
        if operation.done:
            return operation.answer
        if work:
            work()
        operation.store({"did": True})
        return None


@pytest.mark.django_db
def test_same_key_and_body_get_the_stored_answer():
    assert do() is None
    assert do() == {"did": True}
    assert Operation.objects.count() == 1


@pytest.mark.django_db
def test_same_key_with_another_body_is_refused():
    do()
    with pytest.raises(KeyReused):
        do(body={"a": 2})


@pytest.mark.django_db
def test_a_reused_key_says_when_it_was_sent_and_for_what():
    ten = datetime(2026, 11, 27, 3, 5, tzinfo=UTC)
    body = {"scope": "user:1", "verb": "commit", "key": "k", "now": ten}
    with once(**body, body={"amount": 1}, label="Lập cam kết") as operation:
        operation.store({"did": True})
    with pytest.raises(KeyReused) as refusal, once(**body, body={"amount": 2}, label="Lập cam kết"):
        pass
    said = str(refusal.value)
    assert "đã được gửi lúc 10:05 ngày 27/11/2026 cho việc “Lập cam kết”, với nội dung khác" in said
    with pytest.raises(KeyReused) as refusal, once(**body, body={"amount": 2}):
        pass
    assert "đã được gửi lúc 10:05 ngày 27/11/2026 với nội dung khác" in str(refusal.value)


@pytest.mark.django_db
def test_the_operation_of_another_person_is_never_named():
    same = {"verb": "commit", "key": "k", "now": NOW, "label": "Lập cam kết"}
    with once(scope="user:1", body={"amount": 1}, **same) as operation:
        operation.store({"did": True})
    with once(scope="user:2", body={"amount": 2}, **same) as operation:
        assert not operation.done


@pytest.mark.django_db
def test_key_of_one_actor_is_unknown_to_another():
    do()
    assert do(scope="user:2") is None


@pytest.mark.django_db
def test_missing_key_is_refused():
    with pytest.raises(KeyMissing):
        do(key="")


@pytest.mark.django_db
def test_work_that_fails_leaves_the_key_free():
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do(work=fail)
    assert do() is None


@pytest.mark.django_db
def test_stored_answer_is_never_changed_by_raw_sql():
    do()
    for statement in ("UPDATE jobs_operation SET answer = '{}'", "DELETE FROM jobs_operation"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_ten_at_the_same_instant_do_the_work_once():
    done, answers, start = [], [], threading.Barrier(10)

    def attempt():
        try:
            start.wait()
            answers.append(do(work=lambda: done.append(1)))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [1]
    assert sorted(answers, key=str) == sorted([None] + [{"did": True}] * 9, key=str)
