"""What a person runs: the command line and its subcommands. The only importer of Hydra."""
