"""Workbooks that Excel encrypted: those with the password that it uses when nobody asked for one open by themselves.

A workbook whose structure is locked, or that is saved as write-protected, is encrypted with `VelvetSweatshop`
([MS-OFFCRYPTO] 2.4.2.3), and Excel opens it without a word.
"""

import io

import msoffcrypto

_SILENT = "VelvetSweatshop"


def decrypt_silently(content: bytes) -> bytes | None:
    """The workbook without its encryption, None where that takes a password that somebody chose."""
    plain = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        file.load_key(password=_SILENT)
        file.decrypt(plain)
    except MemoryError:
        raise
    except Exception:  # whatever the library and those under it raise for a wrong key or a damaged file
        return None
    return plain.getvalue()
