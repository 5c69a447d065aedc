"use strict";
// Draws the report. Texts are hostile: everything goes through textContent, attributes or SVG text, never as markup.
(() => {
  const report = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 100, FEW = 10, SIGNS = { add: "+", delete: "−", modify: "~" };
  const NAMES = { add: "added", delete: "removed", modify: "changed" };
  const byId = (id) => document.getElementById(id);
  const number = (value) => value.toLocaleString("en-US");
  const many = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function draw(tag, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function card(title, isWide, place = "overview") {
    const section = make("section", isWide ? "card wide" : "card");
    section.append(make("h2", "", title));
    byId(place).append(section);
    return section;
  }

  // ---- overview

  function drawHead() {
    const step = report.is_equal ? "equal" : report.bump;
    byId("names").append(`${report.old.name} → ${report.new.name}`, make("span", "step", step));
    byId("reason").textContent = report.is_equal ? "Both say the same." : report.reason;
  }

  function drawCounts() {
    const section = card("Counts", true), numbers = make("dl", "numbers"), counts = report.counts;
    const shown = [["documents", `${number(report.old.documents)} → ${number(report.new.documents)}`]];
    for (const name of ["added", "removed", "changed", "renamed", "same"]) shown.push([name, number(counts[name])]);
    for (const [name, value] of shown) {
      const pair = make("div");
      pair.append(make("dt", "", name), make("dd", "", value));
      numbers.append(pair);
    }
    section.append(numbers);
    const moved = report.distribution.filter((row) => row.is_notable).length;
    if (!moved) return;
    const link = make("button", "moved-link", `◆ ${many(moved, "number")} moved by more than noise`);
    link.type = "button";
    link.addEventListener("click", () => byId("distribution").scrollIntoView());
    section.append(link);
  }

  function drawSchema() {
    if (!report.schema.length) return;
    const table = make("table"), head = make("tr");
    for (const name of ["column", "change", "type"]) head.append(make("th", "", name));
    table.append(head);
    for (const change of report.schema) {
      const row = make("tr"), types = [change.old, change.new].filter(Boolean).join(" → ");
      for (const cell of [`${change.table}.${change.column}`, change.kind, types]) row.append(make("td", "", cell));
      table.append(row);
    }
    card("Schema", true).append(table);
  }

  function ranked(section, rows, select) {
    const list = make("ul", "ranked");
    for (const [name, count, examples] of rows) {
      const item = make("li"), button = make("button");
      button.type = "button";
      button.append(make("span", "", name), make("span", "count", many(count, "document")));
      button.addEventListener("click", () => { byId(select).value = name; filter(); byId("documents").scrollIntoView(); });
      item.append(button, ...examples.map(drawExample));
      list.append(item);
    }
    section.append(list);
  }

  function drawExample(example) {
    const line = make("p", "example", example.made === "new" ? "" : "no longer ");
    const [gone, arrow, come] = example.is_noted ? ["span", " noted, suggested: ", "span"] : ["del", " → ", "ins"];
    line.append(make(gone, "", visible(example.before)), arrow, make(come, "", visible(example.after || "")));
    const more = example.documents > 1 ? ` and ${number(example.documents - 1)} more` : "";
    line.append(make("span", "where", `${example.document_id}${more}`));
    return line;
  }

  const visible = (text) => text.replace(/\n/g, "↵").replace(/^ | $/g, "␣");

  function drawReasons() {
    const causes = report.causes.map((each) => [each.cause, each.documents, each.examples]);
    const fields = report.fields.map((each) => [each.field, each.documents, []]);
    if (causes.length) ranked(card("Causes"), causes, "cause");
    if (fields.length) ranked(card("Fields"), fields, "field");
  }

  // ---- charts

  const CHARTS = [
    ["year", "Documents by year"], ["outlet", "Documents by outlet"], ["words", "Words a document"],
    ["missing", "Documents that lack a value"], ["artefacts", "Artefacts of every class per 1,000 words"], ["rejects", "Rejects by reason"],
  ];

  function drawCharts() {
    for (const [measure, title] of CHARTS) {
      const rows = report.distribution.filter((row) => row.measure === measure);
      if (rows.length) drawChart(card(title, false, "distribution"), rows);
    }
  }

  function drawChart(section, rows) {
    const legend = make("p", "legend");
    for (const [kind, name] of [["old", report.old.name], ["new", report.new.name]]) {
      const swatch = draw("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }), label = make("span");
      swatch.append(draw("rect", { width: 10, height: 10, class: kind }));
      label.append(swatch, name);
      legend.append(label);
    }
    const most = Math.max(...rows.flatMap((row) => [row.old, row.new]), 1e-9), height = rows.length * 30;
    const svg = draw("svg", { viewBox: `0 0 420 ${height}`, role: "img", "aria-label": "old and new, side by side" });
    rows.forEach((row, index) => {
      const group = draw("g", { transform: `translate(0 ${index * 30})` });
      const name = row.value.length > 16 ? `${row.value.slice(0, 15)}…` : row.value;
      group.append(draw("title", {}, `${row.value}: ${number(row.old)} → ${number(row.new)}, z ${row.z}`));
      group.append(draw("text", { x: 122, y: 18, "text-anchor": "end" }, name));
      for (const [kind, y] of [["old", 4], ["new", 14]]) {
        const width = Math.max((row[kind] / most) * 160, row[kind] ? 1 : 0);
        group.append(draw("rect", { x: 130, y, width, height: 8, rx: 1, class: kind }));
      }
      const label = `${number(row.old)} → ${number(row.new)}${row.is_notable ? " ◆" : ""}`;
      group.append(draw("text", { x: 418, y: 18, "text-anchor": "end", class: row.is_notable ? "moved" : "soft" }, label));
      svg.append(group);
    });
    section.append(legend, svg);
    if (rows.some((row) => row.is_notable)) section.append(make("p", "note", "◆ moved by more than noise (|z| > 3)"));
  }

  // ---- documents

  const documents = report.documents;
  const haystacks = new Array(documents.length);
  let found = documents.map((_, index) => index), page = 0, current = -1;
  const open = new Set();

  function haystack(index) {
    if (haystacks[index] === undefined) {
      const each = documents[index];
      const words = each.text.filter((piece) => piece[0] !== "~").map((piece) => piece[1]).join("");
      const values = each.values.map((value) => `${value.old} ${value.new}`).join(" ");
      haystacks[index] = [each.document_id, each.other_id, each.title, each.causes.join(" "), words, values].join("\n").toLowerCase();
    }
    return haystacks[index];
  }

  function fill(select, first, names) {
    for (const name of ["", ...names]) {
      const option = make("option", "", name || first);
      option.value = name;
      select.append(option);
    }
    select.addEventListener("change", filter);
  }

  function filter() {
    const wanted = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const op = byId("op").value, cause = byId("cause").value, field = byId("field").value;
    found = [];
    documents.forEach((each, index) => {
      if (op && NAMES[each.op] !== op) return;
      if (cause && !each.causes.includes(cause)) return;
      if (field && !each.fields.includes(field)) return;
      if (wanted.every((word) => haystack(index).includes(word))) found.push(index);
    });
    page = 0;
    current = -1;
    open.clear();
    drawList();
  }

  function drawList() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE)), list = byId("list");
    list.replaceChildren(...found.slice(page * PAGE, (page + 1) * PAGE).map((index, at) => drawRow(index, page * PAGE + at)));
    const counts = report.counts, all = counts.added + counts.removed + counts.changed;
    const rest = documents.length < all ? `; the report holds ${number(documents.length)} of ${number(all)}` : "";
    byId("status").textContent = `${many(found.length, "document")}${rest}`;
    byId("page").textContent = `${page + 1} of ${number(pages)}`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = page >= pages - 1;
  }

  function drawRow(index, at) {
    const each = documents[index], item = make("li", each.op), row = make("div", "row");
    row.append(make("span", "sign", SIGNS[each.op]), make("span", "id", each.document_id), make("span", "title", each.title));
    const other = each.other_id ? [`renamed, other id ${each.other_id}`] : [];
    row.append(make("span", "why", [...other, ...each.causes].join(", ")));
    row.addEventListener("click", () => { current = at; toggle(); });
    item.append(row);
    if (at === current) item.classList.add("current");
    if (open.has(index)) item.append(drawDetail(each));
    return item;
  }

  function drawDetail(each) {
    const detail = make("div", "detail");
    if (each.op !== "modify") detail.append(make("p", "", `This document was ${NAMES[each.op]}.`));
    for (const value of each.values) {
      const words = make("p", "words");
      if (value.old !== null) words.append(make("del", "", show(value.old)), " ");
      if (value.new !== null) words.append(make("ins", "", show(value.new)));
      detail.append(make("h3", "", value.field), words);
    }
    if (each.text.length) detail.append(make("h3", "", "text"), drawWords(each.text));
    return detail;
  }

  const show = (value) => (Array.isArray(value) ? (value.length ? value.join(" · ") : "none") : value === "" ? "empty" : String(value));

  function drawWords(pieces) {
    const words = make("p", "words");
    for (const [op, text, cause] of pieces) {
      if (op === "=") words.append(text);
      else if (op === "~") words.append(make("span", "cut", ` … ${many(Number(text), "word")} … `));
      else {
        const mark = make(op === "-" ? "del" : "ins", "", text.replace(/\n/g, "↵\n"));
        if (cause) mark.title = cause;
        words.append(mark);
      }
    }
    return words;
  }

  function move(step) {
    if (!found.length) return;
    current = Math.min(found.length - 1, Math.max(0, current + step));
    page = Math.floor(current / PAGE);
    drawList();
    show_current();
  }

  function toggle() {
    const index = found[current];
    if (index === undefined) return;
    if (!open.delete(index)) open.add(index);
    drawList();
    show_current();
  }

  function show_current() {
    const item = document.querySelector("#list > .current");
    if (item) item.scrollIntoView({ block: "nearest" });
  }

  function leave() {
    if (document.activeElement === byId("search") && byId("search").value) { byId("search").value = ""; filter(); return; }
    if (open.size) { open.clear(); drawList(); return; }
    document.activeElement.blur();
    for (const id of ["search", "op", "cause", "field"]) byId(id).value = "";
    filter();
  }

  function turn(step) {
    page += step;
    current = -1;
    drawList();
    byId("documents").scrollIntoView();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = document.activeElement === byId("search");
    if (event.key === "Escape") { leave(); event.preventDefault(); }
    else if (event.key === "Enter" && isTyping) { document.activeElement.blur(); move(0); event.preventDefault(); }
    else if (isTyping || ["SELECT", "BUTTON"].includes(document.activeElement.tagName)) return;
    else if (event.key === "/") { byId("search").focus(); event.preventDefault(); }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "Enter") toggle();
  });

  let waiting = 0;
  byId("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  fill(byId("op"), "any change", ["changed", "added", "removed"]);
  fill(byId("cause"), "any cause", [...new Set(documents.flatMap((each) => each.causes))].sort());
  fill(byId("field"), "any field", [...new Set(documents.flatMap((each) => each.fields))].sort());
  drawHead();
  drawCounts();
  drawSchema();
  drawReasons();
  drawCharts();
  if (documents.length <= FEW) documents.forEach((each, index) => { if (each.op === "modify") open.add(index); });
  drawList();
})();
