"""Every estimator of unit effects on System 3, IHDP and ACIC 2016: one table, one command.

`make arena` writes it, and goes on where it was interrupted. Give names of sets, such as
``acic2016:4``, to run only these, and ``--estimators a,b`` for other estimators.
"""

import argparse
from pathlib import Path

import pandas as pd

from ifonly.scenarios.cli.main import main as ifonly

SETS = {
    "heterogeneous_exposure": ("--replications", "3", "--units", "5000"),
    "ihdp:B": ("--replications", "12"),
    **{f"acic2016:{k}": ("--replications", "1") for k in range(1, 11)},
}
PEERS = "ols,linear_dml,causal_forest,dr_learner,s_learner,t_learner,x_learner,double_ml,bcf"
OURS = "linear,splines,ifonly"
COLUMNS = ["pehe", "coverage", "width", "ate_bias", "ate_covered", "lift", "seconds", "memory"]


def main() -> None:
    """Run what is left to run, and write the table of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--estimators", default=f"{PEERS},{OURS}")
    parser.add_argument("--folder", type=Path, default=Path("arena"))
    args = parser.parse_args()
    if strange := set(args.sets) - set(SETS):
        parser.error(f"there is no set {', '.join(sorted(strange))}; there is {', '.join(SETS)}")
    args.folder.mkdir(exist_ok=True)
    for name in args.sets or SETS:
        stem = args.folder / name.replace(":", "_")
        files = [f"--{kind}={stem}{end}" for kind, end in ENDINGS.items()]
        if ifonly(["arena", name, "--estimators", args.estimators, *SETS[name], *files]):
            raise SystemExit(1)
    write(args.folder)


ENDINGS = {"resume": ".jsonl", "output": ".csv", "figure": ".png"}


def write(folder: Path) -> None:
    """Write ``table.md``: the mean over replications of each estimator on each set there is."""
    parts = []
    for name in SETS:
        path = folder / f"{name.replace(':', '_')}.csv"
        if path.exists():
            rows = pd.read_csv(path).groupby("estimator")
            part = rows[COLUMNS].mean().assign(failed=rows["pehe"].apply(lambda v: v.isna().sum()))
            parts.append(part.sort_values("pehe").reset_index().assign(set=name))
    table = pd.concat(parts)[["set", "estimator", *COLUMNS, "failed"]]
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
    for row in table.itertuples(index=False):
        cells = [f"{v:.3f}" if isinstance(v, float) else str(v) for v in row]
        lines.append("| " + " | ".join("" if c == "nan" else c for c in cells) + " |")
    (folder / "table.md").write_text("\n".join(lines) + "\n")
    print(f"wrote {folder / 'table.md'}")


if __name__ == "__main__":
    main()
