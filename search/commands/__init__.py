"""The commands of `earful`, a module each: what the command line asks of the library, and how the answer is printed."""
