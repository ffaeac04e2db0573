"""The verbs about rules, and the templates made from them."""

from pathlib import Path

import click

from xltools import desk
from xltools.cli.speaking import CATALOGUE, LANGUAGE, json_option, open_desk, say, tell, tell_json


@click.group()
def templates() -> None:
    """The workbooks made from the forms."""


@templates.command("build")
@click.option("--into", metavar="DIR", type=click.Path(path_type=Path), help="Another folder than the program's own.")
@click.option(
    "--desk", "desk_path", metavar="DESK", type=click.Path(path_type=Path), help="From this desk's rules, into it."
)
@click.option("--check", "check_only", is_flag=True, help="Only say which are not current; exit code 3 if any.")
def templates_build(into: Path | None, desk_path: Path | None, check_only: bool) -> None:
    """Make the templates from the rules."""
    opened = open_desk(desk_path) if desk_path else None
    rules = opened.rules if opened else desk.package_rules()
    folder = into or (desk_path / "templates" if desk_path else desk.template_folder())
    if check_only:
        stale = desk.stale_templates(rules, folder)
        tell(say("ui-template-stale", file=folder / name) for name in stale)
        raise SystemExit(desk.RULES_WRONG if stale else desk.DONE)
    write = desk.write_desk_templates if desk_path else desk.write_templates
    tell(say("ui-template-written", file=folder / name) for name in write(rules, folder))


@click.group("rules")
def rules_group() -> None:
    """Forms, layouts, workflow and settings."""


@rules_group.command("check")
@click.argument("desk_path", metavar="[DESK]", required=False, type=click.Path(path_type=Path))
@json_option
def rules_check(desk_path: Path | None, as_json: bool) -> None:
    """Everything that is wrong with the rules, tried on their own examples; exit code 3 if anything is."""
    try:
        rules = open_desk(desk_path).rules if desk_path else desk.package_rules()
        problems = tuple(desk.check_examples(rules, desk.DEMO_AS_OF))
    except desk.RulesError as failure:
        problems = failure.problems
    writer = desk.ProblemWriter(CATALOGUE, LANGUAGE)
    if as_json:
        tell_json(writer.write_all(problems))
    elif problems:
        tell(desk.tell_problems(problems, writer))
    else:
        tell([say("ui-rules-right", forms=len(rules.forms), layouts=len(rules.layouts))])
    raise SystemExit(desk.RULES_WRONG if problems else desk.DONE)


@rules_group.command("diagram")
@click.argument("desk_path", metavar="[DESK]", required=False, type=click.Path(path_type=Path))
@click.option("--into", metavar="DIR", type=click.Path(path_type=Path), help="The folder; docs/, or the desk's rules/.")
@click.option("--check", "check_only", is_flag=True, help="Only say which are not current; exit code 3 if any.")
def rules_diagram(desk_path: Path | None, into: Path | None, check_only: bool) -> None:
    """Draw the workflow with its gates, as SVG in each language."""
    rules = open_desk(desk_path).rules if desk_path else desk.package_rules()
    folder = into or (desk_path / "rules" if desk_path else Path("docs"))
    if check_only:
        stale = desk.stale_diagrams(rules, folder)
        tell(say("ui-diagram-stale", file=folder / name) for name in stale)
        raise SystemExit(desk.RULES_WRONG if stale else desk.DONE)
    tell(say("ui-diagram-written", file=folder / name) for name in desk.write_diagrams(rules, folder))
