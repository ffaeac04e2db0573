"""VBA projects from source text: the bytes of a vbaProject.bin ([MS-OVBA]), the same for the same modules.

It holds no compiled code: Excel compiles the source when it opens the workbook ([MS-OVBA] 2.3.4.1).
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from xltools.books.compound_writer import build_compound
from xltools.books.vba.compression import compress_container
from xltools.books.vba.directory import ListedModule, build_directory
from xltools.books.vba.encryption import encrypt_data, project_key

_LIBRARIES = frozenset({"vba", "excel", "stdole", "office"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NO_CACHE = bytes.fromhex("CC61 FFFF 00 0000")
_BASES = {
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
}
_NOT_PROTECTED, _NO_PASSWORD, _VISIBLE = bytes(4), bytes(1), b"\xff"
_VISUAL_BASIC_EDITOR = "{3832D640-CF90-11CF-8E43-00A0C911005A}"


@dataclass(frozen=True, slots=True)
class VbaModule:
    """A module's name and source, without the Attribute lines that its kind comes with.

    The module of the workbook or of a sheet has the code name that stands in the workbook's parts.
    """

    name: str
    source: str
    kind: Literal["workbook", "sheet", "procedures"]

    @property
    def of_document(self) -> bool:
        """True for the module of the workbook or of a sheet."""
        return self.kind != "procedures"


def build_vba_project(modules: Sequence[VbaModule], name: str, code_page: int) -> bytes:
    """A vbaProject.bin, neither locked nor signed, with source and names in a Windows code page (936, 1252).

    ValueError for text that the code page can't hold, for a code page that is not known, and for a name that is no VBA
    identifier of at most 31 letters or that stands twice.
    """
    _check_names(name, [module.name for module in modules])
    try:
        sources = {module.name: _module_text(module).encode(f"cp{code_page}") for module in modules}
    except UnicodeEncodeError as trouble:
        raise ValueError(
            f"code page {code_page} can't hold {trouble.object[trouble.start : trouble.end]!r}"
        ) from trouble
    except LookupError as trouble:
        raise ValueError(f"not a code page: {code_page}") from trouble
    listed = [ListedModule(module.name, module.of_document) for module in modules]
    project_id = _project_id(name, code_page, sources)
    return build_compound(
        {
            "VBA": {
                "_VBA_PROJECT": _NO_CACHE,
                "dir": compress_container(build_directory(name, listed, code_page)),
                **{module: compress_container(source) for module, source in sources.items()},
            },
            "PROJECT": _project_text(name, listed, project_id).encode("ascii"),
            "PROJECTwm": _name_map(listed),
        }
    )


def _check_names(project: str, modules: Sequence[str]) -> None:
    names = [project, *modules]
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a name in VBA: {name!r}")
    # VBA looks them all up in one place, those of the libraries among them.
    if len({*_LIBRARIES, *(name.lower() for name in names)}) != len(_LIBRARIES) + len(names):
        raise ValueError(f"the project, its libraries and its modules need different names: {', '.join(names)}")


def _module_text(module: VbaModule) -> str:
    """A module's source with the lines that only show when it is exported ([MS-VBAL] 4.2)."""
    attributes = [f'Attribute VB_Name = "{module.name}"']
    if base := _BASES.get(module.kind):
        attributes += [
            f'Attribute VB_Base = "{base}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            "Attribute VB_PredeclaredId = True",
            "Attribute VB_Exposed = True",
            "Attribute VB_TemplateDerived = False",
            "Attribute VB_Customizable = True",
        ]
    lines = _LINE_END.split(module.source)
    if lines[-1]:
        lines.append("")
    return "\r\n".join((*attributes, *lines))


def _project_id(name: str, code_page: int, sources: dict[str, bytes]) -> str:
    """An id in braces that follows from the source: another project has another."""
    told = hashlib.sha256(f"{name} {code_page}".encode())
    for module, source in sources.items():
        told.update(f"\0{module} {len(source)}\0".encode() + source)
    return f"{{{uuid.UUID(bytes=told.digest()[:16], version=4)}}}".upper()


def _project_text(name: str, modules: Sequence[ListedModule], project_id: str) -> str:
    """The PROJECT stream ([MS-OVBA] 2.3.1)."""
    seed = project_key(project_id)  # any seed will do; this one follows from the id
    lines = (
        f'ID="{project_id}"',
        *(f"Document={one.name}/&H00000000" if one.of_document else f"Module={one.name}" for one in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{encrypt_data(_NOT_PROTECTED, project_id, seed)}"',
        f'DPB="{encrypt_data(_NO_PASSWORD, project_id, seed)}"',
        f'GC="{encrypt_data(_VISIBLE, project_id, seed)}"',
        "",
        "[Host Extender Info]",
        f"&H00000001={_VISUAL_BASIC_EDITOR};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{one.name}=0, 0, 0, 0, C" for one in modules),
    )
    return "".join(f"{line}\r\n" for line in lines)


def _name_map(modules: Sequence[ListedModule]) -> bytes:
    """The PROJECTwm stream: each name in the code page and in Unicode ([MS-OVBA] 2.3.3)."""
    pairs = (one.name.encode("ascii") + b"\0" + one.name.encode("utf-16-le") + b"\0\0" for one in modules)
    return b"".join((*pairs, b"\0\0"))
