"""What tells open pages that something has changed, and what is asked behind their back."""
