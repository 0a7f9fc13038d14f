"""The command `testbed`, one file a subcommand.

Comes in: words typed in a terminal.
Goes out: answers on stdout, progress on stderr, an exit status.
"""
