"""Prints random features, users and what GrowthBook's own SDK for Python decides, one JSON object a line.

    growthbook_cases.py SEED COUNT

Values are of one type where they are compared, hash attributes are whole numbers or texts of the basic plane, and patterns are
plain: beyond these the SDKs of GrowthBook differ among themselves, and the case file of the specification decides.
"""

import json
import logging
import random
import sys
import warnings

from growthbook import GrowthBook

KEYS = ["f0", "f1", "f2", "f3"]
COUNTRIES = ["SE", "CN", "DE", "US", "\u4e2d"]
VERSIONS = ["1.2.3", "1.10.0", "2.0.0-beta", "2.0.0", "v1.2.3"]
GROUPS = {"vip": ["u1", "u7", "u30", 4, 9], "eu": ["SE", "DE"]}


def clause(random, depth):
    """A condition on attributes."""
    if depth > 0 and random.random() < 0.35:
        parts = [clause(random, depth - 1) for _ in range(random.randint(0, 3))]
        joined = random.choice(["$and", "$or", "$nor", "$not"])
        return {joined: parts[0] if joined == "$not" and parts else (parts if joined != "$not" else {"country": "SE"})}
    return dict(random.choice(CLAUSES)(random) for _ in range(random.randint(1, 2)))


def sample(random, values):
    return random.sample(values, random.randint(0, len(values)))


CLAUSES = [
    lambda r: ("country", r.choice(COUNTRIES)),
    lambda r: ("country", {r.choice(["$in", "$nin"]): sample(r, COUNTRIES)}),
    lambda r: ("country", {r.choice(["$eq", "$ne"]): r.choice(COUNTRIES)}),
    lambda r: ("country", {r.choice(["$inGroup", "$notInGroup"]): r.choice(["eu", "nobody"])}),
    lambda r: ("country", {"$regex": r.choice(["^S", "N$", "E", "x"])}),
    lambda r: ("id", {r.choice(["$inGroup", "$notInGroup"]): "vip"}),
    lambda r: ("age", {r.choice(["$gt", "$gte", "$lt", "$lte", "$eq", "$ne"]): r.randint(-1, 12)}),
    lambda r: ("age", {"$gte": r.randint(0, 5), "$lt": r.randint(3, 12)}),
    lambda r: ("age", {"$not": {"$gt": r.randint(0, 9)}}),
    lambda r: ("gone", {"$exists": r.random() < 0.5}),
    lambda r: ("premium", {"$exists": r.random() < 0.5}),
    lambda r: ("premium", r.random() < 0.5),
    lambda r: ("tags", {"$all": sample(r, ["a", "b", "c"])}),
    lambda r: ("tags", {"$size": r.choice([0, 1, 2, {"$gt": 1}])}),
    lambda r: ("tags", {"$elemMatch": {"$eq": r.choice("abc")}}),
    lambda r: ("tags", {r.choice(["$in", "$nin"]): sample(r, ["a", "b", "c"])}),
    lambda r: ("cart.total", {r.choice(["$gt", "$lte"]): r.choice([0, 9.5, 100])}),
    lambda r: ("cart", {"$type": r.choice(["object", "array", "null"])}),
    lambda r: ("version", {r.choice(["$vgt", "$vgte", "$vlt", "$vlte", "$veq", "$vne"]): r.choice(VERSIONS)}),
]


def weights(random, count):
    cuts = sorted(round(random.random(), 3) for _ in range(count - 1))
    return [round(b - a, 3) for a, b in zip([0, *cuts], [*cuts, 1])]


def rule(random, name):
    made = {}
    if random.random() < 0.5:
        made["condition"] = clause(random, 2)
    if random.random() < 0.2:
        gate = {"gate": True} if random.random() < 0.5 else {}
        wanted = random.choice([{"value": True}, {"value": {"$exists": True}}, {"value": "a"}, {"value": {"$gt": 1}}])
        made["parentConditions"] = [{"id": random.choice(KEYS), "condition": wanted, **gate}]
    if random.random() < 0.6:
        made["hashAttribute"] = random.choice(["id", "id", "company", "gone"])
    if random.random() < 0.6:
        made["hashVersion"] = random.choice([1, 2])
    if random.random() < 0.4:
        made["seed"] = random.choice(["s", "\u79cd\u5b50", "seed-2"])
    if random.random() < 0.4:
        made["coverage"] = random.choice([0, 0.01, 0.3, 0.5, 0.99, 1])
    if random.random() < 0.45:
        made["force"] = random.choice([True, False, "a", 3])
        return made
    count = random.randint(2, 4)
    made["variations"] = random.sample([True, False, "a", "b", 1, 2, {"x": 1}], count)
    # A key of its own: by a key the device keeps a shopper in a variation, which this SDK does only when it is asked to.
    made["key"] = f"experiment-{name}"
    if random.random() < 0.5:
        made["weights"] = weights(random, count)
    if random.random() < 0.2:
        made["namespace"] = [random.choice(["left", "right"]), *sorted(round(random.random(), 2) for _ in range(2))]
    if random.random() < 0.2:
        bounds = sorted(round(random.random(), 2) for _ in range(2 * count))
        made["ranges"] = [bounds[at : at + 2] for at in range(0, 2 * count, 2)]
    if random.random() < 0.2:
        made["filters"] = [{"seed": "lottery", "attribute": random.choice(["id", "company"]), "hashVersion": 2, "ranges": [[0, round(random.random(), 2)]]}]
    if random.random() < 0.1:
        made["meta"] = [{"key": str(n), **({"passthrough": True} if random.random() < 0.3 else {})} for n in range(count)]
    return made


def attributes(random):
    made = {
        "id": random.choice([f"u{random.randint(0, 40)}", random.randint(0, 12), "\u7528\u6237\u4e00", ""]),
        "company": random.choice(["acme", "\u516c\u53f8", 7]),
        "country": random.choice(COUNTRIES),
        "age": random.randint(0, 10),
        "premium": random.random() < 0.5,
        "tags": sample(random, ["a", "b", "c"]),
        "cart": {"total": random.choice([0, 9.5, 250])},
        "version": random.choice(VERSIONS),
    }
    for name in list(made):
        if random.random() < 0.08:
            del made[name]
    return made


def case(random):
    features = {}
    for key in KEYS[: random.randint(1, len(KEYS))]:
        feature = {"defaultValue": random.choice([True, False, "a", 2, None])}
        rules = [rule(random, f"{key}-{n}") for n in range(random.randint(0, 4))]
        features[key] = {**feature, "rules": rules} if rules else feature
    return {"features": features, "attributes": attributes(random), "savedGroups": GROUPS}


def decided(given):
    # The SDK empties what it was given when it ends.
    growthbook = GrowthBook(**{name: dict(part) for name, part in given.items()})
    made = {}
    for key in [*given["features"], "unknown"]:
        result = growthbook.eval_feature(key)
        run = result.experimentResult
        made[key] = {
            "value": result.value,
            "source": result.source,
            "variation": run.variationId if run else None,
            "inside": run.inExperiment if run else None,
        }
    growthbook.destroy()
    return made


def main():
    warnings.simplefilter("ignore")
    logging.disable()
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    source = random.Random(seed)
    for _ in range(count):
        given = case(source)
        print(json.dumps({**given, "expected": decided(given)}))


main()
