"""角色: what somebody is here for; where they may look is the scope of their token, never the role."""

from enum import StrEnum


class Role(StrEnum):
    """角色 of an account."""

    REPORTER = "reporter"
    ORGANISER = "organiser"
    OFFICER = "officer"
    LEADER = "leader"
    RULE_ADMIN = "rule_admin"
    AUDITOR = "auditor"
    OPERATOR = "operator"


# Whoever answers for cases comes in as an officer, whose scope is the posts held; the others stand at a node.
HANDLERS = frozenset({Role.ORGANISER, Role.OFFICER, Role.LEADER})
STAFF = HANDLERS | {Role.AUDITOR}  # may see levels, scores and alerts of their area
REPORTING = HANDLERS | {Role.REPORTER}  # may enter figures

NAMES = {
    Role.REPORTER: ("填报员", "reporter"),
    Role.ORGANISER: ("工会组织员", "organiser"),
    Role.OFFICER: ("责任人", "officer"),
    Role.LEADER: ("分管领导", "leader"),
    Role.RULE_ADMIN: ("规则管理员", "rule admin"),
    Role.AUDITOR: ("审计员", "auditor"),
    Role.OPERATOR: ("运维员", "operator"),
}

# The name of the route that a role begins at.
FIRST_PAGE = {
    Role.REPORTER: "/report",
    Role.ORGANISER: "/units",
    Role.OFFICER: "/board",
    Role.LEADER: "/board",
    Role.RULE_ADMIN: "/help",
    Role.AUDITOR: "/board",
    Role.OPERATOR: "/status",
}
