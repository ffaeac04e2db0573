"""The columns of the order tracker that the desk computes itself."""

COMPUTED_COLUMNS = (
    "warning",  # late, at risk, done, no date
    "days_left",  # calendar days from the as-of date to the due date; negative when late
    "days_late",
    "due_date",  # the current promise, else the requested date
    "order_line",  # order number and line as one word, for people
    "order_no",
    "line_no",
    "revision",
    "product_key",  # customer item / product code
    "shipped_quantity",
    "open_quantity",
    "last_shipped_date",
    "amount",
    "stage",
    "waiting",  # who is awaited for what, since when
    "missing",  # the fields that the next stage needs
    "source",  # the workbook and cell the line came from, linked
    "papers",  # the papers made, linked
)

# What a reader needs to know whose edits a row holds: an order number may itself end in `-1`.
KEY_COLUMNS = ("order_no", "line_no")

TRACKER_SHEET = "订单总表 Tracker"  # in our template
# The name of the Excel table: it stays when people rename the sheet, move the table or sort it.
TRACKER_TABLE = "Tracker"
