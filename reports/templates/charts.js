// A chart of the page in, a file of its own out: SVG, or PNG at twice the size, with title, notes and code in it.
const SVG = "http://www.w3.org/2000/svg";
const INK = "#1a1d21", SOFT = "#50575f", MARGIN = 12;

/** Breaks a text into lines that fit. */
function linesOf(text, font, width) {
  const measure = document.createElement("canvas").getContext("2d");
  measure.font = font;
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && measure.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line ? [...lines, line] : lines;
}

/** The chart of a figure as SVG text that stands alone, in the light colours. */
function chartFile(figure) {
  const drawing = figure.querySelector(".chart .wide svg").cloneNode(true);
  drawing.querySelectorAll("[style]").forEach((part) => part.removeAttribute("style"));
  const { width, height } = drawing.viewBox.baseVal;
  const family = drawing.getAttribute("font-family");
  const out = document.createElementNS(SVG, "svg");
  const put = (name, attributes, text) => {
    const element = out.appendChild(document.createElementNS(SVG, name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
  };
  let y = 10;
  const write = (text, size, weight, fill) => {
    for (const line of linesOf(text, `${weight} ${size}px ${family}`, width - 2 * MARGIN)) {
      y += size * 1.32;
      put("text", { x: MARGIN, y: y.toFixed(1), "font-size": size, "font-weight": weight, fill }, line);
    }
  };
  const words = (selector) => [...figure.querySelectorAll(selector)].map((part) => part.textContent.trim());
  put("title", { id: "title" }, words("figcaption h3").join(" "));
  put("desc", { id: "desc" }, drawing.querySelector("desc")?.textContent ?? "");
  put("rect", { width: "100%", height: "100%", fill: "#ffffff" });
  write(words("figcaption h3").join(" "), 16, 700, INK);
  write(words(".subtitle").join(" "), 12.5, 400, SOFT);
  // its words and its sheet are those of the whole file now
  drawing.querySelectorAll("title, desc, title + desc + rect").forEach((part) => part.remove());
  for (const name of ["role", "aria-labelledby", "xmlns"]) drawing.removeAttribute(name);
  y += 4;
  for (const [key, value] of Object.entries({ x: 0, y: y.toFixed(1), width, height })) drawing.setAttribute(key, value);
  out.append(drawing);
  y += height;
  for (const note of words(".notes > p:not(.acts)")) write(note.replace(/^Cite this chart as/, `${document.title} ·`), 11, 400, SOFT);
  const size = { width, height: Math.ceil(y + 14) };
  for (const [key, value] of Object.entries({ ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-labelledby": "title desc", "font-family": family, "stroke-linejoin": "round" })) out.setAttribute(key, value);
  return { text: new XMLSerializer().serializeToString(out), ...size };
}

/** The chart as a picture at twice its size. */
async function pictureOf({ text, width, height }) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = make("canvas", { width: String(2 * width), height: String(2 * height) });
  canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
  say(`Saved ${name}.`);
}

/** Gives every chart its buttons. */
function addChartButtons() {
  for (const figure of document.querySelectorAll("main figure")) {
    const notes = figure.querySelector(":scope > .notes");
    const name = (figure.querySelector(".notes a.code")?.textContent ?? "chart").toLowerCase();
    const of = `the chart “${figure.querySelector("h3")?.textContent ?? ""}”`;
    notes?.append(make("p", { class: "acts" }, make("span", {}, "Save chart "),
      button("as SVG", of, () => save(new Blob([chartFile(figure).text], { type: "image/svg+xml" }), `${name}.svg`)),
      button("as PNG", of, async () => save(await pictureOf(chartFile(figure)), `${name}.png`))));
  }
}
