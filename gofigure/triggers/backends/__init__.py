"""What wakes the watcher: events of the file system where they can be had, else a scan from time to time."""
