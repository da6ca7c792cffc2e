"""The reader against whole logs: those of `benchlogs/`, and those that people published, where they are at hand.

The first are written for these tests, of networks that do not exist. They have the forms of the second, whose index
gives the true values.
"""

from pathlib import Path
from typing import Any

import pytest
from benchlog_forms import FIGURES, facts, only

from litemill.benchmark_log.runs import decode, read

OWN = Path(__file__).parent / "benchlogs"
PUBLISHED = Path(__file__).parents[2] / "shared" / "benchlogs"
ANY = object()  # the index is silent
COLUMNS = ("avg_us", "count", "min_us", "max_us", "std_us", "init_us", "first_us", "warmup_avg_us",
           "memory_init_mb", "memory_overall_mb", "delegate", "delegation")  # fmt: skip
VENDOR = "EXTERNAL"
UNSAID = "not_stated"
N = None  # the log states none
OWN_TRUE: dict[str, list[tuple[Any, ...]]] = {
    "o1": [(19903.4, 40, 19650, 20412, 161, 81234, 26031, 22417.3, 4.25, 17.625, "NNAPI", UNSAID)],
    "o2": [
        (148377, 50, 147905, 149004, 212, 412345, 151003, 150250, 102.5, 110.25, "GPU", "partial"),
        (299611, 50, 298730, 301999, 587, 15021, 301220, 300614, 12.75, 40.5, "XNNPACK", "full"),
    ],
    "o3": [(50418.9, 50, 49820, 53204, 431, 24500, 52011, 50611.2, 8.5, 21.125, "XNNPACK", "partial")],
    "o4": [(61234.5, N, N, N, N, 730112, 90355, 88120.4, 33.25, 34.5, "GPU", UNSAID)],
    "o5": [(402345, 30, 400912, 409008, 1644, 3217, 410233, 410233, N, N, N, UNSAID)],
    "o6": [(4788.31, 210, 4701, 5120, 44, 51250, 2400811, 2400810, 3.125, 3.5, VENDOR, "full")],
    "o7": [(54.1043, 18044, 49, 98, 2, 1204, 131, 54.2181, N, N, N, UNSAID)],
}
PUBLISHED_TRUE: dict[str, list[tuple[Any, ...]]] = {
    "01": [(92571.2, 50, 89745, 96719, 1638, 365972, 120877, 108605, 6.90625, 61.0547, "NNAPI", UNSAID)],
    "06": [(8680.33, 110, 7863, 10688, 591, 1451507, 11147, 8779.68, 63.4883, 63.4883, "GPU", "full")],
    "07": [(17138, 58, 16993, 17256, 58, 746, 49587, 18851.5, 2.58594, 15.7461, N, UNSAID)],
    "08": [(524719, 50, 521806, 527208, 1504, 13294, 3838592, 3838590, 8.53516, 49.8672, VENDOR, "partial")],
    "09": [(1050370, 50, 1048761, 1052337, 756, 108774, ANY, 1216820, 10.9102, 194.328, N, UNSAID)],
    "10": [(38909.9, 50, 36863, 46431, 1999, 33147, 13049007, 13049000, 7.57031, 67.1016, VENDOR, "full")],
    "11": [
        (436080, 50, 395396, 463972, 19979, 5086595, ANY, 1010900, 85.3359, 128.02, "GPU", "partial"),
        *[
            (avg, count, *[ANY] * 8, "GPU", "partial")
            for avg, count in [
                (712761, 50), (1073370, 50), (1817580, 50), (3280280, 46), (4384980, 35),
                (451449, 50), (716212, 50), (1095760, 50), (1873070, 50), (3364110, 45),
            ]
        ],
        (4407780, 34, 4393739, 4470793, 12828, 6106124, ANY, ANY, 259.336, 262.371, "GPU", "partial"),
    ],
    "13": [
        (104012, 50, 103266, 105607, 490, 224228, ANY, 113841, 31, 65.6094, "XNNPACK", "partial"),
        (104514, 50, 104154, 105547, 229, 12833, ANY, 110029, 31, 66.1094, "XNNPACK", "partial"),
        (72881.7, 50, 72319, 73391, 281, 13046, ANY, 76521.3, 31, 65.6094, "XNNPACK", "partial"),
    ],
    "14": [(210028, 50, 209739, 210599, 221, 2517, ANY, 213058, 0, 0, N, UNSAID)],
    "15": [(3756.87, 260, 3700, 4026, 35, 13386, 11403859, 11403900, 0, 15.3438, "NNAPI", "full")],
    "16": [(1885.74, 520, 1171, 9925, 870, 66002, 637079, 637079, 7.40234, 7.83203, "NNAPI", "full")],
    "17": [(1096.48, 876, 810, 6334, 476, 25573, 201009, 1760.78, 15.4688, 43.2852, VENDOR, "full")],
    "18": [(1380.86, N, N, N, N, 34075, 1599062, 1599060, N, N, "NNAPI", UNSAID)],
    "19": [(14640.3, N, N, N, N, 7205, 15693, 14598.5, N, N, N, UNSAID)],
    "20": [(2950340, 50, 2727568, 3189954, 109798, 17187, ANY, 3512390, 4.21094, 46.0859, N, UNSAID)],
    "24": [(2719850, 10, 2640862, 3025403, 105101, 458883, ANY, 2732150, 286.73, 337, "XNNPACK", "partial")],
    "25": [(257131, 25, 220934, 326273, 27081, 95112, 237814, 238954, 65.4141, 90.25, "XNNPACK", "partial")],
    "27": [(24347.7, 41, 23347, 35524, 1945, 29239, 44621, 25314.2, 23.5469, 34.0781, "XNNPACK", "partial")],
    "28": [(699438, 50, 502355, 2270688, 325425, 102320, ANY, 670083, 98.0977, 99.2031, "XNNPACK", "full")],
    "29": [(309350, 50, 305938, 333030, 4411, 5664363, 328140, 319036, 375.48, 375.48, "GPU", "full")],
    "31": [
        (105784, 50, 105416, 106528, 260, 87639, ANY, 106065, 14.4414, 14.8164, ANY, UNSAID),
        (115246, 50, 111842, 119614, 1329, 1361236, ANY, 115344, 132.816, 132.816, "GPU", "full"),
    ],
    "34": [(947.132, 1054, 910, 1102, 23, 5757, 2125, 949.861, 4.06, 7.07, "XNNPACK", UNSAID)],
    "36": [(137722, 50, 137079, 143416, 896, 4452, ANY, 146161, N, N, N, UNSAID)],
    "37": [(747733, 50, 747331, 748577, 293, 21039, ANY, 751932, N, N, N, UNSAID)],
    "38": [(115062, 50, 88216, 129193, 7678, 1892, ANY, 86184.3, N, N, N, UNSAID)],
    "40": [(31.4759, 15523, 28, 51, 0, 1461, 114, 31.462, N, N, N, UNSAID)],
    "41": [(65.6351, 2565, 56, 104, 2, 1608, ANY, 65.7382, 0, 0, N, UNSAID)],
    "43": [(48976.5, N, N, N, N, 495671, 157848, 161194, 73.3438, 73.3438, "GPU", UNSAID)],
}  # fmt: skip
PERCENTILES = {"o2": (148350, 148790), "24": (2709263, 3025403), "25": (252767, 303407)}
OWN_FAILED = {  # words of the reason, delegate, delegation
    "o8": (["ANEURALNETWORKS_BAD_DATA", "line 2021", "Failed to apply NNAPI delegate"], "NNAPI", "none"),
    "o9": (["--graph"], VENDOR, UNSAID),
    "p1": (["CONV_2D", "failed to prepare", "Segmentation fault"], "GPU", "none"),
    "p2": (["ANEURALNETWORKS_OP_FAILED", "failed to invoke"], "NNAPI", UNSAID),
}
PUBLISHED_FAILED = {
    "03": (
        ["ANEURALNETWORKS_OP_FAILED", "Node number 248", "Failed to apply NNAPI delegate"],
        "NNAPI",
        "none",
    ),
    "04": (["ANEURALNETWORKS_BAD_DATA", "line 1068", "Failed to apply NNAPI delegate"], "NNAPI", "none"),
    "05": (["ANEURALNETWORKS_OP_FAILED", "failed to invoke", "CDSP crashed"], "NNAPI", UNSAID),
    "39": (["--graph"], VENDOR, UNSAID),
    "42": (["FULLY_CONNECTED", "failed to prepare", "Segmentation fault"], "GPU", "none"),
}
# the published ones are not part of the repository
FOLDERS = [OWN, *([PUBLISHED] if PUBLISHED.is_dir() else [])]
TRUE = OWN_TRUE | (PUBLISHED_TRUE if PUBLISHED in FOLDERS else {})
FAILED = OWN_FAILED | (PUBLISHED_FAILED if PUBLISHED in FOLDERS else {})


def log(number: str) -> str:
    (path,) = (path for folder in FOLDERS for path in folder.glob(f"{number}-*.txt"))
    return decode(path.read_bytes())


@pytest.mark.parametrize("number", TRUE)
def test_a_whole_log_gives_its_true_values(number: str) -> None:
    runs = read(log(number))
    assert len(runs) == len(TRUE[number])
    for run, row in zip(runs, TRUE[number], strict=True):
        found = facts(run)
        assert (found["ok"], found["reason"]) == (True, None)
        expected = {name: value for name, value in zip(COLUMNS, row, strict=True) if value is not ANY}
        assert {name: found[name] for name in expected} == expected
    if number in PERCENTILES:
        assert (runs[0].median_us, runs[0].p95_us) == PERCENTILES[number]


@pytest.mark.parametrize("number", FAILED)
def test_a_failure_gives_its_reason_and_no_number(number: str) -> None:
    words, delegate, delegation = FAILED[number]
    run = only(log(number))
    assert not run.ok
    assert all(word in (run.reason or "") for word in words)
    assert (run.delegate, run.delegation) == (delegate, delegation)
    assert {facts(run)[name] for name in FIGURES} == {None}


def test_every_log_is_held_against_its_true_values() -> None:
    found = {path.name[:2] for folder in FOLDERS for path in folder.glob("[0-9op]*.txt")}
    assert found == TRUE.keys() | FAILED.keys()
