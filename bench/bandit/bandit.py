"""Measures `tillside lab bandit` against the policies of obp and the learners of Vowpal Wabbit.

    bandit.py log TILLSIDE FOLDER '{"campaign": "all", "floor": 0.001}'
    bandit.py shops TILLSIDE FOLDER '{"seeds": 20, …}'

Prints figures as JSON. Started by `cargo xtask bench bandit`, which installs the packages.
"""

import json
import math
import pathlib
import random
import subprocess
import sys
import types


def timestamp(n):
    day, second = divmod(n, 86400)
    return f"2026-01-{1 + day:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def write_rows(path, rows):
    """Exposures as the collector has them, each of a unit of its own; a reward is an order a second later."""
    with open(path, "w") as out:
        for n, (leaf, variation, propensity, reward) in enumerate(rows):
            one = {"type": "track", "anonymousId": f"u{n}", "timestamp": timestamp(n)}
            viewed = {"experiment_id": "hero", "variation_id": str(variation), "propensity": propensity, "leaf": leaf}
            out.write(json.dumps({**one, "event": "Experiment Viewed", "messageId": f"e{n}", "properties": viewed}) + "\n")
            if reward:
                out.write(json.dumps({**one, "event": "Order Completed", "messageId": f"o{n}", "properties": {"order_id": f"o{n}", "revenue": 1}}) + "\n")


def payload(variations, contexts):
    """A payload whose weights are even; contexts are conditions by leaf."""
    even = [1 / variations] * variations
    rule = {"key": "hero", "contextualVariations": list(range(variations)), "contextualBanditRef": "cb", "weights": even}
    made = [{"leafId": leaf, "condition": condition, "weights": even} for leaf, condition in contexts]
    return {"features": {"hero": {"rules": [rule]}}, "contextualBandits": {"cb": {"banditVersion": 0, "contexts": made}}}


def train(tillside, folder, rows, variations, contexts, floor):
    """The weights of each leaf, and of none, by `tillside lab bandit`."""
    write_rows(folder / "messages.jsonl", rows)
    features = folder / "features.json"
    features.write_text(json.dumps(payload(variations, contexts)))
    given = ["--events", folder / "messages.jsonl", "--features", features, "--out", features, "--experiment", "hero", "--floor", str(floor)]
    subprocess.run([tillside, "lab", "bandit", *given], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    written = json.loads(features.read_text())
    weights = {context["leafId"]: context["weights"] for context in written["contextualBandits"]["cb"]["contexts"]}
    return weights, written["features"]["hero"]["rules"][0]["weights"]


# --- Open Bandit data ---


class Absent(types.ModuleType):
    """Stands in for torch, which obp imports and neither its estimators nor these policies use."""

    def __getattr__(self, name):
        return object


def obp():
    """obp's modules, without what its package imports beside them."""
    sys.modules["torch"] = Absent("torch")
    root = next(pathlib.Path(path, "obp") for path in sys.path if pathlib.Path(path, "obp").is_dir())
    for name in ("obp", "obp.ope", "obp.policy"):
        package = types.ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    import obp.ope.estimators as estimators
    import obp.policy.contextfree as policies
    import obp.policy.linear as linear

    return root, estimators, policies, linear


def log(tillside, folder, settings):
    """Off-policy values on the small sample of the Open Bandit Dataset in obp's package (uniform random logging): two folds, each
    judged by the policy of the other, and so are obp's learners."""
    import numpy as np
    import pandas as pd

    root, estimators, policies, linear = obp()
    campaign = settings["campaign"]
    data = pd.read_csv(root / "dataset" / "obd" / "random" / campaign / f"{campaign}.csv", index_col=0).sort_values("timestamp")
    action, reward = data["item_id"].to_numpy(), data["click"].to_numpy().astype(float)
    pscore = data["propensity_score"].to_numpy()
    position = data["position"].rank(method="dense").astype(int).to_numpy() - 1
    features = pd.get_dummies(data[[f"user_feature_{n}" for n in range(4)]], drop_first=True).to_numpy().astype(float)
    features = np.hstack([np.ones((len(data), 1)), features])
    actions, places = int(action.max()) + 1, int(position.max()) + 1
    fold = np.arange(len(data)) % 2
    size = len(data)

    def spread(by_action):
        """A policy of actions alone as obp has it: rounds, actions, places."""
        return np.repeat(np.repeat(np.asarray(by_action, float)[None, :, None], size, 0), places, 2)

    tables = {"random": spread(np.full(actions, 1 / actions))}
    bts = policies.BernoulliTS(n_actions=actions, len_list=places, is_zozotown_prior=True, campaign=campaign, random_state=1)
    tables["Bernoulli TS, as deployed"] = bts.compute_batch_action_dist(n_rounds=size, n_sim=settings["simulations"])

    ours, learned = np.zeros((size, actions)), np.zeros((size, actions))
    lin = {name: np.zeros((size, actions)) for name in ("LinUCB", "LinTS")}
    for one in (0, 1):
        train_on, judged = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        rows = [(-1, int(action[n]), float(pscore[n]), bool(reward[n])) for n in train_on]
        _, weights = train(tillside, folder, rows, actions, [], settings["floor"])
        ours[judged] = weights
        clicks = np.bincount(action[train_on], weights=reward[train_on], minlength=actions)
        shown = np.bincount(action[train_on], minlength=actions)
        fitted = policies.BernoulliTS(n_actions=actions, len_list=1, alpha=1 + clicks, beta=1 + shown - clicks, random_state=1)
        learned[judged] = fitted.compute_batch_action_dist(n_rounds=1, n_sim=settings["simulations"])[0, :, 0]
        for name, of in (("LinUCB", linear.LinUCB), ("LinTS", linear.LinTS)):
            policy = of(dim=features.shape[1], n_actions=actions, len_list=1, batch_size=len(train_on), random_state=1)
            for n in train_on:
                policy.update_params(action=int(action[n]), reward=float(reward[n]), context=features[n : n + 1])
            # What a policy does in a context is drawn; contexts are few, so that a draw a round is enough.
            for n in judged:
                lin[name][n, policy.select_action(features[n : n + 1])[0]] = 1.0
    tables["Bernoulli TS, trained on the same rows"] = np.repeat(learned[:, :, None], places, 2)
    for name, table in lin.items():
        tables[f"{name}, trained on the same rows"] = np.repeat(table[:, :, None], places, 2)
    tables["tillside lab bandit"] = np.repeat(ours[:, :, None], places, 2)

    # The model of rewards for DR: of each fold the shrunk click rates of the other.
    model = np.zeros((size, actions, places))
    for one in (0, 1):
        train_on, judged = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        rate = reward[train_on].mean()
        clicks = np.bincount(action[train_on], weights=reward[train_on], minlength=actions)
        shown = np.bincount(action[train_on], minlength=actions)
        model[judged] = ((clicks + rate * 200) / (shown + 200))[None, :, None]
    found = []
    for name, table in tables.items():
        given = {"reward": reward, "action": action, "pscore": pscore, "position": position, "action_dist": table}
        snips, dr = estimators.SelfNormalizedInverseProbabilityWeighting(), estimators.DoublyRobust()
        weight = table[np.arange(size), action, position] / pscore
        by_model = {"estimated_rewards_by_reg_model": model}
        terms = weight * (reward - snips.estimate_policy_value(**given)) / weight.sum()
        found.append({
            "policy": name,
            "snips": snips.estimate_policy_value(**given),
            "snips_error": math.sqrt((terms**2).sum()),
            "dr": dr.estimate_policy_value(**given, **by_model),
            "effective": weight.sum() ** 2 / (weight**2).sum(),
        })
    return {"rows": size, "clicks": int(reward.sum()), "policies": found}


# --- Simulated shops ---


class Shop:
    """Contexts of two devices and two histories; a variation earns by a level of its own and by what device and history add."""

    def __init__(self, seed, settings):
        self.random = random.Random(seed)
        self.variations = settings["variations"]
        draw = self.random.random
        self.levels = [(0.04 + 0.06 * draw(), 0.06 * draw(), 0.06 * draw()) for _ in range(self.variations)]

    def visitor(self):
        return self.random.randrange(4)

    def chance(self, context, variation):
        level, device, history = self.levels[variation]
        return level + device * (context < 2) + history * (context % 2 == 0)

    def rewards(self, context, variation):
        return self.random.random() < self.chance(context, variation)

    def regret(self, context, variation):
        return max(self.chance(context, other) for other in range(self.variations)) - self.chance(context, variation)


def draw(random, weights):
    at, upto = random.random(), 0.0
    for n, weight in enumerate(weights):
        upto += weight
        if at < upto:
            return n
    return len(weights) - 1


CONTEXTS = [(n, {"device": ["phone", "desk"][n // 2], "history": ["new", "old"][n % 2]}) for n in range(4)]


def nightly(tillside, folder, seed, settings):
    """Regret of `tillside lab bandit`, trained every night on all rows so far."""
    shop = Shop(seed, settings)
    even = [1 / shop.variations] * shop.variations
    weights = {leaf: even for leaf, _ in CONTEXTS}
    rows, regret = [], 0.0
    for _ in range(settings["nights"]):
        for _ in range(settings["visits"]):
            context = shop.visitor()
            variation = draw(shop.random, weights[context])
            regret += shop.regret(context, variation)
            rows.append((context, variation, weights[context][variation], shop.rewards(context, variation)))
        weights, _ = train(tillside, folder, rows, shop.variations, CONTEXTS, settings["floor"])
    return regret


def wabbit(seed, settings, options, every):
    """Regret of Vowpal Wabbit; learns after each visit, or from the day's visits every night."""
    import vowpalwabbit

    shop = Shop(seed, settings)
    learner = vowpalwabbit.Workspace(f"--cb_explore_adf -q CA {options} --quiet --random_seed {seed}")

    def example(context, shown=None):
        device, history = CONTEXTS[context][1].values()
        lines = [f"shared |C {device} {history} {device}_{history}"]
        for n in range(shop.variations):
            label = f"0:{-int(shown[2])}:{shown[1]} " if shown and shown[0] == n else ""
            lines.append(f"{label}|A v{n}")
        return lines

    regret, day = 0.0, []
    for n in range(settings["nights"] * settings["visits"]):
        context = shop.visitor()
        weights = learner.predict(example(context))
        variation = draw(shop.random, weights)
        regret += shop.regret(context, variation)
        day.append(example(context, (variation, weights[variation], shop.rewards(context, variation))))
        if len(day) == every:
            for one in day:
                learner.learn(one)
            day = []
    learner.finish()
    return regret


def shops(tillside, folder, settings):
    seeds = range(1, settings["seeds"] + 1)
    totals = {"tillside lab bandit, nightly": sum(nightly(tillside, folder, seed, settings) for seed in seeds)}
    for name, options in settings["wabbit"].items():
        for when, every in (("nightly", settings["visits"]), ("after each visit", 1)):
            totals[f"Vowpal Wabbit {name}, {when}"] = sum(wabbit(seed, settings, options, every) for seed in seeds)
    even = 0.0
    for seed in seeds:
        shop = Shop(seed, settings)
        parts = [shop.regret(context, variation) for context in range(4) for variation in range(shop.variations)]
        even += settings["nights"] * settings["visits"] * sum(parts) / len(parts)
    return {"shops": len(seeds), "visits": settings["nights"] * settings["visits"], "regret": {**totals, "evenly": even}}


def main():
    what, tillside, folder, settings = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = {"log": log, "shops": shops}[what](tillside, folder, json.loads(settings))
    print(json.dumps(found, default=float))


main()
