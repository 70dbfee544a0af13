// Opens a report in Chromium with the network off and fails on any accessibility violation,
// console message of error level, request, or sideways scrolling.
//
//   npm install --no-save playwright-core axe-core
//   node tests/a11y/check.mjs reports/annual/public/report.html [folder for screenshots]
//
// CHROMIUM names the browser; /usr/bin/chromium is the default. NODE_MODULES names another folder of packages.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, shots] = process.argv.slice(2);
if (!file) {
  console.error("usage: node check.mjs REPORT.html [SCREENSHOTS]");
  process.exit(2);
}
const require = createRequire(resolve(process.env.NODE_MODULES ?? "node_modules", "here.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
if (shots) mkdirSync(shots, { recursive: true });

const page_address = pathToFileURL(resolve(file)).href;
const faults = [];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const views = [
  { name: "wide", width: 1280, colorScheme: "light" },
  { name: "narrow", width: 390, colorScheme: "light" },
  { name: "smallest", width: 320, colorScheme: "light" },
  { name: "dark", width: 1280, colorScheme: "dark" },
  { name: "open", width: 1280, colorScheme: "light", open: true },
  { name: "open-dark", width: 390, colorScheme: "dark", open: true },
];
for (const view of views) {
  const context = await browser.newContext({ viewport: { width: view.width, height: 1000 }, colorScheme: view.colorScheme, offline: true, bypassCSP: true });
  const page = await context.newPage();
  await page.route("**", (route) => {
    const address = route.request().url();
    if (address === page_address || address.startsWith("data:")) return route.continue();
    faults.push(`${view.name}: asked for ${address}`);
    return route.abort();
  });
  page.on("console", (message) => message.type() === "error" && faults.push(`${view.name}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${view.name}: ${error}`));
  await page.goto(page_address);
  if (view.open) await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 0) faults.push(`${view.name}: the page scrolls sideways by ${sideways} px`);
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const violation of violations) {
    const places = violation.nodes.slice(0, 5).map((node) => `    ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`);
    faults.push(`${view.name}: ${violation.id} (${violation.impact}): ${violation.help}; ${violation.nodes.length} places\n${places.join("\n")}`);
  }
  if (shots) await page.screenshot({ path: resolve(shots, `${view.name}.png`), fullPage: true });
  if (shots && view.name === "wide") await page.pdf({ path: resolve(shots, "print.pdf"), format: "A4", printBackground: false });
  await context.close();
}
await browser.close();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  console.error(`${faults.length} faults`);
  process.exit(1);
}
console.log("no violation, no console error, no request");
