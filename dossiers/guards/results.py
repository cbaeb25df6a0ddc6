"""What the database refuses of results drafted as papers: a second one beside the first, one of a dossier whose result is not
drafted now, a result of a dossier other than the paper that stands for it, and one made outside whose number another file
bears."""

from audit.guards import append_only, check_trigger
from documents.paper_states import State as PaperState
from dossiers.models.results import OVER
from dossiers.states import DRAFTED

RESULTS, PAPERS, DOSSIERS = "dossiers_resultpaper", "documents_outgoingpaper", "dossiers_dossier"
SLIP, NUMBERS = "dossiers_slipline", "documents_papernumber"
_OVER = ", ".join(f"'{state.value}'" for state in OVER)
_DRAFTED = ", ".join(f"'{state.value}'" for state in DRAFTED)
_STANDING = f"FROM {RESULTS} r JOIN {PAPERS} p ON p.id = r.paper_id WHERE r.dossier_id = NEW.dossier_id AND p.state NOT IN ({_OVER})"
_STORED = "documents_storedfile"
_YEAR = "substr(CAST({side}.paper_on AS TEXT), 1, 4)"
_OTHER_FILE = f"f.sha256 IS DISTINCT FROM (SELECT mine.sha256 FROM {_STORED} mine WHERE mine.id = NEW.file_id)"
# whoever issues under a number holds it until the end of the transaction: two at one moment cannot see each other
_NUMBER_HELD = (
    "IF NEW.verb = 'issue' THEN PERFORM pg_advisory_xact_lock(hashtextextended("
    f"'result number|' || {_YEAR.format(side='NEW')} || '|' || NEW.paper_number, 0)); END IF;"
)
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
    check_trigger(
        "result_number_of_one_file",  # the same file twice stands; what the portal made is held to its own number above
        SLIP,
        ("INSERT",),
        f"NEW.verb = 'issue' AND NOT EXISTS (SELECT 1 {_STANDING}) AND ("
        f"EXISTS (SELECT 1 FROM {SLIP} s JOIN {_STORED} f ON f.id = s.file_id WHERE s.verb = 'issue' "
        f"AND s.paper_number = NEW.paper_number AND {_YEAR.format(side='s')} = {_YEAR.format(side='NEW')} AND {_OTHER_FILE}) "
        f"OR EXISTS (SELECT 1 FROM {NUMBERS} n JOIN {PAPERS} p ON p.number_id = n.id "
        f"LEFT JOIN {_STORED} f ON f.id = p.sealed_id WHERE n.symbol = NEW.paper_number "
        f"AND CAST(n.year AS TEXT) = {_YEAR.format(side='NEW')} AND {_OTHER_FILE}))",
        before=_NUMBER_HELD,
    ),
]
