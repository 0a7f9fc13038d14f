"""One command a file: `add_options(parser)` and `run(args) -> exit status`."""
