// The search of all figures: words and filters in, cards to copy from out; and links to figures by their short codes.
const AT_FIRST = 8, FURTHER = 24;
const DAGGER = { [UNSTABLE]: "* unstable: few answers stand behind it", [NOT_ESTIMABLE]: "— could not be estimated", [HIDDEN]: "† too few people to show", [HIDDEN + 1]: "† hidden to protect another figure" };

/** The short code in an address or a query, in its plain form; letters that look like digits are read as digits. */
function codeIn(text) {
  let plain = text;
  try { plain = decodeURIComponent(text); } catch { /* not an address, then */ }
  const [, first, second] = /^\s*#?R-?([0-9A-Z]{4})-?([0-9A-Z]{4})\s*$/i.exec(plain) ?? [];
  return first && `R-${`${first}-${second}`.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1")}`;
}

/** Opens what holds an element, goes there and marks it. */
function reveal(element) {
  for (let around = element; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
  document.querySelectorAll(".sought").forEach((other) => other.classList.remove("sought"));
  element.classList.add("sought");
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: element.tagName === "FIGURE" ? "start" : "center" });
}

function startExplorer(section, data) {
  const input = section.querySelector("#find"), all = section.querySelector("#find-all");
  const list = section.querySelector("#found"), count = section.querySelector("#found-count");
  const filters = new Map();
  let figures, search, pinned, everything = false, results = [], last, speaking;

  const open = () => (figures ??= openFigures(JSON.parse(data.textContent)));
  const ready = () => (search ??= makeSearch(open()));
  const number = (n) => n.toLocaleString("en-US");

  /** A choice among groups; `test` takes a figure's position and the chosen value. */
  const filter = (name, label, options, test) => {
    const select = make("select", { id: `find-${name}` }, make("option", { value: "" }, "Any"), ...options);
    select.addEventListener("change", () => { pinned = undefined; show(); });
    section.querySelector("#find-filters").append(make("div", {}, make("label", { for: select.id }, label), select));
    filters.set(select, test);
  };
  const option = (value, label) => make("option", { value }, label);

  const addFilters = () => {
    open();
    filter("source", "Source", figures.data.datasets.map(([id, title]) => option(id, title)), (i, id) => figures.at("dataset", i) === id);
    const waves = figures.data.wave.is.filter((wave) => wave !== "").sort().reverse();
    if (waves.length > 0) filter("wave", "Wave", waves.map((wave) => option(wave, wave)), (i, wave) => figures.at("wave", i) === wave);
    const levels = new Map(figures.data.groupings.map(([group]) => [group, new Map()]));
    const uses = new Map();
    figures.data.groups.is.forEach((groups) => groups.forEach((own) => levels.get(own[0]).set(own[1], figures.shown(own))));
    figures.data.groups.of.forEach((place) => figures.data.groups.is[place].forEach(([group]) => uses.set(group, (uses.get(group) ?? 0) + 1)));
    const has = (i, chosen) => figures.at("groups", i).some(([group, level]) => `${group}=${level}` === chosen);
    const options = (group) => [...levels.get(group)].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([level, shown]) => option(`${group}=${level}`, shown));
    const [first, ...others] = [...figures.data.groupings].sort(([a], [b]) => (b === "region") - (a === "region") || uses.get(b) - uses.get(a));
    if (first) filter("first", first[1], options(first[0]), has);
    const rest = others.map(([group, heading]) => { const own = make("optgroup", { label: heading }); own.append(...options(group)); return own; });
    const none = option("none", "No group: everybody together");
    if (first) filter("others", others.length > 0 ? "Other groups" : "Groups", [none, ...rest], (i, chosen) => (chosen === "none" ? figures.at("groups", i).length === 0 : has(i, chosen)));
  };

  let chosen = [];
  const allowed = (i) => chosen.every(([value, test]) => test(i, value));

  /** What the search, the filters or a link ask for. */
  const look = () => {
    chosen = [...filters].filter(([select]) => select.value !== "").map(([select, test]) => [select.value, test]);
    if (pinned !== undefined) return { found: [pinned], told: `Figure ${figures.code(pinned)}` };
    const query = input.value.trim();
    const place = codeIn(query) && open().place(codeIn(query));
    if (place !== undefined) return { found: [place], told: "1 figure has this code" };
    const answer = query === "" ? undefined : ready()(query, allowed);
    if (answer) {
      const { found, whole } = answer;
      if (found.length === 0) return { found, told: "No figure answers. Try fewer or plainer words" + (chosen.length > 0 ? ", or fewer filters." : ".") };
      const best = whole === found.length || whole === 0 ? "" : `; ${number(whole)} ${whole === 1 ? "has" : "have"} every word`;
      return { found, told: `${number(found.length)} ${found.length === 1 ? "figure" : "figures, best first"}${best}` };
    }
    if (!everything && chosen.length === 0 && query === "") return { found: [], told: "" };
    const found = Array.from({ length: open().count }, (_, i) => i).filter(allowed);
    return { found, told: found.length === 0 ? "No figure is of all these groups." : `${number(found.length)} ${found.length === 1 ? "figure" : "figures"}` };
  };

  const card = (i) => {
    const code = figures.code(i), state = figures.state(i);
    const [value, interval, base, label] = [figures.at("value", i), figures.at("interval", i), figures.at("base", i), figures.text("label", i)];
    const sentence = figures.text("sentence", i), citation = figures.text("citation", i);
    const title = make("a", { href: `#${code}`, class: "title" }, label);
    const backing = [interval, base, DAGGER[state], figures.source(i)].filter(Boolean).join(" · ");
    const acts = make("p", { class: "acts" }, make("span", {}, "Copy "),
      button("sentence", `about ${label}`, (pressed) => copyFor(pressed, "the sentence", sentence)));
    if (value !== "") acts.append(button("number", `of ${label}`, (pressed) => copyFor(pressed, "the number", value)));
    acts.append(button("citation", `of ${label}`, (pressed) => copyFor(pressed, "the citation", citation)),
      button("link", `to ${label}`, (pressed) => copyFor(pressed, "the link", `${location.href.replace(/#.*/s, "")}#${code}`)),
      make("span", { class: "code" }, code));
    const item = make("li", { class: "card" }, make("h3", {}, title), make("p", { class: "value" }, value || (state >= HIDDEN ? "†" : "—")), make("p", { class: "backing" }, backing), acts);
    title.addEventListener("click", () => { last = code; if (codeIn(location.hash) === code) follow(); });
    return item;
  };

  const more = (from) => {
    const to = Math.min(results.length, from + (from === 0 ? AT_FIRST : FURTHER));
    const items = results.slice(from, to).map(card);
    const rows = list.querySelector("ol") ?? list.appendChild(make("ol", { role: "list" }));
    rows.append(...items);
    list.querySelector(".further")?.remove();
    if (to < results.length) {
      const next = button(`Show ${Math.min(FURTHER, results.length - to)} more`, `of ${number(results.length - to)}`, () => more(to));
      list.append(make("p", { class: "acts further" }, next));
    }
    if (from > 0) items[0]?.querySelector("a").focus();
  };

  /** Draws what is asked for now; says the number when typing has stopped. */
  const show = () => {
    const { found, told } = look();
    results = found;
    list.replaceChildren();
    if (results.length > 0) more(0);
    const active = told !== "";
    all.textContent = active ? "Close" : "Show all";
    all.setAttribute("aria-expanded", String(active));
    section.classList.toggle("active", active);
    clearTimeout(speaking);
    count.classList.toggle("empty", !active);
    count.firstChild?.remove();
    // seen at once, read out when typing has stopped
    seen.textContent = told;
    speaking = setTimeout(() => { count.textContent = told; }, 500);
  };
  const seen = make("p", { class: "seen", "aria-hidden": "true" });
  count.before(seen);
  count.classList.add("hidden");

  const close = () => {
    const was_pinned = pinned !== undefined;
    [pinned, everything, input.value] = [undefined, false, ""];
    for (const select of filters.keys()) select.value = "";
    if (was_pinned) history.pushState(null, "", location.pathname + location.search);
    show();
    input.focus();
  };

  /** Goes to the figure that the address names: its place on the page, or its card here. */
  const follow = () => {
    const code = codeIn(location.hash);
    if (code === undefined) {
      const back = pinned !== undefined || last !== undefined;
      if (pinned !== undefined) { pinned = undefined; show(); }
      if (back && location.hash === "") [...list.querySelectorAll("a.title")].find((title) => title.hash === `#${last}`)?.focus({ preventScroll: true });
      return;
    }
    const place = document.getElementById(code.toLowerCase());
    if (place) {
      if (pinned !== undefined) { pinned = undefined; show(); }
      reveal(place);
      return;
    }
    pinned = open().place(code);
    show();
    if (pinned === undefined) {
      seen.textContent = count.textContent = `No figure here has the code ${code}. It may be of another report.`;
      section.classList.add("active");
    }
    section.scrollIntoView({ block: "start" });
    (list.querySelector("a.title") ?? section).focus({ preventScroll: true });
  };

  const titles = () => [...list.querySelectorAll("a.title")];
  section.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (titles().length === 0 && input.value.trim() === "") { everything = true; show(); }
    titles()[0]?.focus();
  });
  input.addEventListener("input", () => { [pinned, everything] = [undefined, false]; show(); });
  all.addEventListener("click", () => {
    if (section.classList.contains("active")) return close();
    everything = true;
    show();
    return undefined;
  });
  section.addEventListener("keydown", (event) => {
    const here = titles(), at = here.indexOf(document.activeElement);
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: here.length - 1 }[event.key];
    if (event.key === "Escape") {
      if (document.activeElement === input || document.activeElement === all) close(); else input.focus();
      event.preventDefault();
    } else if (document.activeElement === input && event.key === "ArrowDown" && here.length > 0) {
      here[0].focus();
      event.preventDefault();
    } else if (at >= 0 && step !== undefined) {
      (step < 0 ? input : here[Math.min(step, here.length - 1)]).focus();
      event.preventDefault();
    }
  });
  addEventListener("hashchange", follow);
  section.hidden = false;
  document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });
  addFilters();
  follow();
  // the index is made while the reader reads, so that the first letter is answered at once
  (window.requestIdleCallback ?? setTimeout)(ready, { timeout: 3000 });
}

addTableButtons();
addChartButtons();

// Triangles are open on paper.
let shut = [];
addEventListener("beforeprint", () => {
  shut = [...document.querySelectorAll("details:not([open])")];
  shut.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => shut.forEach((details) => { details.open = false; }));

const explorer = document.getElementById("all-figures"), figuresData = document.getElementById("figures-data");
if (explorer && figuresData) startExplorer(explorer, figuresData);
