"""The desk's table of contents: each verb, and the module that it lives in. `__init__.py` reads it on first use."""

from xltools.core.problem import Problem
from xltools.core.text import Language, visible_text
from xltools.desk.adopt import AdoptRequest, adopt_workbook, adoption_json, adoption_table, find_desk_of, tell_adoption
from xltools.desk.answers import explain, export_lines, list_late_lines, tell_status, write_export
from xltools.desk.archive_alone import open_desk_or_archive
from xltools.desk.audit import rebuild_desk_at
from xltools.desk.backup import BackupResult
from xltools.desk.checking import (
    CheckResult,
    check_exit_code,
    check_file,
    check_files,
    check_json,
    check_open_workbook,
    desk_tables,
)
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
    worst_code,
)
from xltools.desk.heartbeat import check_heartbeat, read_age
from xltools.desk.installation import InstallationResult, install_buttons, remove_buttons
from xltools.desk.installation_check import check_installation, installation_json, tell_installation
from xltools.desk.installation_check import has_errors as has_installation_errors
from xltools.desk.mail_round import mail_after_run
from xltools.desk.mailing import MailResult, Postman, mail_json, send_due_mail
from xltools.desk.paper import make_paper, open_paper, paper_kinds
from xltools.desk.postbox import queue_content, queue_mail, queue_notice
from xltools.desk.pressing import (
    PROBLEM_NAMES,
    RETURN_PROPERTY,
    STATUS_NAMES,
    find_named_order,
    gather_marks,
    list_problems,
    tell_check_count,
)
from xltools.desk.restore import RestoreResult, backup_desk_at, restore_desk_at, restore_json
from xltools.desk.result import PaperResult, ProblemWriter, RunResult, run_json
from xltools.desk.run import RunOptions, close_year_at, run_desk_at
from xltools.desk.schedule import (
    choose_system,
    install_schedule,
    plan_schedule,
    print_schedule,
    remove_schedule,
    schedule_json,
)
from xltools.desk.scheduled import run_scheduled
from xltools.desk.session import Desk, load_messages, local_today, open_desk_at, package_rules, terminal_language
from xltools.desk.shared_workbooks import list_shared_files
from xltools.desk.start import (
    create_desk,
    stale_templates,
    template_folder,
    write_desk_templates,
    write_templates,
)
from xltools.desk.submit import SubmitResult, submit_json, submit_workbook, submit_workbooks
from xltools.desk.telling import (
    late_table,
    tell_checks,
    tell_demo,
    tell_explanation,
    tell_mail,
    tell_problems,
    tell_run,
    tell_submitted,
)
from xltools.desk.verification import Verification, verify_desk_at
from xltools.edge.dropped import find_dropped
from xltools.edge.terminal import print_table, watch_progress
from xltools.reports.late import late_json
from xltools.reports.schedule import unmask_path
from xltools.reports.status import status_json
from xltools.reports.status_text import status_chat, status_lines
from xltools.reports.why import explanation_json

__all__ = [
    "DEMO_AS_OF",
    "DONE",
    "LEDGER_BROKEN",
    "OUR_ERROR",
    "PROBLEM_NAMES",
    "RETURNED",
    "RETURN_PROPERTY",
    "RULES_WRONG",
    "STATUS_NAMES",
    "AdoptRequest",
    "BackupResult",
    "BusyError",
    "CheckResult",
    "Desk",
    "DeskError",
    "InstallationResult",
    "Language",
    "LedgerError",
    "MailResult",
    "PaperResult",
    "Postman",
    "Problem",
    "ProblemWriter",
    "RestoreResult",
    "RulesError",
    "RunOptions",
    "RunResult",
    "SubmitResult",
    "UsageError",
    "Verification",
    "adopt_workbook",
    "adoption_json",
    "adoption_table",
    "backup_desk_at",
    "check_examples",
    "check_exit_code",
    "check_file",
    "check_files",
    "check_heartbeat",
    "check_installation",
    "check_json",
    "check_open_workbook",
    "choose_system",
    "close_year_at",
    "create_demo",
    "create_desk",
    "desk_tables",
    "digest_json",
    "explain",
    "explanation_json",
    "export_lines",
    "find_desk_of",
    "find_dropped",
    "find_named_order",
    "gather_marks",
    "has_installation_errors",
    "install_buttons",
    "install_schedule",
    "installation_json",
    "is_demo_as_expected",
    "late_json",
    "late_table",
    "list_late_lines",
    "list_problems",
    "list_shared_files",
    "load_messages",
    "local_today",
    "mail_after_run",
    "mail_json",
    "make_paper",
    "open_desk_at",
    "open_desk_or_archive",
    "open_paper",
    "package_rules",
    "paper_kinds",
    "plan_schedule",
    "print_schedule",
    "print_table",
    "queue_content",
    "queue_mail",
    "queue_notice",
    "read_age",
    "rebuild_desk_at",
    "remove_buttons",
    "remove_schedule",
    "restore_desk_at",
    "restore_json",
    "run_desk_at",
    "run_json",
    "run_scheduled",
    "schedule_json",
    "send_due_mail",
    "stale_diagrams",
    "stale_templates",
    "status_chat",
    "status_json",
    "status_lines",
    "submit_json",
    "submit_workbook",
    "submit_workbooks",
    "tell_adoption",
    "tell_check_count",
    "tell_checks",
    "tell_demo",
    "tell_digest",
    "tell_explanation",
    "tell_installation",
    "tell_mail",
    "tell_problems",
    "tell_run",
    "tell_status",
    "tell_submitted",
    "template_folder",
    "terminal_language",
    "unmask_path",
    "verify_desk_at",
    "visible_text",
    "watch_progress",
    "worst_code",
    "write_desk_templates",
    "write_diagrams",
    "write_digests",
    "write_export",
    "write_templates",
]
