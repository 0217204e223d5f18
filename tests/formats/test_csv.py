"""Every CSV that the project ships, read with pandas and polars without arguments.

    pip install -r tests/formats/requirements.txt
    python -m unittest discover tests/formats
"""

import csv
import re
import unittest
from pathlib import Path

import pandas
import polars

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted([*ROOT.glob("data/*.csv"), *ROOT.glob("results/**/*.csv")])
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Numbers only, if anything: by the unit at the end of the name, or by name.
UNITS = ("_s", "_per_s", "_kib", "_sum", "_switches", "_us", "_ns")
COUNTS = {
    "processes", "threads", "batch", "commands", "loops", "time_scale", "run", "block", "order",
    "results", "retried", "duplicates", "lost", "unknown_commands", "peak_threads", "seconds",
}


def must_be_numeric(column):
    return column in COUNTS or column.endswith(UNITS)


def raw(path):
    """The header, and each column's values that are not empty, as texts."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, strict=True)
    columns = {name: [row[i] for row in rows if row[i]] for i, name in enumerate(header)}
    return header, rows, columns


def for_each_csv(test):
    def run(self):
        self.assertTrue(SHIPPED, "no CSV is shipped")
        for path in SHIPPED:
            with self.subTest(csv=str(path.relative_to(ROOT))):
                test(self, path, *raw(path))

    return run


class ShippedCsv(unittest.TestCase):
    @for_each_csv
    def test_one_header_names_every_column_and_every_row_has_them_all(self, _, header, rows, __):
        self.assertEqual(len(header), len(set(header)))
        self.assertTrue(all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in header), header)
        self.assertTrue(rows)
        self.assertEqual({len(row) for row in rows}, {len(header)})

    @for_each_csv
    def test_figures_are_numbers_or_empty_and_times_are_iso_8601(self, _, header, __, columns):
        for name in filter(must_be_numeric, header):
            wrong = [text for text in columns[name] if not NUMBER.fullmatch(text)]
            self.assertEqual(wrong, [], name)
        for name in (name for name in header if name.endswith("_at")):
            wrong = [text for text in columns[name] if not TIME.fullmatch(text)]
            self.assertEqual(wrong, [], name)

    @for_each_csv
    def test_pandas_reads_it_without_arguments(self, path, header, rows, columns):
        frame = pandas.read_csv(path)
        self.assertEqual(list(frame.columns), header)
        self.assertFalse([name for name in frame.columns if name.startswith("Unnamed")])
        self.assertEqual(len(frame), len(rows))
        for name in filter(must_be_numeric, header):
            self.assertTrue(pandas.api.types.is_numeric_dtype(frame[name]), name)
            self.assertEqual(int(frame[name].count()), len(columns[name]), name)

    @for_each_csv
    def test_polars_reads_it_without_arguments(self, path, header, rows, columns):
        frame = polars.read_csv(path)
        self.assertEqual(frame.columns, header)
        self.assertEqual(frame.height, len(rows))
        # A column without any value has no type to be guessed.
        for name in filter(lambda name: must_be_numeric(name) and columns[name], header):
            self.assertTrue(frame.schema[name].is_numeric(), (name, frame.schema[name]))
            self.assertEqual(frame[name].count(), len(columns[name]), name)


if __name__ == "__main__":
    unittest.main()
