"""The only package that knows Prefect: ``run_publish`` runs the flow ``publish_release`` over the stages.

======================  =====================================================================
module                  what it does
======================  =====================================================================
``run``                 one run from begin to end: server, flow, outcome, a timely end
``publish``             the flow and its tasks, one per stage
``server``, ``child``   a lean Prefect server of our own, gone when we are gone
``ledger``              the truth about a run, whatever Prefect makes of it
``progress``            progress out of the stages, for a display
======================  =====================================================================

This face does not import Prefect; ``run_publish`` does.
"""

from pipelines.flows.run import leave, run_publish

__all__ = ["leave", "run_publish"]
