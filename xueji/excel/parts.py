"""The fixed parts of a workbook, and what stands in its sheet before and after the rows."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

TEXT, QUOTED, HEADER, TITLE, NOTE = 1, 2, 3, 4, 5  # places in cellXfs

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

CONTENT_TYPES = f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>"""

RELATIONS = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>\
</Relationships>"""

WORKBOOK_RELATIONS = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>"""

_CENTRED = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
_LEFT = '<alignment horizontal="left" vertical="center"/>'
_BODY = '<alignment vertical="center" wrapText="1"/>'
# numFmt 49 is @: text
STYLES = f"""{_XML}<styleSheet xmlns="{_MAIN}">\
<fonts count="3"><font><sz val="10"/><name val="宋体"/><charset val="134"/></font>\
<font><b/><sz val="10"/><name val="宋体"/><charset val="134"/></font>\
<font><b/><sz val="16"/><name val="宋体"/><charset val="134"/></font></fonts>\
<fills count="3"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFEDEFF2"/></patternFill></fill></fills>\
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>\
<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/>\
<diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" \
applyBorder="1" applyAlignment="1">{_BODY}</xf>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" quotePrefix="1" \
applyNumberFormat="1" applyBorder="1" applyAlignment="1">{_BODY}</xf>\
<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" quotePrefix="1" \
applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">\
{_CENTRED}</xf>\
<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" quotePrefix="1" \
applyNumberFormat="1" applyFont="1" applyAlignment="1">{_CENTRED}</xf>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" \
applyNumberFormat="1" applyAlignment="1">{_LEFT}</xf></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def around(name: str, head: int) -> Iterator[tuple[str, str]]:
    """Path and text of every part but the sheet; row ``head`` is printed on every page."""
    yield "[Content_Types].xml", CONTENT_TYPES
    yield "_rels/.rels", RELATIONS
    yield "xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS
    yield "xl/styles.xml", STYLES
    titles = escape(f"'{name}'!${head}:${head}")
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{titles}'
        "</definedName></definedNames></workbook>",
    )


def opening(widths: Sequence[float], head: int) -> str:
    """The sheet up to its first row; what is above row ``head`` and it stay in sight."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{head}" '
        f'topLeftCell="A{head + 1}" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><sheetFormatPr defaultRowHeight="16"/><cols>{columns}</cols><sheetData>'
    )


def closing(last_letter: str, head: int, last_row: int, foot: str) -> str:
    """The sheet after its last row: A4 across, as many pages as it takes, numbered."""
    merged = "".join(f'<mergeCell ref="A{row}:{last_letter}{row}"/>' for row in range(1, head))
    lines = f'<mergeCells count="{head - 1}">{merged}</mergeCells>' if merged else ""
    return (
        f"</sheetData>{lines if last_letter != 'A' else ''}"
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>{foot}</oddFooter></headerFooter>"
        f'<ignoredErrors><ignoredError sqref="A1:{last_letter}{last_row}" '
        'numberStoredAsText="1"/></ignoredErrors></worksheet>'
    )
