"""Prints the table `events` of a collector's database as JSON."""

import json
import pathlib
import sqlite3
import sys

path = pathlib.Path(sys.argv[1]).resolve()
connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
connection.row_factory = sqlite3.Row
rows = [dict(row) for row in connection.execute("SELECT * FROM events ORDER BY rowid")]
for row in rows:
    row["message"] = json.loads(row["message"])
json.dump(rows, sys.stdout)
