// Values of charts. A chart has areas of class "tip" with their words in a <title>; these are
// shown to a pointer that is over an area, and to arrow keys when the chart has the focus.

/** Distance of the words from their area and from the chart's edge, in CSS pixels. */
const GAP = 8;

class Tips {
  constructor(frame) {
    this.frame = frame;
    this.areas = [...frame.querySelectorAll("svg .tip")];
    if (this.areas.length === 0) return;
    this.texts = this.areas.map(takeWords);
    this.at = -1;
    this.box = element("div", { className: "tip-words", hidden: true });
    this.box.setAttribute("aria-hidden", "true");
    this.said = element("p", { className: "hidden" });
    this.said.setAttribute("role", "status");
    frame.parentElement.append(this.box, this.said);
    this.listen();
  }

  listen() {
    // Arrow keys have to reach the chart, so a screen reader must pass them on.
    this.frame.setAttribute("role", "application");
    this.frame.setAttribute("aria-roledescription", "chart with values");
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.frame.addEventListener("blur", () => this.hide());
    this.frame.addEventListener("pointerover", (event) => this.point(event.target));
    this.frame.addEventListener("pointerleave", () => this.hide());
  }

  point(target) {
    const index = this.areas.indexOf(target);
    if (index >= 0) this.show(index);
    else this.hide();
  }

  key(event) {
    const last = this.areas.length - 1;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    let next;
    if (event.key in steps) next = this.at < 0 ? 0 : this.at + steps[event.key];
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = last;
    else if (event.key === "Escape") this.hide();
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.show(Math.min(Math.max(next, 0), last), true);
  }

  /** Shows the words of an area; says them too when nobody points. */
  show(index, aloud = false) {
    this.mark(index);
    if (aloud) this.said.textContent = this.texts[index];
    this.box.textContent = this.texts[index];
    this.box.hidden = false;
    this.place(this.areas[index]);
  }

  hide() {
    if (this.at < 0) return;
    this.mark(-1);
    this.box.hidden = true;
  }

  mark(index) {
    this.areas[this.at]?.classList.remove("is-shown");
    this.areas[index]?.classList.add("is-shown");
    this.at = index;
  }

  /** Above the area, or below it where there is no room; never beyond the chart's sides. */
  place(area) {
    const figure = this.box.offsetParent.getBoundingClientRect();
    const target = area.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const middle = (target.left + target.right) / 2 - figure.left;
    const left = Math.min(Math.max(middle - width / 2, GAP), figure.width - width - GAP);
    const above = target.top - figure.top - height - GAP;
    const top = target.top - height - GAP < 0 || above < 0 ? target.bottom - figure.top + GAP : above;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${top}px`;
  }
}

/** Takes an area's words out of the chart, or the browser would show them a second time. */
function takeWords(area) {
  const title = area.querySelector("title");
  title?.remove();
  return title?.textContent ?? "";
}
