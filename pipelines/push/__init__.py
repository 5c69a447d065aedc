"""Releases elsewhere, with the same guarantees: on an object store, or as a tag of a dataset repository of the Hub.

=============  ==============================================================================
module         what it does
=============  ==============================================================================
``target``     what all targets have in common: the outcome, and what is refused beforehand
``objects``    object stores: files first, the manifest last and only if there is none
``hub``        the Hub: one commit on a known parent, then a tag that is never moved
=============  ==============================================================================
"""

from __future__ import annotations

from pipelines.push.objects import collect, publish_to, push_to_store
from pipelines.push.target import Pushed, check_sound
from pipelines.release import Release
from pipelines.release.nearby import HUB

__all__ = ["Pushed", "collect", "publish_to", "push"]


def push(release: Release, url: str) -> Pushed:
    """Push a release to ``hf://datasets/OWNER/NAME``, or into the store behind another URL.

    Pushing what is there already changes nothing. CorpusError where something else stands there under that version, or
    another run was faster; then nothing of the release is visible there.
    """
    check_sound(release)
    if url.startswith(HUB):
        from pipelines.push.hub import push_to_hub

        return push_to_hub(release, url)
    return push_to_store(release, url)
