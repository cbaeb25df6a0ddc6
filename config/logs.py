"""What the log keeps: one line for a request that was refused, the whole trace for one that failed."""

import logging


class RefusalsInOneLine(logging.Filter):
    """Django writes the trace of every refused request; where to look is in the access log, not in the code."""

    def filter(self, record):
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
