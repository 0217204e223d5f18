// A table that sorts and filters its rows and tells how many there are.

const counting = new Intl.NumberFormat("en");
const wording = new Intl.Collator("en", { numeric: true });

/** Nothing comes last, whichever way is sorted. */
function compareValues(a, b, direction) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "number" && typeof b === "number" ? a - b : wording.compare(a, b);
  return direction * order;
}

/**
 * Rows of a table, of which some are shown in some order.
 *
 * columns: { key } for each; rows: { values, text() } for each; show(rows) puts them on the page.
 */
class Grid {
  constructor({ heads, columns, rows, what, show, container }) {
    Object.assign(this, { heads, columns, rows, what, show });
    this.sorted = null;
    this.matches = () => true;
    this.addControls(container);
    heads.forEach((head, index) => this.addSorting(head, index));
    this.update();
  }

  addControls(container) {
    const controls = element("div", { className: "controls" });
    const filter = element("div", { className: "filter" });
    const id = `${container.id}-filter`;
    const label = element("label", { htmlFor: id, textContent: `Filter the ${this.what}s` });
    this.input = element("input", { id, type: "search", autocomplete: "off", spellcheck: false });
    const hint = element("p", { className: "hint", id: `${id}-hint` });
    hint.append("Words, and comparisons such as ", code("processes>=4"), " or ", code("threads=1"));
    this.input.setAttribute("aria-describedby", hint.id);
    this.count = element("p", { className: "count" });
    this.count.setAttribute("role", "status");
    this.input.addEventListener("input", () => this.filter());
    filter.append(label, this.input, hint);
    controls.append(filter, this.count);
    container.prepend(controls);
  }

  /** A head becomes a button, so that the keyboard reaches it too. */
  addSorting(head, index) {
    const button = element("button", { type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => this.sort(index));
  }

  sort(index) {
    const again = this.sorted?.index === index;
    const direction = again ? -this.sorted.direction : 1;
    this.sorted = { index, direction };
    this.heads.forEach((head) => head.removeAttribute("aria-sort"));
    this.heads[index].setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    this.update();
  }

  filter() {
    const { matches, problems } = parseFilter(this.input.value, this.columns);
    this.matches = matches;
    this.problems = problems;
    this.update();
  }

  update() {
    const found = this.rows.filter(this.matches);
    if (this.sorted) {
      const { index, direction } = this.sorted;
      found.sort((a, b) => compareValues(a.values[index], b.values[index], direction));
    }
    this.show(found);
    this.announce(found.length);
  }

  announce(found) {
    const all = `${counting.format(this.rows.length)} ${this.what}s`;
    const counted = found === this.rows.length ? all : `${counting.format(found)} of ${all}`;
    this.count.textContent = [counted, ...(this.problems ?? [])].join(". ");
    this.count.classList.toggle("is-wrong", Boolean(this.problems?.length));
  }
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

function code(text) {
  return element("code", { textContent: text });
}
