"""Corpus: from a folder of raw, machine-translated texts to a versioned dataset.

The map of the house, in the order in which a text travels through it:

======================  =====================================================================
module                  what it does
======================  =====================================================================
``document``            the working model (immutable) and the laws of edits: replay, undo
``laid``                what was found in a text, kept by its parts and laid where they stand when it is looked at
``memory``              what was worked out for a line or a paragraph, kept for the next text that has it
``columns``             Arrow columns of rows that say the same again and again
``errors``, ``dates``   the one error that users see; dates and times as news texts write them
``prose``               small parts of sentences that several messages share
``urls``                user names, passwords and tokens stand in no message, name or record
``places``              local folders and URLs: opened, read, written only if absent, repeated while a fault may pass
``database``            duckdb, for what does not fit into memory
``duplicates``          which texts are equal, or nearly so
``shingles``            their words and runs of words as numbers
``language``            which language a text is written in
``rules``               what counts as a defect: the rule type, the rule families, the glossary
``ingest``              raw: list and read a source; nothing is lost, what cannot be read is a reject
``parse``               parsed: raw text -> paragraphs with a role and a raw span
``clean``               cleaned: run the rules over a document -> text, fields, edits, terms
``validate``            validated: records -> Arrow tables that satisfy ``schemas``
``compare``             compared: two releases -> what changed, and the version that it calls for
``publish``             published: stage a release, then make it visible in one move
``release``             what a release folder is: paths, manifest, checksums, list, read, verify
``proof``               a release held against its parent, its source and a rebuild
``card``                the dataset card: prose from a template, numbers from the tables
``charts``              the charts of a release as SVG
``refine``              the chain ingest -> parse -> clean of one input, and the knowledge that it runs with
``shards``              the chain over a whole source: cut, refined side by side, kept by content, merged
``push``                releases on object stores and on the Hub
``report``              the site that shows a release
``flows``               the only package that knows Prefect
``cli``, ``__main__``   the command line ``corpus``
======================  =====================================================================

Offsets are 0-based, end-exclusive, in Unicode code points, always in the raw text unless said otherwise.
"""
