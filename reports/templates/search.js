// The figures of the page in, those that answer plain words out, the best first.
//
// Ranks as `recovista figures` does (src/display/search.rs): the same words that ask, the same words
// that mean the same, the same weights. Here accents do not matter either, and a number such as
// 40.2% or 1,474 is found where it stands.
const IN_LABEL = 3, IN_GROUPS = 1.5, IN_SENTENCE = 1;
const UNSTABLE = 1, NOT_ESTIMABLE = 2, HIDDEN = 3;

/** Opens the data that the report carries; texts are made when they are asked for. */
function openFigures(data) {
  const count = data.states.length;
  const at = (column, i) => data[column].is[data[column].of[i]];
  const code = (i) => `R-${data.codes.slice(8 * i, 8 * i + 4)}-${data.codes.slice(8 * i + 4, 8 * i + 8)}`;
  const shown = ([, level, label]) => label ?? level;
  const field = (i, mark) => {
    switch (mark) {
      case "~": return "~";
      case "v": return at("value", i);
      case "i": return at("interval", i);
      case "b": return at("base", i);
      case "w": return at("wave", i);
      case "l": return at("level", i);
      case "c": return code(i);
      case "L": return text("label", i);
      default: return shown(at("groups", i)[Number(mark)]);
    }
  };
  const text = (column, i) => at(column, i).replace(/~(.)/gsu, (_, mark) => field(i, mark));
  const source = new Map(data.datasets);
  const places = new Map();
  for (let i = 0; i < count; i += 1) places.set(code(i), i);
  return {
    // equal for figures that read the same but for their codes
    same: (i) => ["dataset", "wave", "level", "groups", "value", "interval", "base", "label", "sentence"].map((column) => data[column].of[i]).join(),
    data, count, at, code, field, text, shown,
    state: (i) => Number(data.states[i]),
    source: (i) => source.get(at("dataset", i)) ?? "",
    place: (wanted) => places.get(wanted),
  };
}

/** Small letters without accents. */
const folded = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Makes the function that takes a text to its telling words in their plainest form. */
function plainWords({ asking, same }) {
  const silent = new Set(asking);
  const plain = (word) => {
    if (silent.has(word)) return "";
    if (Object.hasOwn(same, word)) return same[word];
    const singular = word.slice(0, -1);
    return word.endsWith("s") && singular.length >= 4 && !singular.endsWith("s") && word !== "days" ? singular : word;
  };
  return (text) => (folded(text).match(/[\p{L}\p{N}]+/gu) ?? []).map(plain).filter((word) => word !== "");
}

/** Numbers of a text as they are compared: no sign, unit or thousands comma. */
const numbersIn = (text) => (text.match(/\d[\d.,]*\d|\d/g) ?? []).map((number) => `#${number.replaceAll(",", "")}`);

/** For every word the figures that have it, with the weight of the best place; for every figure the words of its label. Words are numbered. */
function indexFigures(figures, words) {
  const numbers = new Map(), texts = new Map(), patterns = new Map();
  const having = [], weights = [], best = [], latest = [];
  const number = (word) => {
    let own = numbers.get(word);
    if (own === undefined) {
      numbers.set(word, (own = having.length));
      having.push([]);
      weights.push([]);
      best.push(0);
      latest.push(-1);
    }
    return own;
  };
  const numbered = (text) => {
    let own = texts.get(text);
    if (own === undefined) texts.set(text, (own = words(text).map(number)));
    return own;
  };
  let seen = [];
  const add = (list, weight, i) => {
    for (const word of list) {
      if (latest[word] !== i) {
        latest[word] = i;
        best[word] = weight;
        seen.push(word);
      } else if (best[word] < weight) best[word] = weight;
    }
  };
  // a mark replaces whole words only, so the words of a pattern and those of its fields are the words of the text
  const pattern = (column, i) => {
    const text = figures.at(column, i);
    let known = patterns.get(text);
    if (known === undefined) {
      known = { own: numbered(text.replace(/~./gsu, " ")), marks: [...text.matchAll(/~([^~])/gsu)].map(([, mark]) => mark) };
      patterns.set(text, known);
    }
    const all = [...known.own];
    for (const mark of known.marks) all.push(...numbered(figures.field(i, mark)));
    return all;
  };
  const counts = new Map();
  const counted = (text) => {
    let own = counts.get(text);
    if (own === undefined) counts.set(text, (own = numbersIn(text).map(number)));
    return own;
  };
  const wave = number("wave"), labels = [];
  for (let i = 0; i < figures.count; i += 1) {
    seen = [];
    const label = pattern("label", i);
    labels.push(label);
    add(label, IN_LABEL, i);
    add(numbered(figures.at("variable", i)), IN_LABEL, i);
    add(numbered(figures.at("level", i)), IN_LABEL, i);
    add(numbered(figures.at("stat", i).slice(1)), IN_LABEL, i);
    add(counted(figures.at("value", i)), IN_LABEL, i);
    for (const [group, level] of figures.at("groups", i)) {
      add(numbered(level), IN_GROUPS, i);
      add(numbered(group), IN_SENTENCE, i);
    }
    if (figures.at("wave", i) !== "") {
      add(numbered(figures.at("wave", i)), IN_GROUPS, i);
      add([wave], IN_SENTENCE, i);
    }
    add(pattern("sentence", i), IN_SENTENCE, i);
    add(numbered(figures.at("dataset", i)), IN_SENTENCE, i);
    add(counted(figures.at("interval", i)), IN_SENTENCE, i);
    add(counted(figures.at("base", i)), IN_SENTENCE, i);
    for (const word of seen) {
      having[word].push(i);
      weights[word].push(best[word]);
    }
  }
  return { numbers, numbered, having, weights, labels };
}

/** Letters to add, drop, change or swap until one word is the other; more than `room` is all the same. */
function distance(a, b, room) {
  if (Math.abs(a.length - b.length) > room) return room + 1;
  let before = [], last = [], row = [];
  for (let j = 0; j <= b.length; j += 1) last[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    let least = (row[0] = i);
    for (let j = 1; j <= b.length; j += 1) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      if (row[j] < least) least = row[j];
    }
    if (least > room) return room + 1;
    [before, last, row] = [last, row, before];
  }
  return last[b.length];
}

/** Whether one of two words that are spelled alike is the other turned around: `employed` and `unemployed`. */
function areOpposites(one, other) {
  const turned = (long, short) => {
    const rest = /^(?:un|non)(.{4,})$/.exec(long)?.[1];
    return rest !== undefined && distance(rest, short, long.length) < distance(long, short, long.length);
  };
  return turned(one, other) || turned(other, one);
}

/** Makes the search: a query in, `{ found, whole }` out: positions best first, and how many have every word. */
function makeSearch(figures) {
  const words = plainWords(figures.data);
  const { numbers, numbered, having, weights, labels } = indexFigures(figures, words);
  const { latest } = figures.data;

  /** How close each figure comes to a word: itself, its beginning, or a near spelling. */
  const closeness = (asked) => {
    const close = new Float64Array(figures.count);
    const add = (word, factor, exact) => {
      for (let k = 0; k < (having[word]?.length ?? 0); k += 1) {
        const i = having[word][k], weight = factor * weights[word][k];
        if (!exact?.[i] && close[i] < weight) close[i] = weight;
      }
    };
    add(numbers.get(asked), 1);
    if (/^\d+$/.test(asked)) add(numbers.get(`#${asked}`), 1);
    if (asked.length <= 3 || /^[#\d]/.test(asked)) return close;
    // a near spelling counts only where no figure has the word itself
    const room = numbers.has(asked) ? 0 : asked.length <= 7 ? 1 : 2;
    const exact = Uint8Array.from(close, (weight) => (weight > 0 ? 1 : 0));
    for (const [known, word] of numbers) {
      if (known === asked || known.startsWith("#")) continue;
      const near = room > 0 && distance(known, asked, room) <= room && !areOpposites(known, asked);
      const factor = known.startsWith(asked) ? 0.8 : near ? 0.6 : 0;
      if (factor > 0) add(word, factor, exact);
    }
    return close;
  };

  /** What makes a figure narrower than the question: unasked groups, earlier waves, tests, hidden numbers. */
  const burden = (i, asked) => {
    const is = (word) => asked.has(word);
    const named = (text) => numbered(text).some(is);
    const wave = figures.at("wave", i), level = figures.at("level", i), stat = figures.at("stat", i);
    const of_wave = wave === "" ? -1 : numbers.get(wave.toLowerCase()) ?? -1;
    let burden = 0;
    for (const [group, own] of figures.at("groups", i)) if (!named(group) && !numbered(own).every(is)) burden += 3;
    for (const word of labels[i]) if (!is(word) && word !== of_wave) burden += 0.05;
    if (wave !== "" && wave !== latest && !named(wave)) burden += 0.6;
    if (level !== "" && !named(level) && stat[0] !== "q") burden += 0.8;
    if (figures.state(i) >= NOT_ESTIMABLE) burden += 4;
    if (stat[0] === "r" && !named(stat.slice(1))) burden += 0.7;
    return burden;
  };

  return (query, allowed) => {
    const exact = query.match(/\d[\d.,]*[.,]\d+|\d+(?=\s*%)|\$\s*\d+/g) ?? [];
    const rest = exact.reduce((text, number) => text.replace(number, " "), query);
    const asked = new Set([...words(rest), ...exact.flatMap(numbersIn)]);
    // labels speak of typical visits too, so only who asks for the typical one means the median
    if (asked.delete("typical")) asked.add("median");
    if (asked.size === 0) return undefined;
    const scores = new Float64Array(figures.count), hits = new Uint8Array(figures.count);
    let known_words = 0;
    const knows = new Uint8Array(figures.count);
    for (const word of asked) {
      const close = closeness(word);
      let known = 0;
      for (const weight of close) known += weight > 0 ? 1 : 0;
      known_words += known > 0 ? 1 : 0;
      const rarity = Math.log(1 + figures.count / (1 + known));
      for (let i = 0; i < figures.count; i += 1) {
        // a figure without waves is of the run's own time, which is that of the latest wave
        const weight = word === latest && figures.at("wave", i) === "" ? IN_LABEL : close[i];
        if (weight > 0) {
          scores[i] += weight * rarity;
          hits[i] += 1;
          knows[i] += known > 0 ? 1 : 0;
        }
      }
    }
    const asked_numbers = new Set([...asked].map((word) => numbers.get(word)).filter((word) => word !== undefined));
    let found = [];
    for (let i = 0; i < figures.count; i += 1) {
      if (hits[i] * 2 < asked.size || !allowed(i)) continue;
      scores[i] -= burden(i, asked_numbers);
      found.push(i);
    }
    // a figure that lacks a word that others know stands behind those that have all
    const whole = (i) => (knows[i] === known_words ? 1 : 0);
    found.sort((a, b) => whole(b) - whole(a) || scores[b] - scores[a] || a - b);
    // two analyses may tell the same figure in the same words: the reader sees it once
    const told = new Set();
    found = found.filter((i) => told.size < told.add(figures.same(i)).size);
    return { found, whole: found.filter((i) => hits[i] === asked.size).length };
  };
}
