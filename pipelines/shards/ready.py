"""Ready: loading this module gets a process ready to refine; the server of workers does it once for all of them.

Patterns are compiled when they are first used, so some text is cleaned by every rule. Only what is Python's own is
done: a fork would not keep threads that a library started.
"""

from __future__ import annotations

from pipelines.document import RawText
from pipelines.refine import Own, clean
from pipelines.rules import RULES
from pipelines.shards.work import knowledge_of

_KNOWLEDGE = knowledge_of(Own(), True)  # noqa: FBT003 - as a worker asks

for _rule in RULES:
    clean(RawText("ready", "ready", _rule.changes[0][0], "", 0), _KNOWLEDGE)
