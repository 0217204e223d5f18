// Starts what the page has.

document.documentElement.classList.add("has-script");
document.querySelectorAll("figure.chart .frame").forEach((frame) => new Tips(frame));
startConfigurations(document.getElementById("configurations-grid"));
document.getElementById("download").addEventListener("click", () => save(embeddedCsv(), "trials.csv"));

const allTrials = document.getElementById("all-trials");
allTrials.addEventListener(
  "toggle",
  () => startTrials(document.getElementById("trials-grid")),
  { once: true },
);

// Paper shows what is folded, but for the trials, which are many.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(#all-trials)")];
  folded.forEach((details) => (details.open = true));
});
addEventListener("afterprint", () => folded.forEach((details) => (details.open = false)));
