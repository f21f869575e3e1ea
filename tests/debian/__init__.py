"""A Debian to follow a page of the manual on: this machine, without a trace of it left behind."""
