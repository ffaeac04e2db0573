"""People of the departments at their review lists and at a meeting's sheet, by way of openpyxl."""

import openpyxl

THREE = ("business", "engineering", "quality")


def review_list(folder, department):
    names = folder.opened.folders
    return folder.path / names.review / department / names.review_list


def meeting_sheet(folder, order, revision=1):
    names = folder.opened.folders
    return folder.path / names.review / names.meeting / f"{names.review_sheet}-{order}-r{revision}.xlsx"


def list_rows(folder, department):
    """The rows of a list by their task, as {first word of the header: value}."""
    page = openpyxl.load_workbook(review_list(folder, department)).worksheets[0]
    header = [str(cell.value).split()[0] for cell in page[3]]
    rows = [dict(zip(header, values, strict=True)) for values in page.iter_rows(min_row=4, values_only=True)]
    return {row["任务号"]: row for row in rows if row["任务号"]}


def say(folder, department, order="", line="", **values):
    """Types into the rows of a list that are about that order, all where none is named."""
    path = review_list(folder, department)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    columns = {str(cell.value).split()[0]: cell.column for cell in page[3]}
    for row in range(4, page.max_row + 1):
        about = str(page.cell(row, columns["订单号-行"]).value)
        if about.startswith(order) and about.endswith(line) and page.cell(row, columns["任务号"]).value:
            for words, value in values.items():
                page.cell(row, next(at for name, at in columns.items() if name.startswith(words))).value = value
    book.save(path)


def agree(folder, departments, day, order="", **more):
    """These departments find it acceptable; PMC gives a date where `more` has none."""
    for department in departments:
        dated = {"可交日期": "2026-03-28"} if department == "production" else {}
        say(folder, department, order, **{"结论": "√", "姓名": f"{department}某", "日期": day, **dated, **more})


def fill_sheet(path, day, rows=None, minutes="图纸已会审", **verdict):
    """Fills the first rows of a meeting's sheet, all where no number is given; PMC's with a date."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for row in page.iter_rows():
        for cell in row:
            if str(cell.value).startswith("会议纪要"):
                label = next(block for block in page.merged_cells.ranges if cell.coordinate in block)
                page.cell(cell.row, label.max_col + 1).value = minutes
    top = next(row for row in range(1, 40) if str(page.cell(row, 1).value).startswith("行号"))
    columns = {str(cell.value).split()[0]: cell.column for cell in page[top]}
    for number, row in enumerate(range(top + 1, page.max_row + 1)):
        department = page.cell(row, columns["部门"]).value
        if not department or (rows is not None and number >= rows):
            break
        values = {"结论": "同意", "姓名": f"某{department[:2]}", "日期": day, **verdict}
        if "PMC" in department:
            values["可交日期"] = "2026-03-29"
        for words, value in values.items():
            page.cell(row, columns[words]).value = value
    book.save(path)
