// The list of documents: searched, filtered and paged here, from lists that load when they are needed.
"use strict";

const Documents = { SIZE: 50, lists: [], folded: [] };

Documents.load = async (file) => {
  if (!Documents.lists[file]) {
    const list = await Report.load(Report.file("lists", file), true);
    Documents.lists[file] = list;
    Documents.folded[file] = list.id.map((id, row) => Documents.fold(`${list.title[row]} ${id}`));
  }
  return Documents.lists[file];
};

Documents.fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

Documents.row = async (place) => {
  const { rows } = Report.overview.files;
  const list = await Documents.load(Math.floor(place / rows));
  const row = place % rows;
  const outlet = list.outlet[row];
  return { place, id: list.id[row], title: list.title[row], date: list.date[row], words: list.words[row], edits: list.edits[row],
    rate: list.rate[row], file: list.file[row], outlet: outlet < 0 ? null : list.outlets[outlet] };
};

Documents.ORDERS = {
  date: ["Oldest first", null],
  newest: ["Newest first", (a, b) => b - a],
  rate: ["Most artefacts of language", (a, b, of) => of("rate", b) - of("rate", a) || a - b],
  edits: ["Most edits", (a, b, of) => of("edits", b) - of("edits", a) || a - b],
  words: ["Longest", (a, b, of) => of("words", b) - of("words", a) || a - b],
};

// The places of the documents that are asked for, in the order asked for.
Documents.choose = async (wanted) => {
  const { files, documents } = Report.overview;
  const isAll = !wanted.q && !wanted.year && !wanted.outlet && !wanted.rate;
  if (isAll && wanted.order === "date") return { length: documents, at: (index) => index };
  if (isAll && wanted.order === "newest") return { length: documents, at: (index) => documents - 1 - index };
  const words = Documents.fold(wanted.q).split(/\s+/).filter(Boolean);
  const [least, most] = wanted.rate.split("-").map((each) => (each === "" ? Infinity : Number(each)));
  const found = [];
  for (let file = 0; file < files.lists; file += 1) {
    if (!Documents.lists[file]) Report.say(`Reading the list of documents: ${Math.round((100 * file) / files.lists)} %`);
    const list = await Documents.load(file);
    const outlet = wanted.outlet ? list.outlets.indexOf(wanted.outlet) : -1;
    if (wanted.outlet && outlet < 0) continue;
    for (let row = 0; row < list.id.length; row += 1) {
      if (wanted.outlet && list.outlet[row] !== outlet) continue;
      if (wanted.year && (wanted.year === "none" ? list.date[row] !== null : (list.date[row] || "").slice(0, -6) !== wanted.year)) continue;
      if (wanted.rate && !(list.rate[row] >= least && list.rate[row] < (most === undefined ? Infinity : most))) continue;
      if (!words.every((word) => Documents.folded[file][row].includes(word))) continue;
      found.push(file * files.rows + row);
    }
  }
  const order = Documents.ORDERS[wanted.order][1];
  const of = (name, place) => Documents.lists[Math.floor(place / files.rows)][name][place % files.rows];
  if (order) found.sort((a, b) => order(a, b, of));
  return found;
};

Documents.RATES = [["", "Any"], ["0-0.05", "None"], ["0.05-10", "Under 10"], ["10-30", "10 to 30"], ["30-60", "30 to 60"], ["60-", "60 and more"]];

Report.views.set("documents", async (parts, query) => {
  const facts = Report.overview;
  const wanted = Object.fromEntries(["q", "year", "outlet", "rate", "order"].map((name) => [name, query.get(name) || ""]));
  if (!Object.hasOwn(Documents.ORDERS, wanted.order)) wanted.order = "date";
  const chosen = await Documents.choose(wanted);
  const last = Math.max(1, Math.ceil(chosen.length / Documents.SIZE));
  const page = Math.min(last, Math.max(1, Number.parseInt(query.get("page"), 10) || 1));
  const rows = [];
  for (let index = (page - 1) * Documents.SIZE; index < Math.min(chosen.length, page * Documents.SIZE); index += 1) rows.push(await Documents.row(chosen.at(index)));
  const address = (more) => {
    const kept = Object.entries({ ...wanted, ...more }).filter(([name, value]) => value && !(name === "order" && value === "date"));
    return `#/documents${kept.length ? `?${new URLSearchParams(kept)}` : ""}`;
  };
  const select = (name, label, options) => el("label", {}, label, " ",
    el("select", { name }, ...options.map(([value, text]) => el("option", { value, selected: wanted[name] === value }, text))));
  const outlets = facts.outlets.map(([name, count]) => [name, `${name} (${number(count)})`]);
  if (wanted.outlet && !facts.outlets.some(([name]) => name === wanted.outlet)) outlets.unshift([wanted.outlet, wanted.outlet]);
  const years = facts.years.map(([year, count]) => [year.padStart(4, "0"), `${year} (${number(count)})`]);
  if (facts.undated) years.push(["none", `without a date (${number(facts.undated)})`]);
  const form = el("form", { class: "filters", role: "search", "aria-label": "Documents" },
    el("label", { class: "wide" }, "Title or id ", el("input", { type: "search", name: "q", value: wanted.q, autocomplete: "off", spellcheck: "false" })),
    select("year", "Year", [["", "Any"], ...years]),
    select("outlet", "Outlet", [["", "Any"], ...outlets]),
    select("rate", "Artefacts of language per 1,000 words", Documents.RATES),
    select("order", "Order", Object.entries(Documents.ORDERS).map(([value, [text]]) => [value, text])));
  const apply = () => {
    const next = address(Object.fromEntries(new FormData(form)));
    if (next !== location.hash) { Documents.focus = document.activeElement.name; Documents.caret = document.activeElement.selectionStart; location.replace(next); }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("change", apply);
  form.elements.q.addEventListener("input", () => { clearTimeout(Documents.timer); Documents.timer = setTimeout(apply, 200); });
  const listed = rows.map((row) => el("li", {},
    el("a", { href: Report.link("document", row.place) }, row.title || row.id),
    el("p", { class: "dim" }, [row.date || "no date", row.outlet, counted(row.words, "word"), counted(row.edits, "edit"), `${row.rate.toFixed(1)} artefacts of language per 1,000 words`].filter(Boolean).join(" · "))));
  const range = rows.length ? `, ${number((page - 1) * Documents.SIZE + 1)} to ${number((page - 1) * Documents.SIZE + rows.length)}` : "";
  Report.walk(".documents a");
  return {
    title: "Documents",
    parts: [el("h1", {}, "Documents"), form,
      el("p", { class: "dim", id: "found" }, `${number(chosen.length)} of ${number(facts.documents)} documents${range}`),
      rows.length ? el("ol", { class: "documents", start: (page - 1) * Documents.SIZE + 1 }, ...listed) : el("p", {}, "None is like that. ", el("a", { href: "#/documents" }, "Show all")),
      pages(chosen.length, Documents.SIZE, page, (next) => address({ page: next }))],
    after: () => {
      Report.say(`${counted(chosen.length, "document")} found`, false);
      const focused = query.has("search") ? "q" : Documents.focus;
      Documents.focus = null;
      if (focused && form.elements[focused]) {
        form.elements[focused].focus();
        if (focused === "q" && Number.isInteger(Documents.caret)) form.elements.q.setSelectionRange(Documents.caret, Documents.caret);
      }
    },
  };
});
