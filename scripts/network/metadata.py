# SPDX-License-Identifier: MIT
"""The 192 metadata inputs of human-imitating networks, from the name of a profile. Source: KataGo's input features."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from .config import META_CHANNELS, NetworkError

RANKS = [f"{dan}d" for dan in range(9, 0, -1)] + [f"{kyu}k" for kyu in range(1, 21)]
PRO_YEAR = re.compile(r"proyear_(\d{4})")
KGS, GOGOD, GO4GO = 2, 5, 6
UNKNOWN_TIME, BYO_YOMI = 75, 79  # inputs of the time control
DATE_PERIODS = 32


@dataclass(frozen=True)
class Profile:
    ranks: tuple[int, int]  # Black's and White's inverse rank: 1 = 9d, ... 29 = 20k
    day: date
    source: int
    rated_unknown: bool
    timed: bool  # 20 minutes and 5 periods of 30 seconds; else unknown


def parse_profile(name: str) -> Profile:
    """`rank_5k`, `preaz_3k_7d` (Black's, White's), `proyear_1985`."""
    if match := PRO_YEAR.fullmatch(name):
        year = int(match[1])
        if 1800 <= year <= 2023:
            return Profile((1, 1), date(year, 6, 1), GOGOD if year <= 2020 else GO4GO, False, False)
    kind, *ranks = name.split("_")
    if kind in ("rank", "preaz") and len(ranks) in (1, 2) and all(rank in RANKS for rank in ranks):
        black, white = (1 + RANKS.index(rank) for rank in (ranks[0], ranks[-1]))
        return Profile((black, white), date(2020, 3, 1) if kind == "rank" else date(2016, 9, 1), KGS, True, True)
    raise NetworkError(f"unknown profile {name!r}; known are rank_5k, rank_5k_3d, preaz_5k, proyear_1985 and the like")


def metadata_row(name: str, black_to_move: bool, board_area: int) -> np.ndarray:
    profile = parse_profile(name)
    row = np.zeros(META_CHANNELS)
    row[0:2] = 1  # both are human
    own, other = profile.ranks if black_to_move else profile.ranks[::-1]
    row[6 : 6 + own] = 1
    row[40 : 40 + other] = 1
    row[74] = 0.5 if profile.rated_unknown else 0
    row[BYO_YOMI if profile.timed else UNKNOWN_TIME] = 1
    main, period, periods = (1200, 30, 5) if profile.timed else (0, 0, 0)
    row[82] = 0.4 * (math.log(main + 60) - 6.5)
    row[83] = 0.3 * (math.log(period + 1) - 3)
    row[84] = 0.5 * (math.log(periods + 2) - 1.5)
    row[85] = 0.25 * (math.log(2) - 1.5)
    row[86] = 0.5 * math.log(board_area / 361)
    days = (profile.day - date(1970, 1, 1)).days
    for i in range(DATE_PERIODS):
        angle = 2 * math.pi * days / (7 * 80000 ** (i / (DATE_PERIODS - 1)))
        row[87 + 2 * i], row[88 + 2 * i] = math.cos(angle), math.sin(angle)
    row[151 + profile.source] = 1
    return row.astype(np.float32)
