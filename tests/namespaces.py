"""What tests that need a machine of their own begin with (unshare(1), as root)."""

#: A command in namespaces of mounts and processes of its own: when it ends, whatever it started ends, too.
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
#: Where programs lie in a root as Debian has it.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
