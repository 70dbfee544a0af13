// Uses the search of a report as a reader does, in Chromium, opened from the disk with the network off:
// search, filters, copying, saving, keyboard alone, links by short code, 400% zoom, print, and reading without a script.
//
//   npm install --no-save playwright-core axe-core
//   node tests/a11y/explorer.mjs reports/annual/public/report.html [folder for screenshots]
//
// What is copied is compared with results.csv beside the report. CHROMIUM and NODE_MODULES are as in check.mjs.
// Where RECOVISTA names the program, the first five answers to sixteen questions must be those of `recovista figures`.
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, shots] = process.argv.slice(2);
if (!file) {
  console.error("usage: node explorer.mjs REPORT.html [SCREENSHOTS]");
  process.exit(2);
}
const require = createRequire(resolve(process.env.NODE_MODULES ?? "node_modules", "here.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
if (shots) mkdirSync(shots, { recursive: true });
const address = pathToFileURL(resolve(file)).href;

/** Records of comma-separated text as objects. */
function records(text) {
  const rows = [[""]];
  let quoted = false;
  for (const letter of text) {
    const row = rows.at(-1);
    if (letter === '"') { if (quoted === "maybe") row[row.length - 1] += '"'; quoted = quoted === true ? "maybe" : true; continue; }
    if (quoted === "maybe") quoted = false;
    if (quoted) row[row.length - 1] += letter;
    else if (letter === ",") row.push("");
    else if (letter === "\n") rows.push([""]);
    else row[row.length - 1] += letter;
  }
  const [head, ...rest] = rows.filter((row) => row.length > 1);
  return rest.map((row) => Object.fromEntries(head.map((name, place) => [name, row[place]])));
}
const figures = records(readFileSync(resolve(dirname(file), "results.csv"), "utf8"));

/** The figures that a page carries, with the marks of their texts filled in; written anew, not taken from the page's script. */
function carried(html) {
  const data = JSON.parse(html.split('id="figures-data">')[1].split("</script>")[0]);
  return Array.from(data.states, (state, i) => {
    const own = (column) => data[column].is[data[column].of[i]];
    const code = `R-${data.codes.substr(8 * i, 4)}-${data.codes.substr(8 * i + 4, 4)}`;
    const marks = { "~": "~", v: own("value"), i: own("interval"), b: own("base"), w: own("wave"), l: own("level"), c: code };
    own("groups").forEach(([, level, shown], place) => { marks[place] = shown ?? level; });
    const text = (column) => own(column).replace(/~(.)/gsu, (_, mark) => marks[mark]);
    marks.L = text("label");
    return { code, state: Number(state), value: own("value"), interval: own("interval"), base: own("base"), label: marks.L, sentence: text("sentence"), citation: text("citation") };
  });
}
/** The short code of an id: the first 40 bits of its SHA-256 in Crockford's base 32. */
function shortCode(id) {
  const bits = [...createHash("sha256").update(id).digest().subarray(0, 5)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{5}/g).map((five) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[parseInt(five, 2)]).join("");
  return `R-${letters.slice(0, 4)}-${letters.slice(4)}`;
}
const told = carried(readFileSync(file, "utf8"));

const faults = [];
const check = (holds, what) => { if (!holds) faults.push(what); };
const same = (found, wanted, what) => check(found === wanted, `${what}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

/** Opens the report; everything that goes wrong or out is a fault. */
async function open(name, { hash = "", before, bypassCSP = false, ...settings } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, bypassCSP, permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true, ...settings });
  const page = await context.newPage();
  page.on("request", (request) => check(/^(data|blob):/.test(request.url()) || request.url().replace(/#.*/, "") === address, `${name}: asked for ${request.url().slice(0, 80)}`));
  page.on("console", (message) => message.type() === "error" && faults.push(`${name}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${name}: ${error}`));
  if (before) await page.addInitScript(before);
  await page.goto(address + hash);
  return page;
}
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
const top = (page) => page.locator("#found .card").first();
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);

const tests = {
  async "search and copy"(name) {
    const page = await open(name);
    same(await page.locator("#found .card").count(), 0, "cards before a search");
    await page.fill("#find", "median FTE");
    const code = await top(page).locator(".code").textContent();
    same(code, "R-BBT0-E526", "the first answer to `median FTE`, as `recovista figures` gives it");
    const figure = figures.find((row) => row.id.startsWith("teams.") && row.id.endsWith("fte=0%2E5.quantile"));
    await top(page).getByRole("button", { name: /^sentence/ }).click();
    same(await clipboard(page), figure.sentence, "copied sentence");
    await top(page).getByRole("button", { name: /^number/ }).click();
    same(Number(await clipboard(page)), Number(figure.estimate), "copied number");
    await top(page).getByRole("button", { name: /^citation/ }).click();
    const citation = await clipboard(page);
    for (const part of [await page.title(), figure.label, "Team survey", "As of ", code]) check(citation.includes(part), `the citation lacks ${part}: ${citation}`);
    await top(page).getByRole("button", { name: /^link/ }).click();
    same(await clipboard(page), `${address}#${code}`, "copied link");
    await page.waitForTimeout(600);
    check(/^[\d,]+ figures?/.test(await page.textContent("#found-count")), "the number of results is not announced");
  },

  async "every figure is told as results.csv has it"() {
    same(told.length, figures.length, "figures in the search");
    same(new Set(told.map((figure) => figure.code)).size, figures.length, "different codes");
    told.forEach((own, i) => {
      const row = figures[i];
      if (own.label !== row.label || own.sentence !== row.sentence) faults.push(`${own.code}: ${own.sentence} | ${row.sentence}`);
      const hidden = row.status.startsWith("suppressed");
      check(own.state >= 3 === hidden, `${own.code}: hidden ${own.state}, ${row.status}`);
      check(!hidden || own.value + own.interval + own.base === "", `${own.code} is hidden and has a number`);
      check(own.value !== "" === (row.estimate !== ""), `${own.code}: ${own.value} for ${row.estimate}`);
      check(own.citation.endsWith(own.code) && own.citation.includes(own.label), `${own.code}: ${own.citation}`);
    });
  },

  async "plain words, accents, plurals, typing errors and numbers"(name) {
    const page = await open(name);
    const first = async (query) => { await page.fill("#find", query); return (await top(page).count()) ? top(page).locator(".title").textContent() : ""; };
    for (const [query, wanted] of [["average recovery capital", /recovery capital.*mean/i], ["hów many mémbers", /^People, 2024$/], ["recovry captial", /recovery capital/i], ["coaches wages", /wage/i], ["share women boston 2022", /Female, share, Boston MA, 2022/]]) {
      const found = await first(query);
      check(wanted.test(found), `${query}: ${found}`);
    }
    const row = figures.find((figure) => /^In 2024, \d+\.\d% of members were women/.test(figure.sentence));
    const percent = /(\d+\.\d%) of/.exec(row.sentence)[1];
    await page.fill("#find", percent);
    const values = await page.locator("#found .value").allTextContents();
    check(values.length > 0 && values.slice(0, 3).every((value) => value.startsWith(percent.replace("%", ""))), `${percent}: ${values}`);
    await page.fill("#find", "r-bbt0e526");
    same(await page.locator("#found .card").count(), 1, "a code finds its figure alone");
    await page.fill("#find", "xyzzyqua");
    same(await page.locator("#found .card").count(), 0, "nonsense finds nothing");
    check((await page.textContent(".seen")).startsWith("No figure"), "nothing found is not said");
  },

  async "answers are those of the program"(name) {
    const program = process.env.RECOVISTA;
    if (!program) return console.log("     (left out: RECOVISTA names no program)");
    const page = await open(name);
    const queries = ["median fte", "recovery capital", "women boston 2022", "average wage coaches", "how many members", "visits per person", "share hispanic 2024", "distress change", "response rate teams", "psychological distress boston", "typical length of visit", "people monday", "k6 2022", "house", "quartile visits springfield", "retention"];
    for (const query of queries) {
      const answer = execFileSync(program, ["figures", query, "--run", resolve(dirname(file), ".."), "--format", "json"], { encoding: "utf8", maxBuffer: 1 << 28 });
      // the page shows figures that read the same once
      const told = new Set();
      const once = JSON.parse(answer).filter(({ dataset, label, sentence }) => told.size < told.add(`${dataset}|${label}|${sentence}`).size);
      const wanted = once.slice(0, 5).map(({ id }) => shortCode(id));
      await page.fill("#find", query);
      same((await page.locator("#found .acts .code").allTextContents()).slice(0, wanted.length).join(), wanted.join(), `answers to “${query}”`);
    }
    return undefined;
  },

  async "filters"(name) {
    const page = await open(name);
    const region = "Boston MA";
    await page.selectOption("#find-wave", "2023");
    await page.selectOption("#find-first", { label: region });
    await page.selectOption("#find-source", { label: "Member survey" });
    const wanted = figures.filter((row) => row.dataset === "members" && row.wave === "2023" && row.groups.split(";").includes("region=Boston%20MA"));
    same(await page.textContent(".seen"), `${wanted.length.toLocaleString("en-US")} figures`, "figures of one source, wave and region");
    const labels = await page.locator("#found .title").allTextContents();
    check(labels.length > 0 && labels.every((label) => label.includes(region) && label.includes("2023")), `filtered: ${labels}`);
    await page.selectOption("#find-others", "none");
    same(await page.textContent(".seen"), "No figure is of all these groups.", "a region and no group");
    await page.selectOption("#find-first", "");
    const plain = figures.filter((row) => row.dataset === "members" && row.wave === "2023" && row.groups === "wave=2023").length;
    same(await page.textContent(".seen"), `${plain.toLocaleString("en-US")} figures`, "figures of everybody");
    await page.click("#find-all");
    same(await page.locator("#found .card").count(), 0, "closed");
    same(await page.inputValue("#find-wave"), "", "filters after closing");
  },

  async "a hidden figure has no number to copy"(name) {
    const page = await open(name);
    const hidden = figures.find((row) => row.status === "suppressed");
    await page.fill("#find", hidden.label);
    const card = page.locator("#found .card", { has: page.getByText("too few people to show") }).first();
    await card.waitFor();
    same(await card.locator(".value").textContent(), "†", "value of a hidden figure");
    same(await card.getByRole("button", { name: /^number/ }).count(), 0, "buttons that copy a hidden number");
    await card.getByRole("button", { name: /^sentence/ }).click();
    check(/is not shown/.test(await clipboard(page)), "the sentence of a hidden figure does not say so");
  },

  async "keyboard alone"(name) {
    const page = await open(name);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    check((await focused(page)).includes("search of all figures"), `second stop: ${await focused(page)}`);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    same(await focused(page), "find", "after the skip link");
    await page.keyboard.type("visits boston");
    await page.keyboard.press("Enter");
    const titles = await page.locator("#found .title").allTextContents();
    same(await focused(page), titles[0], "Enter goes to the first result");
    await page.keyboard.press("ArrowDown");
    same(await focused(page), titles[1], "arrow down");
    await page.keyboard.press("End");
    same(await focused(page), titles.at(-1), "End");
    await page.keyboard.press("Home");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    check((await clipboard(page)).endsWith("."), "Enter on the first button copies the sentence");
    check((await focused(page)).startsWith("sentence"), "focus stays on the button that was pressed");
    await page.keyboard.press("Escape");
    same(await focused(page), "find", "Escape comes back");
    await page.keyboard.press("Escape");
    same(await page.locator("#found .card").count(), 0, "Escape again closes");
    await page.keyboard.type("coach");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    same(await focused(page), "find", "arrow up from the first result");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    same(outline, "solid", "outline of what has the focus");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.locator(".further button").focus();
    await page.keyboard.press("Enter");
    check((await page.locator("#found .card").count()) > 8, "more results");
    check((await page.locator("#found .title").allTextContents()).includes(await focused(page)), "focus goes to the first new result");
  },

  async "links by short code"(name) {
    const known = await open(name);
    const [row, shut] = await known.evaluate(() => {
      const rows = [...document.querySelectorAll("details:not([open]) tr[id^=r-]")];
      return [rows[0].id, rows.length];
    });
    check(shut > 100, `${shut} rows behind triangles`);
    const shown = new Set(await known.evaluate(() => [...document.querySelectorAll("[id^=r-]")].map((element) => element.id.toUpperCase())));
    const codes = told.map((figure) => figure.code);
    const absent = codes.find((code) => !shown.has(code));
    const mistyped = codes.find((code) => !shown.has(code) && code.includes("0") && code.includes("1"));
    const slip = await open(name, { hash: `#${mistyped.replaceAll("0", "o").replaceAll("1", "l")}` });
    same(await top(slip).locator(".code").textContent(), mistyped, "letters typed for digits");
    await slip.context().close();
    for (const hash of [`#${row.toUpperCase()}`, `#${row}`, `#${row.replace("r-", "R-")}`]) {
      const page = await open(name, { hash });
      same(await focused(page).then(() => page.evaluate(() => document.activeElement.id)), row, `${hash} has the focus`);
      check(await page.locator(`#${row}`).isVisible(), `${hash} is in sight`);
      await page.context().close();
    }
    const page = await open(name, { hash: `#${absent.toLowerCase()}` });
    same(await top(page).locator(".code").textContent(), absent, "the card of a figure that is in no table");
    same(await focused(page), await top(page).locator(".title").textContent(), "the card has the focus");
    await page.context().close();

    const reader = await open(name);
    await reader.fill("#find", absent);
    await reader.evaluate((to) => { location.hash = to; }, row.toUpperCase());
    await reader.waitForFunction((id) => document.activeElement.id === id, row);
    await reader.evaluate((to) => { location.hash = to; }, absent);
    await reader.waitForFunction((code) => document.querySelector("#found .code")?.textContent === code, absent);
    await reader.goBack();
    await reader.waitForFunction((id) => document.activeElement.id === id, row);
    await reader.goBack();
    await reader.waitForFunction(() => location.hash === "");
    await reader.evaluate(() => { location.hash = "R-0000-0000"; });
    await reader.waitForFunction(() => document.querySelector(".seen").textContent.startsWith("No figure here has the code R-0000-0000"));
  },

  async "tables as text, CSV and HTML"(name) {
    const page = await open(name);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    const cells = await page.evaluate(() => {
      const table = document.querySelector("figure table");
      return [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent));
    });
    const acts = page.locator("figure .scroll + .acts").first();
    await acts.getByRole("button", { name: /^as text/ }).click();
    const lines = (await clipboard(page)).split("\n").map((line) => line.split("\t"));
    same(lines.length, cells.length, "lines of the table");
    check(lines.every((line) => line.length === lines[0].length), "lines of one length");
    same(lines.at(-1).join("|"), cells.at(-1).join("|"), "last line of the table");
    await acts.getByRole("button", { name: /^as CSV/ }).click();
    const rows = (await clipboard(page)).replaceAll("\r", "");
    same(rows.split("\n").filter(Boolean).length, cells.length, "records of the table");
    await acts.getByRole("button", { name: /^for Word/ }).click();
    await page.getByText("Copied the table for Word or Excel.").first().waitFor();
    const html = await page.evaluate(async () => (await (await navigator.clipboard.read())[0].getType("text/html")).text());
    const back = await page.evaluate((text) => { const table = new DOMParser().parseFromString(text, "text/html").querySelector("table"); return [table.rows.length, table.tHead?.rows.length, table.rows[table.rows.length - 1].textContent]; }, html);
    same(JSON.stringify(back), JSON.stringify([cells.length, 1, cells.at(-1).join("")]), "the table as HTML");
  },

  async "charts as files"(name) {
    const page = await open(name);
    const total = await page.locator("figure .notes .acts").count();
    same(total, await page.locator("figure").count(), "charts with buttons");
    const acts = page.locator("figure .notes .acts").first();
    const saved = async (kind) => {
      const [download] = await Promise.all([page.waitForEvent("download"), acts.getByRole("button", { name: new RegExp(`^as ${kind}`) }).click()]);
      return [download.suggestedFilename(), readFileSync(await download.path())];
    };
    const title = await page.locator("figure h3").first().textContent();
    const [svg_name, svg] = await saved("SVG");
    const text = svg.toString("utf8");
    check(/^r-[0-9a-z]{4}-[0-9a-z]{4}\.svg$/.test(svg_name), svg_name);
    check(text.startsWith("<svg") && text.includes(`<title id="title">${title.replaceAll("&", "&amp;")}</title>`) && !text.includes("var(--"), "the SVG stands alone");
    const [png_name, png] = await saved("PNG");
    check(/\.png$/.test(png_name), png_name);
    same(png.readUInt32BE(16), 1440, "width of the picture");
    if (shots) { 
      writeFileSync(resolve(shots, "chart.png"), png);
      writeFileSync(resolve(shots, "chart.svg"), svg);
    }
  },

  async "copying without the clipboard of a secure page"(name) {
    const page = await open(name, { before: () => { Object.defineProperty(navigator, "clipboard", { value: undefined }); } });
    await page.fill("#find", "R-BBT0-E526");
    const real = (type) => page.evaluate(async (type) => {
      const own = Object.getOwnPropertyDescriptor(Navigator.prototype, "clipboard").get.call(navigator);
      return (await (await own.read())[0].getType(type)).text();
    }, type);
    await top(page).getByRole("button", { name: /^sentence/ }).click();
    await page.getByText("Copied: Peer Specialist").waitFor();
    check((await real("text/plain")).startsWith("Peer Specialist"), "the older way copies");
    await page.evaluate(() => document.querySelector("figure details").setAttribute("open", ""));
    await page.locator("figure .scroll + .acts").first().getByRole("button", { name: /^for Word/ }).click();
    await page.getByText("Copied the table for Word or Excel.").first().waitFor();
    check((await real("text/html")).includes("<table"), "the older way copies HTML");
  },

  async "copying by hand where nothing else is allowed"(name) {
    const page = await open(name, { before: () => { Object.defineProperty(navigator, "clipboard", { value: undefined }); document.execCommand = () => false; } });
    await page.fill("#find", "R-BBT0-E526");
    await top(page).getByRole("button", { name: /^sentence/ }).click();
    const box = top(page).locator("textarea");
    await box.waitFor();
    const chosen = await box.evaluate((own) => own.value.slice(own.selectionStart, own.selectionEnd));
    check(chosen.startsWith("Peer Specialist FTEs per team ranged") && (await box.evaluate((own) => own === document.activeElement)), "the text is selected in a box");
  },

  async "400% zoom and narrow windows"(name) {
    // 1280 px at 400% are 320 px
    const page = await open(name, { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
    const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check((await sideways()) <= 0, `sideways by ${await sideways()} px`);
    await page.fill("#find", "recovery capital years in recovery");
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    check((await sideways()) <= 0, `sideways by ${await sideways()} px with results`);
    const small = await page.evaluate(() => [...document.querySelectorAll("#all-figures button, #all-figures select, #all-figures input, #all-figures a, .acts button")].filter((part) => { const { width, height } = part.getBoundingClientRect(); return width > 0 && (width < 24 || height < 24); }).map((part) => part.textContent));
    check(small.length === 0, `targets under 24 px: ${small.slice(0, 5)}`);
  },

  async "print"(name) {
    const page = await open(name);
    await page.fill("#find", "visits");
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const seen = await page.evaluate(() => ({
      tools: [...document.querySelectorAll(".explorer, .acts")].filter((part) => part.getClientRects().length > 0).length,
      shut: document.querySelectorAll("details:not([open])").length,
      heads: [...document.querySelectorAll("thead")].every((head) => getComputedStyle(head).display === "table-header-group"),
      cut: [...document.querySelectorAll(".chart")].filter((chart) => getComputedStyle(chart).breakInside !== "avoid").length,
    }));
    same(JSON.stringify(seen), JSON.stringify({ tools: 0, shut: 0, heads: true, cut: 0 }), "on paper");
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    check((await page.locator("details[open]").count()) === 0, "triangles are shut again");
    await page.emulateMedia({ media: null });
    const pdf = await page.pdf({ format: "A4", printBackground: false, ...(shots ? { path: resolve(shots, "explorer-print.pdf") } : {}) });
    check(pdf.length > 100_000, "the print has pages");
  },

  async "the page's policy lets nothing out and no other script in"(name) {
    const context = await browser.newContext({ offline: false });
    const page = await context.newPage();
    await page.goto(address);
    const refused = await page.evaluate(async () => {
      const refused = [];
      addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
      await fetch("https://recovista.invalid/").catch(() => {});
      const add = (name, fill) => document.body.append(Object.assign(document.createElement(name), fill));
      add("img", { src: "https://recovista.invalid/a.png" });
      add("script", { src: "https://recovista.invalid/a.js" });
      add("script", { textContent: "window.strange = true" });
      add("iframe", { src: "https://recovista.invalid/" });
      await new Promise((done) => setTimeout(done, 300));
      return { refused: refused.sort().join(), strange: window.strange };
    });
    same(JSON.stringify(refused), JSON.stringify({ refused: "connect-src,frame-src,img-src,script-src-elem,script-src-elem" }), "what the policy refuses");
  },

  async "without a script the page reads as before"(name) {
    const page = await open(name, { javaScriptEnabled: false });
    same(await page.locator("#all-figures").isVisible(), false, "the search without a script");
    same(await page.locator("button:visible, input:visible").count(), 0, "controls without a script");
    same(await page.getByText("Main points").isVisible(), true, "main points without a script");
  },

  async "no violation in any theme, closed and open"(name) {
    for (const [width, colorScheme, query] of [[1280, "light", "recovery capital"], [1280, "dark", "race"], [320, "light", "race"], [390, "dark", "people boston"], [1280, "light", ""]]) {
      const page = await open(`${name} ${width} ${colorScheme}`, { viewport: { width, height: 900 }, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
      if (query) {
        await page.fill("#find", query);
        await top(page).getByRole("button", { name: /^sentence/ }).click();
        await page.waitForTimeout(100);
      } else {
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      }
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      for (const { id, help, nodes } of violations) faults.push(`${width} ${colorScheme} ${query}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
      if (shots) {
        await page.evaluate(() => { document.getElementById("said").textContent = ""; document.getElementById("all-figures").scrollIntoView(); });
        await page.screenshot({ path: resolve(shots, `explorer-${width}-${colorScheme}-${query ? "results" : "open"}.png`) });
      }
      await page.context().close();
    }
  },

  async "the first results are there at once"(name) {
    const page = await open(name);
    const times = await page.evaluate(() => {
      const input = document.getElementById("find");
      input.focus();
      return ["r", "re", "recovery", "recovery capital boston", "median fte", "40.2%", "women"].map((query) => {
        const start = performance.now();
        input.value = query;
        input.dispatchEvent(new Event("input"));
        return performance.now() - start;
      });
    });
    check(Math.max(...times) < 500, `slow: ${times.map(Math.round)}`);
    console.log(`search: first ${times[0].toFixed(0)} ms, then ${times.slice(1).map((time) => time.toFixed(0)).join(", ")} ms`);
  },
};

for (const [name, run] of Object.entries(tests)) {
  const before = faults.length;
  try {
    await run(name);
  } catch (error) {
    faults.push(`${name}: ${error.message.split("\n").slice(0, 3).join(" ")}`);
  }
  for (const context of browser.contexts()) await context.close();
  console.log(`${faults.length === before ? "ok  " : "FAIL"} ${name}`);
}
await browser.close();
if (faults.length > 0) {
  console.error(faults.slice(0, 40).join("\n"));
  console.error(`${faults.length} faults`);
  process.exit(1);
}
