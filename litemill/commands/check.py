"""List what is outside its tolerance or its budget, of what is built; fails if there is something."""

from litemill.analysis.verdicts import reasons, verdicts_of
from litemill.ground.errors import LitemillError
from litemill.settings import params as params_module
from litemill.settings.params import Params


def check() -> str:
    """Judge what is built by params.yaml as it is now, without building."""
    params = params_module.load()
    verdicts = [verdict for network in params.networks for verdict in verdicts_of(network, params)]
    outside = [f"{one.network} {one.recipe}: {reasons(one)}" for one in verdicts if one.failures]
    broken = budgets_of(params)
    for line in (*outside, *broken):
        print(line)
    failed = [f"{len(outside)} of {len(verdicts)} artifacts are outside their tolerance"] if outside else []
    failed += [f"{len(broken)} of {len(params.budgets)} budgets are not kept"] if broken else []
    if failed:
        raise LitemillError(", ".join(failed), remedy="change the recipe, or its tolerance or budget in params.yaml")
    kept = f", {len(params.budgets)} budgets kept" if params.budgets else ""
    return f"{len(verdicts)} of {len(verdicts)} artifacts within their tolerance{kept}"


def budgets_of(params: Params) -> list[str]:
    """Say which budgets are broken, and which have no figure: a budget is kept only where a figure says so."""
    if not params.budgets:
        return []
    # the report's records are read for budgets only
    from litemill.analysis import results  # noqa: PLC0415
    from litemill.analysis.budgets import outcomes  # noqa: PLC0415
    from litemill.report import budgets  # noqa: PLC0415

    return [budgets.said(one) for one in outcomes(results.load(params)) if one.state != "kept"]
