// Texts in, the clipboard filled out; where a browser does not allow it, a box with the text to copy by hand.
const said = document.getElementById("said");
const say = (text) => { said.textContent = ""; setTimeout(() => { said.textContent = text; }, 60); };

/** A new element with attributes and children; text is always text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A button whose name for screen readers says more than the eye needs. */
function button(label, more, act) {
  const element = make("button", { type: "button" }, label);
  if (more) element.append(make("span", { class: "hidden" }, ` ${more}`));
  element.addEventListener("click", () => act(element));
  return element;
}

/** Puts a text, and its HTML where there is one, on the clipboard. */
async function toClipboard(plain, html) {
  try {
    if (html && typeof ClipboardItem === "function") {
      const part = (type, text) => ({ [type]: new Blob([text], { type }) });
      await navigator.clipboard.write([new ClipboardItem({ ...part("text/html", html), ...part("text/plain", plain) })]);
    } else if (html) {
      return byEvent(plain, html);
    } else {
      await navigator.clipboard.writeText(plain);
    }
    return true;
  } catch {
    return byEvent(plain, html);
  }
}

/** The older way, which pages opened from a disk may need. */
function byEvent(plain, html) {
  const before = document.activeElement;
  const box = make("textarea", { class: "hidden", "aria-hidden": "true" });
  box.value = plain;
  document.body.append(box);
  box.select();
  let filled = false;
  const fill = (event) => {
    event.clipboardData.setData("text/plain", plain);
    if (html) event.clipboardData.setData("text/html", html);
    event.preventDefault();
    filled = true;
  };
  document.addEventListener("copy", fill, { once: true });
  let done = false;
  try { done = document.execCommand("copy"); } catch { done = false; }
  document.removeEventListener("copy", fill);
  box.remove();
  before?.focus({ preventScroll: true });
  return done && filled;
}

/** Copies for a button and says below its row of buttons what came of it. */
async function copyFor(pressed, what, plain, html) {
  const row = pressed.closest(".acts");
  const told = row.nextElementSibling?.matches(".copied") ? row.nextElementSibling : row.parentElement.insertBefore(make("div", { class: "copied" }), row.nextSibling);
  if (await toClipboard(plain, html)) {
    const first = plain.split("\n")[0];
    told.replaceChildren(make("p", { "aria-hidden": "true" }, html || plain.length > 400 ? `Copied ${what}.` : `Copied: ${first}`));
    say(`Copied ${what}.`);
    return;
  }
  const box = make("textarea", { readonly: "", rows: String(Math.min(6, plain.split("\n").length + 1)), "aria-label": `Text to copy: ${what}` });
  box.value = plain;
  told.replaceChildren(make("p", {}, "This browser does not let the page copy. The text is selected: press Ctrl+C, or ⌘C on a Mac."), box);
  box.focus();
  box.select();
}

/** The cells of a table as text, one list for each row; a cell over several columns is followed by empty ones. */
function cellsOf(table) {
  return [...table.rows].map((row) => [...row.cells].flatMap((cell) => {
    const unit = cell.querySelector(".unit")?.textContent ?? "";
    const text = unit ? `${cell.firstChild.textContent.trim()} (${unit})` : cell.textContent.trim();
    return [text, ...Array.from({ length: cell.colSpan - 1 }, () => "")];
  }));
}

const tabbed = (table) => cellsOf(table).map((cells) => cells.map((cell) => cell.replace(/\s+/g, " ")).join("\t")).join("\n");
const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const commas = (table) => `${cellsOf(table).map((cells) => cells.map(quoted).join(",")).join("\r\n")}\r\n`;

/** The notes that belong to a table, as lines. */
function notesOf(table) {
  const notes = table.closest("figure, details, .open")?.querySelector(":scope > .notes");
  const lines = [...(notes?.querySelectorAll(":scope > p:not(.acts)") ?? [])].map((line) => line.textContent.trim());
  return [...lines, document.querySelector(".colophon p")?.textContent.trim() ?? ""].filter((line) => line !== "");
}

/** The table with caption and notes as plain HTML that Word and Excel keep as a table. */
function forWord(table) {
  const copy = make("table", { width: "100%", cellspacing: "0", style: "border-collapse:collapse;width:100%" });
  for (const part of [table.tHead, ...table.tBodies]) {
    const own = copy.appendChild(make(part.tagName.toLowerCase()));
    for (const row of part.rows) {
      const line = own.appendChild(make("tr"));
      for (const cell of row.cells) {
        const right = cell.classList.contains("number") || cell.classList.contains("code") ? "text-align:right;white-space:nowrap;" : "text-align:left;";
        const rule = part === table.tHead ? "border-bottom:1pt solid #000;" : "border-bottom:0.5pt solid #bbb;";
        const own = make(cell.tagName.toLowerCase(), { style: `${right}${rule}padding:2pt 6pt;font-weight:${part === table.tHead || row.className === "total" || cell.className === "group" ? "bold" : "normal"}` });
        if (cell.colSpan > 1) own.colSpan = cell.colSpan;
        if (cell.scope) own.scope = cell.scope;
        const unit = cell.querySelector(".unit")?.textContent;
        own.textContent = unit ? `${cell.firstChild.textContent.trim()} (${unit})` : cell.textContent.trim();
        line.append(own);
      }
    }
  }
  const body = make("div", {}, make("p", {}, make("b", {}, table.caption?.textContent ?? "")), copy, ...notesOf(table).map((note) => make("p", { style: "font-size:9pt" }, note)));
  return body.innerHTML;
}

/** Gives every table its buttons. */
function addTableButtons() {
  for (const scroll of document.querySelectorAll("main .scroll")) {
    const table = scroll.querySelector("table");
    if (!table) continue;
    const of = `the table “${table.caption?.textContent ?? ""}”`;
    scroll.after(make("p", { class: "acts" }, make("span", {}, "Copy table "),
      button("for Word or Excel", of, (pressed) => copyFor(pressed, "the table for Word or Excel", tabbed(table), forWord(table))),
      button("as text", of, (pressed) => copyFor(pressed, "the table as text", tabbed(table))),
      button("as CSV", of, (pressed) => copyFor(pressed, "the table as CSV", commas(table)))));
  }
}
