"""What of this room is no page that stands in the demonstration."""

NOT_PAGES = {"screens:bulk_results": "the result of an act on many rows, kept in the session of whoever did it"}
