Option Explicit

' The buttons of the order desk. Each one starts Python and waits until it is done: the work is done there, by
' xltools.buttons, which looks at the workbook in front and tells the user what came of it.
' This file is plain ASCII, so that it is right on every Windows; what users read stands in the cells named text_...

Private isRunning As Boolean

Public Sub CheckWorkbook()
    PressButton "check"
End Sub

Public Sub ClearMarks()
    PressButton "clear"
End Sub

Public Sub SubmitWorkbook()
    PressButton "submit"
End Sub

Public Sub ShowStatus()
    PressButton "status"
End Sub

Public Sub RefreshTracker()
    PressButton "refresh"
End Sub

Public Sub MakeContract()
    PressButton "contract"
End Sub

Public Sub MakeDeliveryNote()
    PressButton "delivery-note"
End Sub

' Runs one verb; whatever goes wrong becomes a message in the user's words.
Private Sub PressButton(ByVal verb As String)
    Dim wasSaved As Boolean, trouble As String, detail As String
    If isRunning Then Exit Sub
    On Error GoTo Failed
    isRunning = True
    wasSaved = ThisWorkbook.Saved
    Application.Cursor = xlWait
    Application.StatusBar = CellText("text_working")
    trouble = RunVerb(verb, detail)
Finish:
    On Error Resume Next
    ' A check leaves its count there; our own words are no longer true.
    If trouble <> "" Or Application.StatusBar = CellText("text_working") Then Application.StatusBar = False
    Application.Cursor = xlDefault
    ' Lists that Python put here are nothing to keep: nobody is asked to save them.
    If wasSaved Then ThisWorkbook.Saved = True
    If trouble <> "" Then Tell trouble, detail
    isRunning = False
    Exit Sub
Failed:
    trouble = "text_not_started"
    detail = Err.Description
    Resume Finish
End Sub

' Starts Python with the verb and waits. Gives the name of the text to show, nothing when Python has told everything.
Private Function RunVerb(ByVal verb As String, ByRef detail As String) As String
    Dim starter As Object, files As Object, host As Object
    Dim python As String, words As String, code As Long
    Set starter = CreateObject("WScript.Shell")
    Set files = CreateObject("Scripting.FileSystemObject")
    python = FindPython(starter, files)
    If python = "" Then
        detail = CellText("interpreter")
        RunVerb = "text_no_interpreter"
        Exit Function
    End If
    ' Looked up when it runs: an Excel that has no Hwnd, as for Mac, would else not take this module at all.
    Set host = Application
    ' -E: variables such as PYTHONHOME belong to other programs. -P: no module is taken from the current folder.
    words = Quoted(python) & " -E -P -X utf8 -m xltools.buttons " & verb
    words = words & " " & Quoted("--wb=" & ThisWorkbook.Name) & " --from_xl=1 --hwnd=" & CStr(host.Hwnd)
    words = words & " " & Quoted("--desk=" & FindDesk(files))
    code = starter.Run(words, 0, True)
    If code <> 0 Then
        detail = CStr(code)
        RunVerb = "text_failed"
    End If
End Function

' The Python that the desk was set up with, else the one that XLTOOLS_PYTHON names on this computer; else nothing.
' FileExists, since Dir does not find folders with Chinese names on an English Windows.
Private Function FindPython(ByVal starter As Object, ByVal files As Object) As String
    Dim named As String
    named = CellText("interpreter")
    If Not files.FileExists(named) Then named = starter.Environment("PROCESS").Item("XLTOOLS_PYTHON")
    If files.FileExists(named) Then FindPython = named
End Function

' The folder that this workbook lies in when it is a desk, whatever letter the drive has here; else the one it is
' made for, so that a copy on somebody's desktop works, too.
Private Function FindDesk(ByVal files As Object) As String
    Dim folder As String
    folder = ThisWorkbook.Path
    If folder = "" Then
        folder = CellText("desk_folder")
    ElseIf Not files.FileExists(files.BuildPath(folder, "desk.yaml")) Then
        folder = CellText("desk_folder")
    End If
    ' A backslash before the closing quote would make it part of the folder's name.
    Do While Right$(folder, 1) = "\"
        folder = Left$(folder, Len(folder) - 1)
    Loop
    If Right$(folder, 1) = ":" Then folder = folder & "\."
    FindDesk = folder
End Function

Private Function Quoted(ByVal words As String) As String
    Quoted = Chr$(34) & words & Chr$(34)
End Function

' The text of a named cell of this workbook; nothing where there is none.
Private Function CellText(ByVal cellName As String) As String
    On Error Resume Next
    CellText = Trim$(CStr(ThisWorkbook.Names(cellName).RefersToRange.Cells(1, 1).Value))
End Function

' Shows one of the texts, with the detail in place of its %1.
Private Sub Tell(ByVal textName As String, ByVal detail As String)
    Dim words As String, title As String
    words = Replace(CellText(textName), "%1", detail)
    If words = "" Then words = textName & " " & detail
    title = CellText("text_title")
    On Error GoTo Plain
    ' MsgBox would turn Chinese into question marks where Windows is not Chinese. 48: an exclamation mark. 4096: on top.
    CreateObject("WScript.Shell").Popup words, 0, title, 48 + 4096
    Exit Sub
Plain:
    Resume Otherwise
Otherwise:
    On Error Resume Next
    MsgBox words, vbExclamation, title
End Sub
