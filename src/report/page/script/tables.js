// The two tables: of the configurations, which is on the page, and of all trials, which is made
// from the CSV when somebody wants to see it.

/** Rows of a page of the table of trials: few enough to be drawn at once. */
const PAGE = 100;

function startConfigurations(container) {
  const heads = [...container.querySelectorAll("thead th")];
  const body = container.querySelector("tbody");
  new Grid({
    container,
    heads,
    what: container.dataset.of,
    columns: heads.map((head) => ({ key: head.dataset.key })),
    rows: [...body.rows].map(rowOfElement),
    show: (rows) => body.replaceChildren(...rows.map((row) => row.element)),
  });
}

function rowOfElement(element) {
  const values = [...element.cells].map((cell) => {
    if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
    return cell.textContent === "" ? null : cell.textContent;
  });
  const text = element.textContent.toLowerCase();
  return { element, values, text: () => text };
}

function startTrials(container) {
  const [names, ...records] = parseCsv(embeddedCsv());
  const { columns, same } = sortOut(names, records);
  const rows = records.map((record) => rowOfRecord(record, columns));
  const table = element("table");
  table.createCaption().textContent = "All trials, in the order in which they ended";
  const heads = addHeads(table, columns);
  const body = table.createTBody();
  const scroll = element("div", { className: "scroll", tabIndex: 0 });
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", "All trials");
  scroll.append(table);
  const pager = new Pager((shown) => body.replaceChildren(...shown.map((row) => rowElement(row, columns))));
  container.append(...sameInAll(same), scroll, pager.element);
  new Grid({ container, heads, columns, rows, what: container.dataset.of, show: (found) => pager.show(found) });
}

/** Columns that differ from row to row, and those that say the same in each. */
function sortOut(names, records) {
  const columns = [];
  const same = [];
  names.forEach((key, index) => {
    const first = records[0]?.[index];
    if (records.length > 1 && records.every((record) => record[index] === first)) {
      if (first !== "") same.push({ key, value: first });
      return;
    }
    const isNumber = records.every((record) => record[index] === "" || isPlainNumber(record[index]));
    columns.push({ key, index, isNumber });
  });
  return { columns, same };
}

function isPlainNumber(text) {
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text);
}

function rowOfRecord(record, columns) {
  const values = columns.map(({ index, isNumber }) => {
    const field = record[index] ?? "";
    if (field === "") return null;
    return isNumber ? Number(field) : field;
  });
  let text;
  return { values, text: () => (text ??= record.join(" ").toLowerCase()) };
}

function addHeads(table, columns) {
  const row = table.createTHead().insertRow();
  return columns.map(({ key, isNumber }) => {
    const head = element("th", { scope: "col", textContent: key, className: isNumber ? "number" : "" });
    row.append(head);
    return head;
  });
}

function rowElement(row, columns) {
  const shown = element("tr");
  row.values.forEach((value, index) => {
    const { key, isNumber } = columns[index];
    const cell = key === "label" ? element("th", { scope: "row" }) : element("td");
    if (isNumber) cell.className = "number";
    if (key === "error") cell.className = "words";
    cell.textContent = shownValue(value);
    shown.append(cell);
  });
  return shown;
}

/** Whole numbers as they are, others to six digits: beyond is arithmetic, not measurement. */
function shownValue(value) {
  if (value === null) return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** What is the same in every row is said once. */
function sameInAll(same) {
  if (same.length === 0) return [];
  const words = element("p", { className: "same quiet" });
  words.append("The same in every row: ");
  same.forEach(({ key, value }, index) => words.append(index ? ", " : "", code(`${key} ${value}`)));
  return [words];
}

/** Shows rows page by page. */
class Pager {
  constructor(draw) {
    this.draw = draw;
    this.words = element("p");
    this.back = this.button("Previous page", -1);
    this.on = this.button("Next page", 1);
    this.element = element("div", { className: "pages" });
    this.element.append(this.back, this.on, this.words);
  }

  button(text, step) {
    const button = element("button", { type: "button", textContent: text });
    button.addEventListener("click", () => this.turn(this.page + step));
    return button;
  }

  show(rows) {
    this.rows = rows;
    this.turn(0);
  }

  turn(page) {
    const pages = Math.max(1, Math.ceil(this.rows.length / PAGE));
    this.page = Math.min(Math.max(page, 0), pages - 1);
    this.draw(this.rows.slice(this.page * PAGE, (this.page + 1) * PAGE));
    this.words.textContent = `Page ${this.page + 1} of ${pages}`;
    this.back.disabled = this.page === 0;
    this.on.disabled = this.page === pages - 1;
    this.element.hidden = pages === 1;
  }
}
