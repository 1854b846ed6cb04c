"""虚构企业: N invented enterprises spread over the townships and counties of a tree, each named 模拟.

Pure; the same seed gives the same enterprises.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from service.network.tree import NodeRow
from service.scoring.week import monday

# Industries of the city with their share of enterprises and the median of people employed.
INDUSTRIES = (
    ("titanium", "钛材", 0.14, 180),
    ("auto_parts", "汽配", 0.14, 260),
    ("machine_tools", "机床", 0.08, 220),
    ("machinery", "机械", 0.10, 160),
    ("electronics", "电子", 0.07, 240),
    ("textiles", "纺织", 0.09, 210),
    ("baijiu", "酒业", 0.04, 320),
    ("food", "食品", 0.09, 110),
    ("construction", "建筑", 0.10, 190),
    ("mining", "矿业", 0.04, 280),
    ("chemicals", "化工", 0.05, 300),
    ("building_materials", "建材", 0.04, 120),
    ("tourism", "旅游", 0.02, 90),
)
_KEY_STAFF = 500  # from this many people an enterprise is a key enterprise here


def populate(tree: Sequence[NodeRow], count: int, weeks: Sequence[str], seed: int) -> list[NodeRow]:
    """The tree without its enterprises, and `count` invented ones below it; one in twenty opens during `weeks`."""
    rng = np.random.Generator(np.random.PCG64([seed, 1 << 33]))
    places = [node for node in tree if node.kind != "enterprise"]
    homes = [node for node in places if node.kind == "township"] or places[:1]
    counties = [node for node in places if node.kind == "county"] or homes
    shares = np.array([share for _, _, share, _ in INDUSTRIES])
    invented = []
    for number in range(1, count + 1):
        slug, word, _, median = INDUSTRIES[int(rng.choice(len(INDUSTRIES), p=shares / shares.sum()))]
        above = homes if rng.random() < 0.9 else counties
        staff = int(np.clip(np.round(median * np.exp(rng.normal(0, 0.9))), 8, 12_000))
        invented.append(
            NodeRow(
                id=f"m{number:05d}",
                parent=above[int(rng.integers(len(above)))].id,
                kind="enterprise",
                name=f"模拟{word}企业{number:05d}",
                industry=slug,
                headcount=staff,
                key=staff >= _KEY_STAFF,
                opened=_opening(weeks, rng),
            )
        )
    return places + invented


def _opening(weeks: Sequence[str], rng: np.random.Generator) -> date | None:
    late, place = rng.random() < 0.05, int(rng.integers(len(weeks)))
    return monday(weeks[place]) if late else None
