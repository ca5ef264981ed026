"""What scipy, statsmodels, tea-tasting and gbstats make of the same data: estimators.json, which backend/tests/analyse.rs
holds the lab's own estimators to.

gbstats needs numpy 1, tea-tasting numpy 2, so each runs in an environment of its own and adds its part:

    python -m venv a && a/bin/pip install tea-tasting==1.14.0 statsmodels scipy && a/bin/python estimators.py
    python -m venv b && b/bin/pip install gbstats==0.8.0 && b/bin/python estimators.py
"""

import json
import math
import pathlib

import numpy as np
import scipy.stats

FILE = pathlib.Path(__file__).with_name("estimators.json")


def data():
    """Two variations that differ in size and spread, with sixty-odd units each; written out, since generators change."""
    arms = {}
    state = 12345
    for name, count, lift in (("control", 64, 1.0), ("treatment", 71, 1.2)):
        units = []
        for _ in range(count):
            draws = []
            for _ in range(4):
                state = (1103515245 * state + 12345) % 2**31
                draws.append(state / 2**31)
            before = round(40 * draws[0] ** 2, 2)
            orders = 1 + int(3 * draws[1])
            revenue = round(lift * (0.6 * before + 30 * draws[2] * orders), 2) if draws[3] < 0.8 else 0.0
            units.append({"revenue": revenue, "orders": orders, "before": before})
        arms[name] = units
    return arms


def columns(units):
    return tuple(np.array([unit[key] for unit in units]) for key in ("revenue", "orders", "before"))


def main():
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    arms = data()
    known["arms"] = arms
    (x0, d0, p0), (x1, d1, p1) = columns(arms["control"]), columns(arms["treatment"])

    welch = scipy.stats.ttest_ind(x1, x0, equal_var=False)
    interval = welch.confidence_interval(0.95)
    known["scipy"] = {
        "welch_p": welch.pvalue,
        "welch_df": welch.df,
        "interval": [interval.low, interval.high],
        "sample_ratio": [
            {"counts": counts, "weights": weights, "p": scipy.stats.chisquare(counts, [sum(counts) * w / sum(weights) for w in weights]).pvalue}
            for counts, weights in (
                ([1000, 1100], [1, 1]),
                ([5050, 4950], [1, 1]),
                ([5200, 4800], [1, 1]),
                ([1090, 4670, 4240], [10, 45, 45]),
            )
        ],
        "normal": {str(z): scipy.stats.norm.cdf(z) for z in (-3.5, -1.0, 0.3, 2.2)},
    }
    try:
        import tea_tasting
        from statsmodels.stats.multitest import multipletests
        from statsmodels.stats.power import NormalIndPower
    except ImportError:
        pass
    else:
        known["versions"] = {**known.get("versions", {}), "tea-tasting": tea_tasting.__version__, "scipy": scipy.__version__}
        import pandas as pd  # noqa: F401  tea-tasting reads frames

        rows = [dict(variant=at, **unit) for at, name in enumerate(("control", "treatment")) for unit in arms[name]]
        frame = pd.DataFrame(rows)
        experiment = tea_tasting.Experiment(
            mean=tea_tasting.Mean("revenue", use_t=True, equal_var=False),
            ratio=tea_tasting.RatioOfMeans("revenue", "orders", use_t=True, equal_var=False),
        )
        result = experiment.analyze(frame)
        known["tea_tasting"] = {
            name: {
                "control": result[name].control,
                "treatment": result[name].treatment,
                "difference": result[name].effect_size,
                "interval": [result[name].effect_size_ci_lower, result[name].effect_size_ci_upper],
                "relative": result[name].rel_effect_size,
                "p": result[name].pvalue,
            }
            for name in ("mean", "ratio")
        }
        p = [0.001, 0.04, 0.03, 0.2, 0.008]
        known["statsmodels"] = {
            "p": p,
            "holm": list(multipletests(p, method="holm")[1]),
            "bh": list(multipletests(p, method="fdr_bh")[1]),
        }
    try:
        import gbstats  # noqa: F401
        from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig
        from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
        from gbstats.models.statistics import RatioStatistic, RegressionAdjustedStatistic, SampleMeanStatistic, compute_theta
        from gbstats.utils import check_srm
    except ImportError:
        pass
    else:
        known["versions"] = {**known.get("versions", {}), "gbstats": "0.8.0"}

        def mean(values):
            return SampleMeanStatistic(n=len(values), sum=float(values.sum()), sum_squares=float((values * values).sum()))

        def ratio(x, d):
            return RatioStatistic(n=len(x), m_statistic=mean(x), d_statistic=mean(d), m_d_sum_of_products=float((x * d).sum()))

        def adjusted(x, p, theta):
            return RegressionAdjustedStatistic(n=len(x), post_statistic=mean(x), pre_statistic=mean(p), post_pre_sum_of_products=float((x * p).sum()), theta=theta)

        theta = compute_theta(adjusted(x0, p0, 0), adjusted(x1, p1, 0))
        pairs = {
            "mean": (mean(x0), mean(x1)),
            "ratio": (ratio(x0, d0), ratio(x1, d1)),
            "cuped": (adjusted(x0, p0, theta), adjusted(x1, p1, theta)),
        }
        known["gbstats"] = {"theta": theta, "check_srm": check_srm([1000, 1100], [0.5, 0.5])}
        for name, (a, b) in pairs.items():
            part = {}
            for kind in ("relative", "absolute"):
                plain = TwoSidedTTest(a, b, FrequentistConfig(difference_type=kind)).compute_result()
                looked = SequentialTwoSidedTTest(a, b, SequentialConfig(difference_type=kind)).compute_result()
                bayes = EffectBayesianABTest(a, b, EffectBayesianConfig(difference_type=kind)).compute_result()
                part[kind] = {
                    "estimate": plain.expected,
                    "error": plain.uplift.stddev,
                    "interval": list(plain.ci),
                    "p": plain.p_value,
                    "anytime": list(looked.ci),
                    "anytime_p": looked.p_value,
                    "chance_to_win": bayes.chance_to_win,
                    "risk": list(bayes.risk),
                }
            known["gbstats"][name] = part
    assert all(math.isfinite(unit["revenue"]) for units in arms.values() for unit in units)
    FILE.write_text(json.dumps(known, indent=1, sort_keys=True, default=float) + "\n")


if __name__ == "__main__":
    main()
