"""What PyPI lifetimes makes of the same order histories: lifetimes.json, which the trainer's own fit is held to.

    python -m venv v && v/bin/pip install lifetimes==0.11.3 "numpy<2" "pandas<2.2" pyarrow
    v/bin/python oracle.py [online_retail.parquet] [NAME=EVENTS.csv ...]

With the invoices of Online Retail (UCI, CC BY 4.0) it writes online-retail.csv anew: no customer's id, only how many days
with a purchase there were, and how long from the first to the last and to the end. Other events, a table with user and
time or the collector's messages, are fitted without their last 30 days and printed alone.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter

HERE = pathlib.Path(__file__).parent
HELD_OUT = 30
AHEAD = 90
HEAD = (
    "# Repeat days of purchase, days to the last, days to the end, customers: Online Retail "
    "(Chen, UCI 2015, CC BY 4.0).\n"
)


def histories(orders, held_out=0):
    """Rows of (repeats, recency, age, customers) of a frame with user and day, up to the cut."""
    cut = orders.day.max() - held_out
    known = orders[orders.day <= cut].drop_duplicates()
    by = known.groupby("user").day.agg(["min", "max", "count"])
    rows = pd.DataFrame({"x": by["count"] - 1, "recency": by["max"] - by["min"], "age": cut - by["min"]})
    counts = rows.value_counts().sort_index()
    return [(*key, count) for key, count in counts.items()]


def days(times):
    return (times - pd.Timestamp(0, tz=times.dt.tz)) // pd.Timedelta(days=1)


def invoices(path):
    """Days of customers who bought something, as the reader takes them."""
    table = pd.read_parquet(path)
    table.columns = [name.lower().replace(" ", "").replace("_", "") for name in table.columns]
    number = next(name for name in ("invoiceno", "invoice") if name in table)
    table = table[table.customerid.notna() & (table.quantity > 0) & ~table[number].astype(str).str.startswith("C")]
    user = table.customerid.astype(float).astype(int).astype(str)
    return pd.DataFrame({"user": user, "day": days(pd.to_datetime(table.invoicedate))})


def events(path):
    if path.endswith(".csv"):
        table = pd.read_csv(path, dtype=str)
        return pd.DataFrame({"user": table.user, "day": days(pd.to_datetime(table.time))})
    rows = [json.loads(line) for line in open(path)]
    table = pd.DataFrame({"user": [row["anonymousId"] for row in rows], "time": [row["timestamp"] for row in rows]})
    return pd.DataFrame({"user": table.user, "day": days(pd.to_datetime(table.time))})


def read(path):
    rows = [row for row in csv.reader(open(path)) if not row[0].startswith("#")]
    return [tuple(map(int, row)) for row in rows]


def fit(rows):
    x, recency, age, count = (np.array(column, dtype=float) for column in zip(*rows))
    model = BetaGeoFitter()
    model.fit(x, recency, age, weights=count)
    params = [float(model.params_[name]) for name in ("r", "alpha", "a", "b")]
    mean = BetaGeoFitter._negative_log_likelihood(np.log(params), x, recency, age, count, 0)
    some = [rows[at] for at in range(0, len(rows), max(len(rows) // 20, 1))]
    foreseen = [
        {
            "history": [int(value) for value in row[:3]],
            "alive": float(model.conditional_probability_alive(*row[:3])[0]),
            "expected": float(model.conditional_expected_number_of_purchases_up_to_time(AHEAD, *row[:3])),
        }
        for row in some
    ]
    likelihood = float(-mean * count.sum())
    return {"customers": int(count.sum()), "parameters": params, "log_likelihood": likelihood, "ahead": AHEAD, "foreseen": foreseen}


def main():
    for argument in sys.argv[1:]:
        if argument.endswith(".parquet"):
            orders = invoices(argument)
            with open(HERE / "online-retail.csv", "w") as file:
                file.write(HEAD)
                csv.writer(file, lineterminator="\n").writerows(histories(orders))
        else:
            name, path = argument.split("=")
            found = fit(histories(events(path), HELD_OUT))
            print(name, found["customers"], found["parameters"], found["log_likelihood"])
    known = {"cdnow": fit(read(HERE / "../../data/cdnow.csv")), "online-retail": fit(read(HERE / "online-retail.csv"))}
    (HERE / "lifetimes.json").write_text(json.dumps(known, indent=1) + "\n")
    print(json.dumps(known, indent=1))


main()
