import time


def until(condition, seconds=20, every=0.05):
    """Waits until the condition holds and returns what it returned; fails when it never does."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {getattr(condition, '__name__', condition)}")
        time.sleep(every)
