"""What the database refuses of results drafted as papers: a second one beside the first, one of a dossier whose result is not
drafted now, and a result of a dossier other than the paper that stands for it."""

from audit.guards import append_only, check_trigger
from documents.paper_states import State as PaperState
from dossiers.models.results import OVER
from dossiers.states import DRAFTED

RESULTS, PAPERS, DOSSIERS = "dossiers_resultpaper", "documents_outgoingpaper", "dossiers_dossier"
SLIP, NUMBERS = "dossiers_slipline", "documents_papernumber"
_OVER = ", ".join(f"'{state.value}'" for state in OVER)
_DRAFTED = ", ".join(f"'{state.value}'" for state in DRAFTED)
_STANDING = f"FROM {RESULTS} r JOIN {PAPERS} p ON p.id = r.paper_id WHERE r.dossier_id = NEW.dossier_id AND p.state NOT IN ({_OVER})"
_HELD = f"PERFORM 1 FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id FOR NO KEY UPDATE;"

GUARDS = [
    append_only(RESULTS),
    check_trigger("result_one_paper_at_a_time", RESULTS, ("INSERT",), f"EXISTS (SELECT 1 {_STANDING})", before=_HELD),
    check_trigger(
        "result_drafted_in_its_state",
        RESULTS,
        ("INSERT",),
        f"NOT EXISTS (SELECT 1 FROM {DOSSIERS} d WHERE d.id = NEW.dossier_id AND d.state IN ({_DRAFTED})) "
        f"OR NOT EXISTS (SELECT 1 FROM {PAPERS} p WHERE p.id = NEW.paper_id AND p.state = '{PaperState.DRAFT.value}')",
        before=_HELD,
    ),
    check_trigger(
        "result_is_the_paper_that_stands",
        SLIP,
        ("INSERT",),
        f"NEW.verb = 'issue' AND EXISTS (SELECT 1 {_STANDING} AND NOT (p.state = '{PaperState.ISSUED.value}' "
        f"AND p.sealed_id = NEW.file_id AND EXISTS (SELECT 1 FROM {NUMBERS} n WHERE n.id = p.number_id "
        "AND n.symbol = NEW.paper_number AND n.dated_on = NEW.paper_on)))",
    ),
]
