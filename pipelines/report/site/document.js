// One document: the raw text beside the cleaned one, paragraph by paragraph, with every edit in its place.
"use strict";

const Edits = { MOST: 400 };

// Offsets count code points; most texts have one unit for each, so that they can be cut as they are.
Edits.slicer = (text) => {
  if (!/[\ud800-\udfff]/.test(text)) return { length: text.length, slice: (start, end) => text.slice(start, end) };
  const all = Array.from(text);
  return { length: all.length, slice: (start, end) => all.slice(start, end).join("") };
};

// The outermost edits that were applied, in order: they decide what becomes of the text.
Edits.roots = (edits) => {
  const applied = edits.filter((edit) => edit.action !== "annotate").sort((a, b) => a.start - b.start || b.end - a.end);
  const roots = [];
  for (const edit of applied) {
    const last = roots[roots.length - 1];
    if (last && last.start <= edit.start && edit.end <= last.end && edit.start < last.end) last.inner.push(edit);
    else { edit.inner = []; roots.push(edit); }
  }
  return roots;
};

// The raw text from the cleaned one and the edits.
Edits.undo = (text, roots) => {
  const cleaned = Edits.slicer(text);
  const out = [];
  let position = 0, raw = 0;
  for (const edit of roots) {
    const kept = edit.start - raw;
    out.push(cleaned.slice(position, position + kept), edit.before);
    position += kept + Edits.slicer(edit.after || "").length;
    raw = edit.end;
  }
  out.push(cleaned.slice(position, cleaned.length));
  return out.join("");
};

// Cut the raw text wherever an edit begins or ends, and behind line ends.
Edits.cuts = (raw, edits) => {
  const text = Edits.slicer(raw);
  const places = new Set([0, text.length]);
  for (const edit of edits) { places.add(edit.start); places.add(edit.end); }
  let offset = 0;
  for (const line of raw.split(/(?<=\n)(?!\n)/)) { offset += Edits.slicer(line).length; places.add(offset); }
  return { text, places: [...places].filter((place) => place <= text.length).sort((a, b) => a - b) };
};

Edits.mark = (edit, text, tag, isOuter = false) => {
  const isBlank = !(text.textContent ?? text).trim();
  return el(tag, { class: `${edit.action}${isOuter ? " outer" : ""}${isBlank ? " blank" : ""}${edit.confidence === "high" ? "" : " doubtful"}`, "data-n": edit.number }, text);
};

Edits.noted = (notes, text) => notes.reduce((inner, note) => el("mark", { class: `annotate${note.confidence === "low" ? " doubtful" : ""}`, "data-n": note.number }, inner), text);

// What stands in the cleaned text for one piece of the raw text, which the edits in `around` hold, outermost first.
Edits.cleaned = (around, piece, start, notes, before) => {
  const [root] = around;
  if (!root) return [Edits.noted(notes, piece)];
  const move = around.findLast((edit) => edit.action === "move");
  if (!move) return start === root.start && root.after ? [Edits.mark(root, root.after, "ins")] : [];
  const innermost = around.at(-1);
  const kept = innermost.action === "move" ? piece : innermost.start === start ? innermost.after || "" : "";
  if (before instanceof Element && before.dataset.n === String(move.number)) { before.append(kept); return []; }
  const label = start === move.start ? [el("b", {}, plain(move.field || "moved")), " "] : [];
  return kept.trim() || label.length ? [el("span", { class: "moved", "data-n": move.number }, ...label, kept), " "] : [];
};

// Rows of (raw, cleaned), one for each line of the raw text.
Edits.rows = (raw, edits, roots) => {
  const { text, places } = Edits.cuts(raw, edits);
  const notes = edits.filter((edit) => edit.action === "annotate");
  const rows = [];
  let row = null, next = 0, nextNote = 0, open = [];
  const begin = () => { row = { raw: [], cleaned: [], plain: true, text: "" }; rows.push(row); };
  begin();
  for (let index = 0; index < places.length; index += 1) {
    const start = places[index];
    while (next < roots.length && (roots[next].end < start || (roots[next].end === start && roots[next].start < start))) next += 1;
    while (next < roots.length && roots[next].start === start && roots[next].end === start) {
      if (roots[next].after) { row.cleaned.push(Edits.mark(roots[next], roots[next].after, "ins")); row.plain = false; }
      next += 1;
    }
    if (index + 1 === places.length) break;
    const end = places[index + 1];
    const piece = text.slice(start, end);
    const root = next < roots.length && roots[next].start <= start && roots[next].end >= end ? roots[next] : null;
    const around = root ? [root, ...root.inner.filter((edit) => edit.start <= start && end <= edit.end)] : [];
    while (nextNote < notes.length && notes[nextNote].start <= start) { open.push(notes[nextNote]); nextNote += 1; }
    open = open.filter((note) => note.end > start);
    const isLast = piece.endsWith("\n") && end < text.length;
    const shown = isLast ? piece.replace(/\n+$/, "") : piece;
    const marked = around.reduceRight((inner, edit, depth) => Edits.mark(edit, inner, edit.action === "move" ? "span" : "del", depth + 1 < around.length), shown);
    row.raw.push(Edits.noted(open, marked));
    row.cleaned.push(...Edits.cleaned(around, shown, start, open, row.cleaned.at(-1) === " " ? row.cleaned.at(-2) : row.cleaned.at(-1)));
    row.text += piece;
    if (root || open.length) row.plain = false;
    if (isLast) begin();
  }
  return rows.filter((each) => each.text.trim() || each.cleaned.some((part) => (part.textContent || part).trim()));
};

Edits.read = async (document, place) => {
  if (!place.edits) return [];
  const file = await Report.load(Report.file("edits", place.file));
  const own = file.id.indexOf(place.id);
  const edits = [];
  const said = ([values, numbers], row) => (numbers[row] < 0 ? null : values[numbers[row]]);
  for (let row = file.from[own]; own >= 0 && row < file.from[own + 1]; row += 1) {
    const [rule, kind, action, confidence, field] = Report.overview.kinds[file.kind[row]];
    edits.push({ number: edits.length + 1, rule, kind, action, confidence, field, start: file.start[row], end: file.start[row] + file.size[row], before: file.before[row],
      after: said(file.after, row), suggestion: said(file.suggestion, row), term: said(file.source_term, row) });
  }
  return edits;
};

Edits.deed = (edit) => {
  const quote = (text) => (text.trim() ? `“${shorten(text.trim(), 160)}”` : text.includes("\n") ? "line break" : text ? "blank" : "nothing");
  if (edit.action === "move") return `${quote(edit.before)} → ${plain(edit.field || "")}`;
  if (edit.action === "delete") return `${quote(edit.before)} removed`;
  if (edit.action === "redact") return `masked as ${edit.after}`;
  if (edit.action === "replace") return `${quote(edit.before)} → ${quote(edit.after || "")}`;
  return `${quote(edit.before)}${edit.suggestion ? `: perhaps “${edit.suggestion}”` : ": needs a look"}`;
};

// Choosing an edit shows all of its marks, and its rule with its reason.
Edits.chooser = (edits, why, panel, page) => {
  const shown = edits.filter((edit) => edit.before.trim() || (edit.after || "").trim());
  let current = null;
  const choose = (wanted, scroll = true) => {
    for (const mark of page.querySelectorAll(".chosen")) mark.classList.remove("chosen");
    current = edits[wanted - 1];
    const marks = [...page.querySelectorAll(`[data-n="${wanted}"]`)];
    for (const mark of marks) mark.classList.add("chosen");
    const seen = marks.find((mark) => mark.getClientRects().length);
    if (scroll && seen) seen.scrollIntoView({ block: "center" });
    panel.replaceChildren(
      el("p", {}, el("b", {}, `${number(wanted)} of ${number(edits.length)} `), Edits.deed(current), current.term ? el("span", { lang: "zh" }, ` 〔${current.term}〕`) : null),
      el("p", { class: "dim" }, el("a", { href: Report.link("rules", current.rule) }, current.rule), ` · ${plain(current.kind)} · ${current.action} · ${current.confidence} confidence`),
      why.get(current.rule) ? el("p", { class: "dim" }, why.get(current.rule)) : "");
  };
  const step = (by) => () => {
    if (!shown.length) return;
    const here = current ? shown.findIndex((edit) => edit.number >= current.number) : -1;
    const next = current ? (here < 0 ? shown.length - 1 : here) + by : by > 0 ? 0 : shown.length - 1;
    choose(shown[Math.min(shown.length - 1, Math.max(0, next))].number);
  };
  page.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-n]");
    if (mark) choose(Number(mark.dataset.n), false);
  });
  return { choose, step };
};

Edits.fields = (document) => {
  const list = (value) => (Array.isArray(value) ? value.join("; ") : value);
  const rows = [["Id", document.id], ["Source", document.source], ["Further headlines", document.subtitles], ["Published", [document.published_date, document.published_time].filter(Boolean).join(" ")],
    ["Dateline", [document.dateline_place, document.dateline_date].filter(Boolean).join(", ")], ["Outlet", document.outlet], ["Reporters", document.reporters], ["Editors", document.editors],
    ["Photographers", document.photographers], ["Captions", document.captions], ["Language", document.language], ["Copy of", document.duplicate_group]];
  return el("dl", { class: "fields" }, ...rows.filter(([, value]) => list(value)).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, list(value))]));
};

Report.views.set("document", async ([wanted]) => {
  const { documents, files } = Report.overview;
  const place = Number(wanted);
  if (!Number.isInteger(place) || place < 0 || place >= documents) return Report.nowhere();
  const row = await Documents.row(place);
  const file = Report.find(files.texts, place);
  const [texts, rules] = await Promise.all([Report.load(Report.file("texts", file)), Report.load("rules", true)]);
  const document = Object.fromEntries(Object.entries(texts).map(([name, values]) => [name, values[place - files.texts[file]]]));
  const edits = await Edits.read(document, row);
  const roots = Edits.roots(edits);
  const rows = Edits.rows(Edits.undo(document.text, roots), edits, roots);
  const why = new Map(rules.rows.map(([rule, , reason]) => [rule, reason]));
  const page = el("div", { class: "texts", role: "group", "aria-label": "Raw and cleaned text" },
    el("div", { class: "row head", "aria-hidden": "true" }, el("div", {}, "Raw"), el("div", {}, "Cleaned")),
    ...rows.map((each) => el("div", { class: each.plain ? "row same" : "row" },
      el("div", { class: "raw" }, each.plain ? null : el("span", { class: "hidden" }, "Raw: "), ...each.raw),
      el("div", { class: "cleaned" }, each.plain ? null : el("span", { class: "hidden" }, "Cleaned: "), ...each.cleaned))));
  const panel = el("div", { class: "chosen-edit", "aria-live": "polite" }, el("p", { class: "dim" }, edits.length ? "Choose a mark, or go through the edits." : "Nothing was changed or noted."));
  const { choose, step } = Edits.chooser(edits, why, panel, page);
  const button = (text, act) => { const made = el("button", { type: "button" }, text); made.addEventListener("click", act); return made; };
  const listed = (all) => all.map((edit) => {
    const go = button(String(edit.number), () => choose(edit.number));
    go.setAttribute("aria-label", `Show edit ${edit.number}`);
    return [go, Edits.deed(edit), el("a", { href: Report.link("rules", edit.rule) }, edit.rule), edit.action, edit.confidence];
  });
  const tableOf = (all) => table("Edits in the order of the raw text", ["No.", "What", "Rule", "Action", "Confidence"], listed(all));
  const list = el("details", {}, el("summary", {}, `${counted(edits.length, "edit")} as a table`));
  list.addEventListener("toggle", () => {
    if (list.children.length > 1) return;
    list.append(tableOf(edits.slice(0, Edits.MOST)));
    if (edits.length > Edits.MOST) { const more = button("Show the rest", () => { more.remove(); list.lastChild.replaceWith(tableOf(edits)); }); list.append(more); }
  });
  Report.keys.set("j", step(1));
  Report.keys.set("k", step(-1));
  Report.keys.set("u", Report.go("#/documents"));
  if (place > 0) Report.keys.set("[", Report.go(Report.link("document", place - 1)));
  if (place + 1 < documents) Report.keys.set("]", Report.go(Report.link("document", place + 1)));
  const kinds = [["delete", "removed"], ["replace", "written anew"], ["move", "moved to a column"], ["redact", "masked"], ["annotate", "only noted"]];
  return {
    title: document.title || document.id,
    parts: [
      el("p", { class: "dim" }, el("a", { href: "#/documents" }, "Documents"), ` · ${number(place + 1)} of ${number(documents)}`),
      el("h1", { class: "headline" }, document.title || el("i", {}, "No title")),
      el("p", { class: "dim" }, [row.date || "no date", row.outlet, counted(row.words, "word"), counted(row.edits, "edit"), `${row.rate.toFixed(1)} artefacts of language per 1,000 words`].filter(Boolean).join(" · ")),
      el("details", { class: "about" }, el("summary", {}, "What the text says of itself"), Edits.fields(document)),
      el("p", { class: "legend" }, ...kinds.flatMap(([kind, text]) => [el("span", { class: kind }, text), " "])),
      page,
      edits.length ? el("section", { class: "panel", "aria-label": "Chosen edit" }, el("div", { class: "buttons" }, button("← Previous", step(-1)), button("Next →", step(1))), panel) : panel,
      edits.length ? list : null,
    ].filter(Boolean),
  };
});
