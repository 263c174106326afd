"""Why a file is not taken: what is wrong, why it matters, what to do instead."""


class BadFile(Exception):
    """The file is not stored; the message is the Chinese sentence for the person who sent it."""


class FileGone(Exception):
    """The file of a document is no longer kept; the message says since when."""


EMPTY = "文件是空的。请确认扫描或拍照已经保存，再重新选择。"
TOO_LARGE = "文件超过 {limit:g} MB 的上限。请降低扫描分辨率，或分成几个文件上传。"
NO_SPACE = "服务器存储空间不足，文件没有保存。请联系管理员清理空间后重新上传。"
GONE = "文件已过保留期限，于 {day:%Y-%m-%d} 删除。"

_SAVE_AS, _TAKEN = "请另存为 JPEG、PNG 或 PDF 后上传。", "只收 JPEG、PNG 图片和 PDF"
UNKNOWN = f"不认识这个文件的内容：{_TAKEN}，改扩展名不起作用。{_SAVE_AS}"
PICTURE = f"这是 {{name}} 图片，只收 JPEG 和 PNG。{_SAVE_AS}"
PHONE_PICTURE = (
    "这是 HEIC 图片，很多办公电脑打不开。请在手机相机设置中选择「兼容性最佳」重新拍摄，"
    "或另存为 JPEG 后上传。"
)
OFFICE = f"这是 Office 文档或压缩包，里面可能带有宏和其他文件，不能作为材料保存。{_SAVE_AS}"
WEB_PAGE = f"这是网页或 SVG 文件，里面可能带有脚本，不能作为材料保存。{_SAVE_AS}"
PROGRAM = f"这是程序文件，不能作为材料保存。{_SAVE_AS}"

TWO_IN_ONE = (
    "文件里还藏着别的内容（{what}），可能有危险，不能保存。请重新扫描或截图，另存成新文件后上传。"
)
CUT_SHORT = "{kind} 文件不完整，可能没有传完或已损坏。请打开看一看，重新保存后再上传。"
DAMAGED = "图片文件不完整，或者里面的内容已损坏。请打开看一看，重新保存后再上传。"
TOO_MANY_PIXELS = (
    "图片有 {width}×{height} 像素，太大，普通电脑打开会卡住。请缩小到每边 {side} 像素以内再上传。"
)
NO_PICTURE = "这是 PDF，照片只收 JPEG 和 PNG 图片。请另存为 JPEG 后上传。"
PORTRAIT_TOO_LARGE = (
    "照片有 {width}×{height} 像素，超过 {most} 万像素的上限。请缩小后再上传，系统会裁成规定的尺寸。"
)
PORTRAIT_TOO_SMALL = (
    "照片只有 {width}×{height} 像素，印出来看不清。"
    "请用 {least_width}×{least_height} 像素以上的照片，不要用截图或缩略图。"
)
ACTIVE_PDF = "PDF 里带有{what}，可能有危险，不能保存。请用「打印为 PDF」另存一份再上传。"
SEALED_PDF = "PDF 设了密码或加密，别人打不开。请去掉密码，或用「打印为 PDF」另存一份再上传。"
OPAQUE_PDF = "PDF 的内部结构无法检查。请用「打印为 PDF」另存一份再上传。"

NO_ZIP = "这不是 ZIP 压缩包。请把照片放在一个文件夹里，右键压缩为 ZIP 后上传；RAR、7z 不收。"
BROKEN_ZIP = "压缩包打不开，可能没有传完或已损坏。请重新压缩为 ZIP 后上传。"
LARGE_ZIP = "压缩包超过 {limit} MB。请按班级分成几包，或先把照片缩小。"
MANY_IN_ZIP = "压缩包里的文件超过 {limit} 个。请按班级分成几包上传。"
BOMB = "压缩包解开后超过 {limit} MB，没有打开。请先把照片缩小，或按班级分成几包。"
SEALED_ZIP = "压缩包设了密码，打不开。请去掉密码重新压缩后上传。"
PATHS_IN_ZIP = "压缩包里有指向别处的路径，可能有危险，没有打开。请只选照片重新压缩。"
LINKS_IN_ZIP = "压缩包里有快捷方式或链接，可能有危险，没有打开。请只选照片重新压缩。"
NESTED_ZIP = "压缩包里还有压缩包，没有打开。请解开后，只选照片重新压缩。"


def of_portrait(why: str) -> str:
    """The sentence as it is for a photograph, of which no PDF is taken."""
    told = why.replace(_SAVE_AS, "请另存为 JPEG 或 PNG 后上传。")
    return told.replace(_TAKEN, "照片只收 JPEG 和 PNG 图片")
