"""The desk, one function a verb: the same for the command line, the Excel buttons and Python.

A table of contents; each verb lives in the module it is imported from. `as_of` moves the clock only: nothing
here reads one.
"""

from xltools.core.problem import Problem
from xltools.core.text import Language
from xltools.desk.adopt import AdoptRequest, adopt_workbook, adoption_json, adoption_table, find_desk_of, tell_adoption
from xltools.desk.answers import (
    CheckResult,
    check_exit_code,
    check_file,
    check_files,
    check_json,
    desk_tables,
    explain,
    export_lines,
    list_late_lines,
    tell_status,
    write_export,
)
from xltools.desk.audit import Verification, rebuild_desk_at, verify_desk_at
from xltools.desk.demo import DEMO_AS_OF, create_demo, is_demo_as_expected
from xltools.desk.diagram import stale_diagrams, write_diagrams
from xltools.desk.digest import digest_json, tell_digest, write_digests
from xltools.desk.examples import check_examples
from xltools.desk.failure import (
    DONE,
    LEDGER_BROKEN,
    OUR_ERROR,
    RETURNED,
    RULES_WRONG,
    BusyError,
    DeskError,
    LedgerError,
    RulesError,
    UsageError,
)
from xltools.desk.paper import make_paper, paper_kinds
from xltools.desk.result import PaperResult, ProblemWriter, RunResult, run_json
from xltools.desk.run import RunOptions, close_year_at, run_desk_at
from xltools.desk.session import Desk, load_messages, local_today, open_desk_at, package_rules, terminal_language
from xltools.desk.start import (
    create_desk,
    stale_templates,
    template_folder,
    write_desk_templates,
    write_templates,
)
from xltools.desk.telling import late_table, tell_checks, tell_demo, tell_explanation, tell_problems, tell_run
from xltools.edge.terminal import print_table, watch_progress
from xltools.reports.late import late_json
from xltools.reports.status import status_json
from xltools.reports.status_text import status_chat, status_lines
from xltools.reports.why import explanation_json

__all__ = [
    "DEMO_AS_OF",
    "DONE",
    "LEDGER_BROKEN",
    "OUR_ERROR",
    "RETURNED",
    "RULES_WRONG",
    "AdoptRequest",
    "BusyError",
    "CheckResult",
    "Desk",
    "DeskError",
    "Language",
    "LedgerError",
    "PaperResult",
    "Problem",
    "ProblemWriter",
    "RulesError",
    "RunOptions",
    "RunResult",
    "UsageError",
    "Verification",
    "adopt_workbook",
    "adoption_json",
    "adoption_table",
    "check_examples",
    "check_exit_code",
    "check_file",
    "check_files",
    "check_json",
    "close_year_at",
    "create_demo",
    "create_desk",
    "desk_tables",
    "digest_json",
    "explain",
    "explanation_json",
    "export_lines",
    "find_desk_of",
    "is_demo_as_expected",
    "late_json",
    "late_table",
    "list_late_lines",
    "load_messages",
    "local_today",
    "make_paper",
    "open_desk_at",
    "package_rules",
    "paper_kinds",
    "print_table",
    "rebuild_desk_at",
    "run_desk_at",
    "run_json",
    "stale_diagrams",
    "stale_templates",
    "status_chat",
    "status_json",
    "status_lines",
    "tell_adoption",
    "tell_checks",
    "tell_demo",
    "tell_digest",
    "tell_explanation",
    "tell_problems",
    "tell_run",
    "tell_status",
    "template_folder",
    "terminal_language",
    "verify_desk_at",
    "watch_progress",
    "write_desk_templates",
    "write_diagrams",
    "write_digests",
    "write_export",
    "write_templates",
]
