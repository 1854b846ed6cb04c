"""结果: what became of an alert in the end. Pure: the words that its row, its record and its officers share."""

from enum import StrEnum


class Outcome(StrEnum):
    """结果: what became of an alert in the end."""

    DISPUTE = "dispute"  # 发生争议
    NO_DISPUTE = "no_dispute"  # 未发生
    EASED_OUT = "eased_out"  # 自行消除
    TRANSFERRED = "transferred"  # 转交
    DISSOLVED = "dissolved"  # 企业灭失
    FALSE_ALARM = "false_alarm"  # 不属实
    KNOWN = "known"  # 早已掌握
