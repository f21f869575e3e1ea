"""The warm process: pre-forked workers behind a Unix socket, and the small client that asks them."""
