"""命令行: one file a group of commands."""
