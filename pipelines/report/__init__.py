"""The report of a release: a small site that shows what is in it, what was changed and why.

It needs no network and no server: every page is ``index.html`` with the scripts beside it, the data lie in files of
about 100 kB that load when a view needs them. Texts are only ever shown as text.

======================  =====================================================================
module                  what it does
======================  =====================================================================
``data``                rows -> data files: the list of documents, texts, edits
``facts``               what holds for the whole release: counts, rules, terms
``write``               the folder, written anew and put in its place in one move
``site/``               the page itself: HTML, style and scripts
======================  =====================================================================
"""

from __future__ import annotations

from pipelines.report.write import Report, check_target, write_report

__all__ = ["Report", "check_target", "write_report"]
