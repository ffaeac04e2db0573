"""The named cells of the workbook with the buttons: Python and its macros find them by these, wherever they stand."""

DESK_FOLDER, INTERPRETER = "desk_folder", "interpreter"
PROBLEMS_TITLE, PROBLEMS_BOOK, PROBLEMS_LIST = "problems_title", "problems_book", "problems_list"
STATUS_TITLE, STATUS_TEXT = "status_title", "status_text"
PROBLEM_ROWS, STATUS_ROWS = 500, 300
