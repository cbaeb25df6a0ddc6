"""What the guards of meetings must refuse; the demonstration has a meeting in every state."""

MEETING, DOCUMENT, GUEST = "programme_meeting", "programme_meetingdocument", "programme_invitee"
PAPER, CONCLUSION, PAPERS = "programme_meetingpaper", "programme_conclusion", "documents_outgoingpaper"
FREE_PAPER = f"(SELECT p.id FROM {PAPERS} p WHERE p.state = '{{}}' AND NOT EXISTS (SELECT 1 FROM {PAPER} r WHERE r.paper_id = p.id) LIMIT 1)"
NEXT_PLACE = f"(SELECT MAX(i.place) + 1 FROM {GUEST} i)"
NEXT_NUMBER = f"(SELECT MAX(c.number) + 1 FROM {CONCLUSION} c)"
UNSENT = {
    "place": NEXT_PLACE, "kind": "'outside'", "name": "'Khác'", "email": "''", "office_id": "NULL", "person_id": "NULL",
    "enterprise": "NULL", "token": "NULL", "way": "''", "sent_at": "NULL", "answer": "''", "delegate": "''",
    "answered_at": "NULL", "answered_by": "''", "attended": "NULL", "attendee": "''",
}  # fmt: skip

GIVEN, DEADLINE = "programme_giventask", "programme_givendeadline"
CONCLUDED = f"JOIN {CONCLUSION} c ON c.given_id = x.id"


def _of(state):
    """The rows of a meeting in this state."""
    return f"JOIN {MEETING} m ON m.id = x.meeting_id AND m.state = '{state}'"


def attempts(copied, updated, removed):
    """{guard: statements}"""
    prepared, invited, held = (f"WHERE x.state = '{state}'" for state in ("prepared", "invited", "held"))
    no_paper = f"AND NOT EXISTS (SELECT 1 FROM {PAPER} r WHERE r.meeting_id = x.id)"
    another = f"(SELECT m.id FROM {MEETING} m WHERE m.state = '{{}}' LIMIT 1)"
    answered = "answer = 'decline', delegate = '', answered_by = 'user:x', answered_at = {}"
    return {
        "meeting_begins_prepared": [copied(MEETING, invited), copied(MEETING, held)],
        "meeting_goes_on": [
            updated(MEETING, "state = 'prepared', invited_at = NULL", invited),
            updated(MEETING, "state = 'held', proceedings = 'x', invited_at = prepared_at", prepared),
            updated(MEETING, "state = 'invited', proceedings = ''", held),
        ],
        "meeting_invites_by_its_paper": [
            updated(MEETING, "state = 'invited', invited_at = prepared_at", f"{prepared} {no_paper}")
        ],
        "meeting_moved_says_when": [
            updated(MEETING, "starts_at = prepared_at", invited),
            updated(MEETING, "starts_at = prepared_at, moved_at = NULL", invited),
        ],
        "meeting_concluded_by_its_paper": [
            updated(MEETING, "state = 'concluded', ended_at = prepared_at", held),
        ],
        "meeting_document_of_one_to_come": [
            copied(DOCUMENT, "", meeting_id=another.format("concluded")),
            copied(DOCUMENT, "", meeting_id=another.format("cancelled")),
        ],
        "guest_begins_uninvited": [
            copied(GUEST, _of("concluded"), **UNSENT),
            copied(GUEST, _of("invited"), **UNSENT | {"way": "'paper'", "sent_at": "x.sent_at"}),
            copied(GUEST, _of("invited"), **UNSENT | {"attended": "TRUE", "attendee": "'x'"}),
        ],
        "guest_invited_with_the_meeting": [
            updated(GUEST, "way = 'paper', sent_at = added_at", f"{_of('prepared')} WHERE x.sent_at IS NULL")
        ],
        "guest_withdrawn_who_did_not_come": [
            updated(GUEST, "withdrawn_at = added_at, withdrawn_by = added_by", _of("cancelled"))
        ],
        "guest_answers_before_it_begins": [
            updated(GUEST, answered.format("sent_at"), f"{_of('held')} WHERE x.answer = ''"),
            updated(
                GUEST,
                answered.format(f"(SELECT m.starts_at FROM {MEETING} m WHERE m.id = meeting_id)"),
                f"{_of('invited')} WHERE x.answer = ''",
            ),
        ],
        "guest_comes_to_a_meeting": [
            updated(GUEST, "attended = FALSE, attendee = ''", f"{_of('concluded')} WHERE x.attended IS NOT FALSE"),
            updated(GUEST, "attended = FALSE", f"{_of('prepared')} WHERE x.attended IS NULL"),
        ],
        "meeting_one_paper_of_a_kind": [
            copied(PAPER, f"{_of('held')} WHERE x.kind = 'minutes'", paper_id=FREE_PAPER.format("draft"))
        ],
        "meeting_paper_in_its_state": [
            copied(
                PAPER, "", meeting_id=another.format("prepared"), kind="'minutes'", paper_id=FREE_PAPER.format("draft")
            ),
            copied(
                PAPER,
                "",
                meeting_id=another.format("cancelled"),
                kind="'invitation'",
                paper_id=FREE_PAPER.format("draft"),
            ),
            copied(
                PAPER, "", meeting_id=another.format("held"), kind="'conclusions'", paper_id=FREE_PAPER.format("issued")
            ),
        ],
        "conclusion_written_before_its_notice": [
            copied(CONCLUSION, _of("concluded"), number=NEXT_NUMBER, given_id="NULL"),
            copied(
                CONCLUSION, _of("concluded"), number=NEXT_NUMBER, given_id="NULL", meeting_id=another.format("prepared")
            ),
        ],
        "conclusion_stands_with_its_notice": [
            updated(CONCLUSION, "content = 'Khác'", f"{_of('concluded')} WHERE x.given_id IS NULL")
        ],
        "given_deadline_from_the_one_that_holds": [copied(DEADLINE, former="'2001-01-01'")],
        "given_task_stays_as_concluded": [
            updated(GIVEN, change, CONCLUDED)
            for change in (
                "content = 'Khác'",
                "document = '999/QĐ-UBND'",
                "office_id = office_id + 1",
                "file_id = NULL",
            )
        ],
        "concluded_deadline_moves_by_a_decision": [updated(GIVEN, "deadline = '2099-01-01'", CONCLUDED)],
        "conclusion_given_by_its_notice": [
            updated(
                CONCLUSION,
                f"given_id = (SELECT g.id FROM programme_giventask g WHERE NOT EXISTS (SELECT 1 FROM {CONCLUSION} c "
                "WHERE c.given_id = g.id) LIMIT 1)",
                f"{_of('held')} WHERE x.given_id IS NULL",
            )
        ],
    }
