// Workbooks as SheetJS reads them: node read_sheetjs.js FILE… → [{"sheet": {"A1": [type, value, shown text], …}, …}, …].
// Types: n number, d date (value: [serial number, "yyyy-mm-ddThh:mm:ss"]), s text, b truth value, e error.
'use strict'
const XLSX = require('xlsx')

function describe(cell, date1904) {
  if (cell.t === 'e') return ['e', cell.w ?? XLSX.utils.format_cell(cell), cell.w ?? '']
  // Serial numbers, not JavaScript dates: those would move with the time zone of the machine.
  if (cell.t === 'n' && XLSX.SSF.is_date(cell.z ?? 'General')) {
    const d = XLSX.SSF.parse_date_code(cell.v, { date1904 })
    const [month, day, hour, minute, second] = [d.m, d.d, d.H, d.M, d.S].map((part) => String(part).padStart(2, '0'))
    const iso = `${String(d.y).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}`
    return ['d', [cell.v, iso], cell.w ?? '']
  }
  return [cell.t, cell.v, cell.w ?? String(cell.v)]
}

function readSheets(file) {
  const book = XLSX.readFile(file, { cellNF: true, cellText: true, cellFormula: false })
  const date1904 = Boolean(book.Workbook?.WBProps?.date1904)
  const sheets = {}
  for (const name of book.SheetNames) {
    sheets[name] = {}
    for (const [address, cell] of Object.entries(book.Sheets[name])) {
      if (!address.startsWith('!') && cell.t !== 'z') sheets[name][address] = describe(cell, date1904)
    }
  }
  return sheets
}

process.stdout.write(JSON.stringify(process.argv.slice(2).map(readSheets)))
