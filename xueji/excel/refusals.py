"""Why a workbook is not read, in the words for whoever sent it: what it is, and what to do."""

SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”，再上传。"
TEMPLATE = "请把数据复制到下载的模板里（只粘贴数值），再上传。"

EMPTY = "文件是空的。请核对是不是选错了文件，再上传。"
TOO_LARGE = "文件超过 {limit:.0f} MB。请删去图片和无关的工作表，或把名单分成几份，再上传。"
UNPACKED = "文件解开以后超过 {limit:.0f} MB，可能藏有异常内容。" + TEMPLATE
RATIO = "文件里有压得异常紧的内容，解开以后会大得不合常理，不能打开。" + TEMPLATE
MEMBERS = "文件由超过 {limit} 个部分组成，不是一张普通的表。" + TEMPLATE
BROKEN = "文件不完整或已损坏，打不开。请用 Excel 或 WPS 打开后重新保存，再上传。"
DOUBLED = "文件里有重名的内容，不同的软件会读出不同的数据，不能打开。" + SAVE_AS
PATHS = "文件里的内容写有异常的路径，不能打开。" + TEMPLATE
ENCRYPTED = "文件设有打开密码，读不出来。请在 Excel 或 WPS 中取消密码（另存为时不设密码），再上传。"
MACROS = "文件带有宏。学籍系统不接收带宏的文件。" + SAVE_AS
ACTIVE = "文件里嵌有控件或其他程序的对象，不能打开。" + TEMPLATE
NESTED = "文件里面又套着文件。请把里面的 Excel 文件取出来，单独上传。"
EXTERNAL = "文件引用了别的文件或网上的数据。请“断开链接”、把公式粘贴为数值后，再上传。"
ENTITIES = "文件里有本系统不接收的定义（DTD），多半不是 Excel 存出来的。" + SAVE_AS
WORD = "这是 Word 文档，不是 Excel 工作簿。" + TEMPLATE
BINARY = "这是 .xlsb 格式的工作簿。" + SAVE_AS
ODS = "这是 .ods 格式的工作簿。" + SAVE_AS
ARCHIVE = "这是压缩包，不是 Excel 工作簿。请先解压，再上传里面的 Excel 文件。"
WEB_PAGE = "这是网页改成的表格，不是真正的 Excel 工作簿。" + SAVE_AS
XML_2003 = "这是 XML 表格（2003），不是 Excel 工作簿。" + SAVE_AS
TEXT = "这是文本文件（如 .csv），不是 Excel 工作簿；号码的末几位在这种文件里容易丢失。" + TEMPLATE
PICTURE = "这是图片或 PDF，不是 Excel 工作簿。" + TEMPLATE
PROGRAM = "这是程序，不是 Excel 工作簿。没有打开。"
UNDECODED = "文件里的文字读不懂。请在表格软件里另存为 csv（UTF-8），或直接复制、粘贴。"
UNKNOWN = "这不是 Excel 工作簿（.xlsx 或 .xls）。" + TEMPLATE
NO_HEADER = (
    "没有找到表头。每张工作表的前 {rows} 行里都没有一行写着模板里的列名。"
    "请用下载的模板填写，或把列名写在一行里，再上传。"
)
TWO_HEADERS = "表头里「{label}」出现了两次（{first} 列和 {second} 列）。请删去一列，再上传。"
TWO_LISTS = (
    "「{first}」和「{second}」两张工作表都写着学生，只读一张会漏掉人。"
    "请把学生都放到一张工作表里，或分成两份上传。"
)
ROWS = "名单超过 {limit} 行。请分成几份上传。"
COLUMNS = "第 {row} 行在第 {limit} 列以后还有内容。请删去右边多余的列，再上传。"
NO_ROWS = "表头下面没有学生。请从表头的下一行起填写，一行一名学生，再上传。"
TOO_HARD = "读这份文件用的时间或内存超过了限度，没有读完。" + TEMPLATE


class Unreadable(Exception):
    """The workbook is not read; the message is one of these sentences."""
