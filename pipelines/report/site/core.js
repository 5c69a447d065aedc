// What all views share: data files, elements, routes, keys. Texts only ever become text nodes or attribute values.
"use strict";

const Report = {
  views: new Map(),
  keys: new Map(),
  overview: null,
  waiting: new Map(),
  kept: new Map(),

  // Called by each data file.
  put(name, value) {
    const entry = Report.waiting.get(name);
    if (entry) entry.resolve(value);
  },

  // Load a data file; those read last are kept, `always` for good.
  load(name, always = false) {
    const held = Report.kept.get(name);
    if (held) {
      Report.kept.delete(name);
      Report.kept.set(name, held);
      return held.promise;
    }
    const entry = { always };
    entry.promise = new Promise((resolve, reject) => {
      entry.resolve = resolve;
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onload = () => { script.remove(); Report.waiting.delete(name); };
      script.onerror = () => {
        script.remove();
        Report.waiting.delete(name);
        Report.kept.delete(name);
        reject(new Error(`data/${name}.js cannot be read: copy the whole folder of the report`));
      };
      Report.waiting.set(name, entry);
      document.head.append(script);
    });
    Report.kept.set(name, entry);
    Report.forget();
    return entry.promise;
  },

  forget() {
    const spare = [...Report.kept].filter(([, entry]) => !entry.always);
    for (const [name] of spare.slice(0, Math.max(0, spare.length - 12))) Report.kept.delete(name);
  },

  // The file of a row, by the first row of each file.
  find(starts, row) {
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= row) low = middle; else high = middle - 1;
    }
    return low;
  },

  file(folder, number) {
    return `${folder}/${String(number).padStart(4, "0")}`;
  },

  // Tell of work or trouble; what can be seen anyway is told only to those who listen.
  say(text, isSeen = true) {
    const status = document.getElementById("status");
    status.classList.toggle("quiet", !isSeen);
    status.textContent = text;
  },

  // Where we are: the parts of the path, and what was asked for.
  place() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    return { parts: path.split("/").filter(Boolean).map(Report.decode), query: new URLSearchParams(query) };
  },

  decode(text) {
    try { return decodeURIComponent(text); } catch { return text; }
  },

  link(...parts) {
    return `#/${parts.map((part) => encodeURIComponent(part)).join("/")}`;
  },

  // Show the view that the address names, in the place of the one before.
  async show() {
    if (location.hash === "#content") return;
    const { parts, query } = Report.place();
    const name = parts[0] || "overview";
    const turn = (Report.turn = (Report.turn || 0) + 1);
    Report.keys.clear();
    const main = document.getElementById("content");
    const isNew = Report.shown !== name || name !== "documents";
    try {
      const view = Report.views.get(name);
      const made = view ? await view(parts.slice(1), query) : Report.nowhere();
      if (turn !== Report.turn) return;
      main.replaceChildren(...made.parts);
      document.title = `${made.title} · ${Report.titled()}`;
      for (const link of document.querySelectorAll("nav a")) {
        const own = link.getAttribute("href").replace(/^#\/?/, "") || "overview";
        const isOwn = own === name || own === `${name}s`;
        if (isOwn) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
      }
      if (Report.shown !== undefined && isNew) {
        window.scrollTo(0, 0);
        main.focus({ preventScroll: true });
      }
      Report.shown = name;
      if (made.after) made.after();
    } catch (problem) {
      main.replaceChildren(el("h1", {}, "This cannot be shown"), el("p", {}, problem.message));
    }
    document.documentElement.dataset.view = name;
  },

  titled() {
    const { version, dataset } = Report.overview.release;
    return `${(dataset && (dataset.title || dataset.name)) || "dataset"} ${version}`;
  },

  nowhere() {
    return { title: "Not found", parts: [el("h1", {}, "There is no such view"), el("p", {}, el("a", { href: "#/" }, "To the overview"))] };
  },

  async start() {
    Report.overview = await Report.load("overview", true);
    document.getElementById("name").textContent = Report.titled();
    addEventListener("hashchange", Report.show);
    addEventListener("keydown", Report.onKey);
    document.getElementById("skip").addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("content").focus();
    });
    await Report.show();
  },

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const isTyping = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && isTyping) { event.preventDefault(); event.target.blur(); return; }
    if (isTyping) return;
    if (event.key === "/" && !document.querySelector("input[type=search]")) {
      event.preventDefault();
      location.hash = "#/documents?search";
      return;
    }
    const act = event.key === "/" ? () => document.querySelector("input[type=search]").focus() : Report.keys.get(event.key);
    if (act) { event.preventDefault(); act(); }
  },

  // j and k move through the links of a list.
  walk(selector) {
    const step = (by) => () => {
      const links = [...document.querySelectorAll(selector)];
      const here = links.indexOf(document.activeElement);
      const next = links[here < 0 && by < 0 ? links.length - 1 : Math.min(links.length - 1, Math.max(0, here + by))];
      if (next) next.focus();
    };
    Report.keys.set("j", step(1));
    Report.keys.set("k", step(-1));
  },

  go(address) {
    return () => { location.hash = address; };
  },
};

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function draw(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const number = (count) => count.toLocaleString("en");
const counted = (count, name) => `${number(count)} ${name}${count === 1 ? "" : "s"}`;
const share = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(1)} %` : "–");
const plain = (name) => name.replace(/[_-]/g, " ");
const shorten = (text, most) => { const all = [...text.slice(0, 2 * most)]; return all.length > most ? `${all.slice(0, most - 1).join("")}…` : text; };

// A table with a caption; a cell is a text or an element, `right` are the columns of numbers.
function table(caption, head, rows, right = []) {
  const cell = (tag, more) => (value, place) => el(tag, { ...more, class: right.includes(place) ? "number" : null }, value);
  const made = el("table", {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, ...head.map(cell("th", { scope: "col" })))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((value, place) => cell(place ? "td" : "th", place ? {} : { scope: "row" })(value, place))))));
  return el("div", { class: head.length < 3 ? "scroll narrow" : "scroll", tabindex: "0", role: "region", "aria-label": caption }, made);
}

// Numbers in the order of the columns: a row of buttons for pages.
function pages(count, size, current, address) {
  const last = Math.max(1, Math.ceil(count / size));
  const link = (page, text, key) => {
    if (page < 1 || page > last) return el("span", { class: "off" }, text);
    Report.keys.set(key, Report.go(address(page)));
    return el("a", { href: address(page) }, text);
  };
  return el("nav", { class: "pages", "aria-label": "Pages" },
    link(current - 1, "← Previous", "["), el("span", {}, ` Page ${number(current)} of ${number(last)} `), link(current + 1, "Next →", "]"));
}
