// What is typed into a filter box: words, and comparisons such as processes>=4 or makespan<100ms.
// A row has to match all of them.

const COMPARISON = /^([\p{L}\d_]+)(>=|<=|!=|=|>|<)(.*)$/u;

/** Units that a number may have, as multiples of what the columns hold. */
const UNITS = {
  "": 1, s: 1, ms: 1e-3, us: 1e-6, "µs": 1e-6, ns: 1e-9, "%": 0.01,
  kib: 1, mib: 1024, gib: 1024 * 1024,
};

const COMPARE = {
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/**
 * Whether a row matches, as a function of the row, and what could not be understood.
 * A row is { values, text }: a value for each column, and all of its words in lower case.
 */
function parseFilter(typed, columns) {
  const tests = [];
  const problems = [];
  for (const word of typed.trim().split(/\s+/).filter(Boolean)) {
    const [, key, sign, value] = word.match(COMPARISON) ?? [];
    if (!key) {
      const wanted = word.toLowerCase();
      tests.push((row) => row.text().includes(wanted));
    } else if (findColumn(key, columns) < 0) {
      problems.push(`There is no column “${key}”.`);
    } else if (value === "") {
      problems.push(`“${word}” waits for a value.`);
    } else {
      tests.push(comparison(findColumn(key, columns), sign, value));
    }
  }
  return { matches: (row) => tests.every((test) => test(row)), problems };
}

/** The column of this name, or the first that goes on with a unit: makespan is makespan_s. */
function findColumn(key, columns) {
  const wanted = key.toLowerCase();
  const exact = columns.findIndex((column) => column.key === wanted);
  if (exact >= 0) return exact;
  return columns.findIndex((column) => column.key.startsWith(`${wanted}_`));
}

/** Numbers are compared as numbers, words as words; what is not there matches nothing but !=. */
function comparison(column, sign, typed) {
  const number = parseNumber(typed);
  const word = typed.toLowerCase();
  return (row) => {
    const value = row.values[column];
    if (value === null) return sign === "!=";
    if (typeof value === "number" && number !== null) return COMPARE[sign](value, number);
    return COMPARE[sign](String(value).toLowerCase(), word);
  };
}

/** A number with or without a unit; null when it is none. */
function parseNumber(typed) {
  const [, digits, unit] = typed.match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(\D*)$/i) ?? [];
  const factor = UNITS[unit?.toLowerCase()];
  const number = Number(digits);
  return factor === undefined || Number.isNaN(number) ? null : number * factor;
}
