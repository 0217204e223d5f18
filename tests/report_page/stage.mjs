// What the tests of the report page need: a browser, and pages to look at.

import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { access, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const CHROMIUM = process.env.MPMT_CHROMIUM ?? "/usr/bin/chromium";
export const REPOSITORY = path.resolve(import.meta.dirname, "../..");

/** Nothing of the browser's own goes over the network, and no graphics card is needed. */
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Why the tests can't run here; false when they can. Under CI that is an error. */
export async function missing() {
  const reason = await whatIsMissing();
  if (reason && process.env.CI) throw new Error(reason);
  return reason;
}

async function whatIsMissing() {
  try {
    await access(CHROMIUM);
  } catch {
    return `there is no ${CHROMIUM}; install chromium, or name another one in MPMT_CHROMIUM`;
  }
  try {
    import.meta.resolve("playwright-core");
    await import("playwright-core");
    await access(new URL(import.meta.resolve("axe-core/axe.min.js")));
  } catch {
    return "playwright-core or axe-core is not installed; run `npm ci` in tests/report_page";
  }
  return false;
}

export const exists = existsSync;

export async function openBrowser() {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** The folder of the sample pages: that of MPMT_PAGES, or a fresh one that goes with the tests. */
export async function samplePages() {
  if (process.env.MPMT_PAGES) return path.resolve(process.env.MPMT_PAGES);
  const folder = await mkdtemp(path.join(tmpdir(), "mpmt-pages-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const test = "report::page::tests::sample_pages_are_written";
  await promisify(execFile)(
    "cargo",
    ["test", "--locked", "--lib", test, "--", "--ignored", "--exact"],
    { cwd: REPOSITORY, env: { ...process.env, MPMT_PAGES: folder } },
  );
  return folder;
}
