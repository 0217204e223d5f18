// Whole reports, with all their charts, as mpmt made them: those of results/, and those that
// MPMT_REPORTS names (paths with ':' between them).

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { exists, missing, openBrowser, REPOSITORY } from "./stage.mjs";

const reason = await missing();
if (reason) console.log(`skipped: ${reason}`);

const results = path.join(REPOSITORY, "results");
const folders = await readdir(results);
const committed = folders.map((folder) => path.join(results, folder, "report.html"));
const named = (process.env.MPMT_REPORTS ?? "").split(":").filter(Boolean);
const reports = [...committed.filter(exists), ...named.map((name) => path.resolve(name))];

describe("the reports", { skip: reason, timeout: 600_000 }, () => {
  let browser;

  before(async () => {
    browser = await openBrowser();
  });

  after(() => browser?.close());

  test("there are some", () => assert.ok(reports.length > 0));

  for (const report of reports) {
    const name = path.relative(REPOSITORY, report);
    test(`${name} says nothing, asks for nothing, fits a phone, and its charts answer keys`, { timeout: 60_000 }, async () => {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      const said = [];
      const asked = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(`file://${report}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${wide} px wide on a phone`);
      const frames = page.locator("figure.chart .frame:visible");
      assert.ok((await frames.count()) > 0, "no chart");
      for (let index = 0; index < (await frames.count()); index += 1) {
        await frames.nth(index).focus();
        await page.keyboard.press("ArrowRight");
        const words = page.locator("figure.chart .tip-words:visible");
        assert.match(await words.innerText(), /\S/, `chart ${index + 1}`);
      }
      assert.deepEqual(said, []);
      assert.deepEqual(asked, [`file://${report}`]);
      await page.close();
    });
  }
});
