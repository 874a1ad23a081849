"""What the store's files are called: for those who do not open it."""

NAME = ".gofigure"
SIDE_FILES = (NAME + "-journal", NAME + "-wal", NAME + "-shm")
ASIDE = NAME + ".set-aside-"  # before when, and by whom: what was damaged or not ours
