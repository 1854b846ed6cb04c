"""演示网络: Baoji's real counties and some townships, with enterprises and people that are invented."""

from functools import cache
from importlib.resources import files

from service.errors import FileProblems
from service.network.network_text import read_network
from service.network.tree import NodeRow

DEMO_FILE = "baoji.yaml"


def demo_network() -> str:
    """The demo network as network.yaml."""
    return (files("service.simulation") / DEMO_FILE).read_text(encoding="utf-8")


@cache
def demo_nodes() -> tuple[NodeRow, ...]:
    """The nodes of the demo network in file order."""
    file, problems = read_network(demo_network(), DEMO_FILE)
    if problems:
        raise FileProblems(problems)
    return file.nodes
