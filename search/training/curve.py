"""A training run's losses and validations -> curve.json and curve.png."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # files only, no window
from matplotlib import pyplot


def write_curve(
    folder: Path, log_every: int, losses: list[float], measured: list[tuple[int, float]]
) -> None:
    """Write both files into `folder`: loss of every `log_every` steps, nDCG@10 at its steps."""
    steps = [log_every * number for number in range(1, len(losses) + 1)]
    curve = {"loss": list(zip(steps, losses, strict=True)), "ndcg@10": measured}
    (folder / "curve.json").write_text(json.dumps(curve) + "\n", encoding="utf-8")
    figure, left = pyplot.subplots(figsize=(7, 3.5), layout="constrained")
    left.plot(steps, losses, color="tab:blue", linewidth=1)
    left.set(xlabel="step", ylabel="loss")
    left.yaxis.label.set_color("tab:blue")
    if measured:
        right = left.twinx()
        right.plot(*zip(*measured, strict=True), color="tab:red", marker="o")
        right.set_ylabel("validation nDCG@10", color="tab:red")
    figure.savefig(folder / "curve.png", dpi=110)
    pyplot.close(figure)
