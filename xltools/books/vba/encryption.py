"""Data Encryption ([MS-OVBA] 2.4.3): how a VBA project says that it is not protected. It hides nothing from anybody."""

_VERSION = 2


def encrypt_data(data: bytes, project_id: str, seed: int) -> str:
    """Encrypted data in hexadecimal digits, by the project's id and a seed of one byte ([MS-OVBA] 2.4.3.2)."""
    key = project_key(project_id)
    encrypted = [seed, seed ^ _VERSION, seed ^ key]
    plain_before = key
    ignored = bytes((seed & 6) // 2)
    for plain in (*ignored, *len(data).to_bytes(4, "little"), *data):
        encrypted.append(plain ^ (encrypted[-2] + plain_before) & 0xFF)
        plain_before = plain
    return bytes(encrypted).hex().upper()


def project_key(project_id: str) -> int:
    """The sum of the letters of a project's id, as one byte ([MS-OVBA] 2.4.3.2)."""
    return sum(project_id.encode("ascii")) & 0xFF
