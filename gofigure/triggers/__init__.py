"""What asks for a run: git's hooks now, the watcher later."""
