"""The only package that knows Prefect: ``run_publish`` runs the flow ``publish_release`` over the stages.

======================  =====================================================================
module                  what it does
======================  =====================================================================
``run``                 one run from begin to end: server, flow, outcome, a timely end
``publish``             the flow and its tasks, one per stage
``upkeep``              flows that look after a store: deep verify, prune
``attend``, ``account`` what Prefect's page shows of a run: artifacts, tags
``notify``, ``retry``   who is told of a run; once more where that helps
``server``, ``child``   a lean Prefect server of our own, gone when we are gone
``ledger``              the truth about a run, whatever Prefect makes of it
``service``             ``corpus serve``: one run after the other, each in a process of its own
``timers``, ``watch``   when the next run is due; a cheap look at a source
``progress``            progress out of the stages, for a display
======================  =====================================================================

This face does not import Prefect; ``run_publish`` does.
"""

from pipelines.flows.run import leave, run_publish

__all__ = ["leave", "run_publish"]
