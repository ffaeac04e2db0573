@echo off
rem The same two commands as the Makefile has: make demo, make test; and make check.
setlocal
cd /d "%~dp0"
set "PYTHONUTF8=1"
set "PIP_CONSTRAINT=constraints.txt"
set "PIP_BUILD_CONSTRAINT=constraints.txt"
set "PIP_DISABLE_PIP_VERSION_CHECK=1"
set "BIN=.venv\Scripts"

if /i "%~1"=="demo" goto demo
if /i "%~1"=="test" goto test
if /i "%~1"=="check" goto check
echo make demo    a sample desk in demo-desk, run once
echo make test    all tests
echo make check   format, lint, types, import contract, house rules, rules, README
exit /b 2

:demo
call :install installed .
if errorlevel 1 exit /b 1
if exist demo-desk (
  echo demo-desk is there already: taken through the main job once more.
  "%BIN%\xltools.exe" run demo-desk --as-of 2026-05-20
) else (
  "%BIN%\xltools.exe" demo demo-desk
)
exit /b %errorlevel%

:test
call :install installed-dev .[dev]
if errorlevel 1 exit /b 1
"%BIN%\python.exe" -m pytest -n auto --dist loadfile
exit /b %errorlevel%

:check
call :install installed-dev .[dev]
if errorlevel 1 exit /b 1
"%BIN%\ruff.exe" format --check . || exit /b 1
"%BIN%\ruff.exe" check . || exit /b 1
"%BIN%\mypy.exe" || exit /b 1
"%BIN%\lint-imports.exe" || exit /b 1
"%BIN%\python.exe" -m pytest tests\test_house.py || exit /b 1
"%BIN%\xltools.exe" rules check || exit /b 1
"%BIN%\xltools.exe" templates build --check || exit /b 1
set "PATH=%~dp0%BIN%;%PATH%"
"%BIN%\cog.exe" -P --check --diff -n utf-8 README.md README.zh-CN.md || exit /b 1
exit /b 0

rem Installs once: what was installed from is kept beside it, and compared.
:install
fc /b constraints.txt ".venv\%~1.constraints" >nul 2>nul && fc /b pyproject.toml ".venv\%~1.pyproject" >nul 2>nul && exit /b 0
call :find_python
if errorlevel 1 exit /b 1
echo Installing into .venv (once; a minute or two)...
%PYTHON% -m venv .venv || exit /b 1
"%BIN%\python.exe" -m pip install --quiet --editable "%~2" || exit /b 1
copy /y constraints.txt ".venv\%~1.constraints" >nul
copy /y pyproject.toml ".venv\%~1.pyproject" >nul
exit /b 0

:find_python
set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && exit /b 0
set "PYTHON=python"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && exit /b 0
echo xltools needs Python 3.11 or later, and neither "py -3" nor "python" is one. 1>&2
exit /b 1
