"""What the lab needs of the machine that it runs on: children, deadlines, files, signals, streams."""
