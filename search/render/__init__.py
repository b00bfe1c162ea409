"""One answer, several printers: a terminal for people, lines for pipes, CSV and JSON for machines."""

from search.export import write_csv
from search.render.call import print_call
from search.render.json import write_json
from search.render.plain import totals, write_plain
from search.render.terminal import print_command, print_note, print_page

__all__ = ["print_call", "print_command", "print_note", "print_page", "totals", "write_csv", "write_json", "write_plain"]
