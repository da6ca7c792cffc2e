"""Figures are written in the field's form, never rounded up to perfect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litemill import figures


@pytest.mark.parametrize(
    ("value", "text"), [(0.999996, "99.99 %"), (1.0, "100.00 %"), (0.971, "97.10 %"), (0.0, "0.00 %")]
)
def test_a_share_is_cut_not_rounded(value: float, text: str) -> None:
    assert figures.percent(value) == text


@given(st.integers(0, 10_000))
def test_a_share_with_two_decimals_of_a_percent_keeps_them(hundredths: int) -> None:
    assert figures.percent(hundredths / 10_000) == f"{hundredths // 100}.{hundredths % 100:02} %"


@given(st.floats(0, 1))
def test_what_is_written_is_never_more_than_the_value(value: float) -> None:
    assert float(figures.percent(value).removesuffix(" %")) <= 100 * value + 1e-4


@pytest.mark.parametrize(("value", "text"), [(4.0678, "4.07"), (40.04, "40.0"), (399.6, "400"), (0.5, "0.50")])
def test_amounts_have_about_three_digits(value: float, text: str) -> None:
    assert figures.amount(value) == text


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        ({"mean_iou": 0.9, "label_agreement": 0.9911}, "99.11 % of labels"),
        ({"bottleneck_rms": 0.1, "bottleneck_cosine": 0.999987}, "cosine 0.99998"),
        ({"ssim": 0.9, "psnr_db": 37.58}, "PSNR 37.5 dB"),
        ({"new_metric": 0.25}, "new metric 0.25"),
    ],
)
def test_a_task_is_told_by_its_main_figure(metrics: dict[str, float], text: str) -> None:
    assert figures.sentence(metrics) == text


def test_known_figures_stand_ahead_of_unknown_ones() -> None:
    assert figures.ordered(["zeta", "ssim", "alpha", "psnr_db", "ssim"]) == [
        "psnr_db",
        "ssim",
        "alpha",
        "zeta",
    ]
