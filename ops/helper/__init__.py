"""The restart helper: a small service beside the application that restarts it, also when it has failed for good."""
