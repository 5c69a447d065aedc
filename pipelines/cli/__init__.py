"""The command line, one module per command; each has ``add_parser(subparsers)`` and ``run(args) -> exit code``.

Nothing heavy is imported when the parser is built: a command imports what it needs when it runs.
"""
