"""What the rules say of the words in which something is asked for."""

from xueji.identity.names import is_chinese
from xueji.rules.engine import Rules


def says_why(reason: str, rules: Rules) -> bool:
    """Whether a reason says anything to whoever has to decide: 「无」「。」「111」 do not."""
    return len(set(filter(is_chinese, reason))) >= rules.value("case.exception_reason")
