"""What a document that becomes a PDF can't do: run a macro, fetch what it links to."""

import datetime as dt
import http.server
import threading
import zipfile
from pathlib import Path

import pytest
from docx import Document

from xltools.edge.pdf import convert_to_pdf, find_soffice

AS_OF = dt.date(2026, 3, 3)
pytestmark = pytest.mark.skipif(find_soffice() is None, reason="needs LibreOffice")

MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" xmlns:ooo="http://openoffice.org/2004/office"
 xmlns:dom="http://www.w3.org/2001/xml-events" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:scripts><office:script script:language="ooo:Basic"><ooo:libraries><ooo:library-embedded ooo:name="Standard">
<ooo:module ooo:name="M"><ooo:source-code>Sub Main
Open "{target}" For Output As #1
Print #1, "ran"
Close #1
End Sub</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries></office:script>
<office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load"
 xlink:href="vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document" xlink:type="simple"/>
</office:event-listeners></office:scripts>
<office:body><office:text><text:p>x</text:p></office:text></office:body></office:document>
"""


def test_a_macro_in_a_document_does_not_run(tmp_path):
    target = tmp_path / "ran.txt"
    source = tmp_path / "macro.fodt"
    source.write_text(MACRO.format(target=target), "utf-8")
    made = convert_to_pdf([source], tmp_path / "out", AS_OF)
    assert isinstance(made, tuple), made
    assert not target.exists()


class _Listener(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815 - so the library calls them

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    server = http.server.HTTPServer(("127.0.0.1", 0), _Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Listener.asked.clear()
    yield server
    server.shutdown()
    server.server_close()


def linking_docx(path, link):
    """A Word document with a picture that is only linked to, and a template of its own elsewhere."""
    document = Document()
    document.add_paragraph("x")
    document.save(path)
    drawing = (
        '<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<v:shape style="width:99pt;height:99pt"><v:imagedata r:id="rId99" r:href="rId99"/></v:shape>'
        "</w:pict></w:r></w:p>"
    )
    relation = (
        f'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        f'Target="{link}" TargetMode="External"/></Relationships>'
    )
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:sectPr", drawing.encode() + b"<w:sectPr", 1)
    rels = "word/_rels/document.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", relation.encode())
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


LINKED = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:p>
<draw:frame svg:width="3cm" svg:height="3cm" text:anchor-type="as-char"><draw:image xlink:href="{link}"
 xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p></office:text></office:body>
</office:document>
"""


def linking_odt(path, link):
    """A text document of LibreOffice's own, whose linked picture an unlocked profile does fetch."""
    path.write_text(LINKED.format(link=link), "utf-8")
    return path


@pytest.mark.parametrize(("make", "name"), [(linking_docx, "link.docx"), (linking_odt, "link.fodt")])
def test_what_a_document_links_to_is_not_fetched(tmp_path, listener, make, name):
    port = listener.server_address[1]
    source = make(tmp_path / name, f"http://127.0.0.1:{port}/picture.png")
    made = convert_to_pdf([source], tmp_path / "out", AS_OF)
    assert isinstance(made, tuple), made
    assert _Listener.asked == []


def test_a_profile_of_its_own_is_used_and_locked(tmp_path):
    """So that nobody's own settings, which may trust a folder, come into play."""
    script = tmp_path / "soffice"
    script.write_text(
        '#!/bin/sh\nfor one in "$@"; do case $one in -env:UserInstallation=file://*) '
        f'cp "${{one#-env:UserInstallation=file://}}/user/registrymodifications.xcu" '
        f"'{tmp_path}/seen.xcu';; esac; done\n",
        "utf-8",
    )
    script.chmod(0o755)
    convert_to_pdf([tmp_path / "x.docx"], tmp_path / "out", AS_OF, soffice=script)
    seen = Path(tmp_path / "seen.xcu").read_text("utf-8")
    assert 'oor:name="DisableMacrosExecution" oor:op="fuse"><value>true' in seen
    assert 'oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true' in seen
