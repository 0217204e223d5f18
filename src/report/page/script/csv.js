// The CSV that the page holds: read into columns and rows, and given away as a file.

const END_OF_FIELD = /[,\r\n]/g;

/** The rows of a text as of RFC 4180, each a list of fields; the first one names the columns. */
function parseCsv(text) {
  const rows = [];
  let row = [];
  let at = 0;
  while (at < text.length) {
    const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    row.push(field);
    at = end + 1;
    if (text[end] === ",") {
      if (at === text.length) row.push("");
      else continue;
    } else if (text[end] === "\r" && text[at] === "\n") {
      at += 1;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

/** A field without quotes, and where it ends. */
function plainField(text, start) {
  END_OF_FIELD.lastIndex = start;
  const end = END_OF_FIELD.exec(text)?.index ?? text.length;
  return [text.slice(start, end), end];
}

/** A field in quotes, in which two quotes stand for one, and where it ends. */
function quotedField(text, start) {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) end = text.length;
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1];
}

/** The text of the CSV, as it was, byte for byte. */
function embeddedCsv() {
  return JSON.parse(document.getElementById("csv").textContent);
}

/** Saves a text as a file. A data: address would do for small ones only, a blob does for all. */
function save(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
