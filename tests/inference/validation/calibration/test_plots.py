"""The figure of a calibration."""

from matplotlib.figure import Figure

from ifonly.inference import Calibration


def test_it_has_a_figure(found: Calibration) -> None:
    figure = found.plot()
    assert isinstance(figure, Figure)
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    figure.draw_without_rendering()
