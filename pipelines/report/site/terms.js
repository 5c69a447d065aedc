// Set phrases: how often, in which renderings, when, and in what contexts.
"use strict";

const Terms = {};

// Occurrences per 100,000 words in each period; null where there are no words.
Terms.rates = (words, counts) => words.map((all, period) => (all ? (100000 * (counts[period] || 0)) / all : null));

Terms.chart = (labels, rates, counts, name, wide, high) => {
  const most = Math.max(...rates.map((rate) => rate || 0), 0) || 1;
  const slot = wide / Math.max(1, rates.length);
  const bars = rates.map((rate, period) => {
    const tall = ((rate || 0) * (high - 2)) / most;
    return draw("rect", { x: (period * slot).toFixed(1), y: (high - tall).toFixed(1), width: Math.max(1, slot - (slot > 6 ? 2 : 0.5)).toFixed(1), height: tall.toFixed(1) },
      draw("title", {}, `${labels[period]}: ${counts[period] || 0}`));
  });
  const peak = rates.indexOf(most);
  const words = labels.length ? `${name}, from ${labels[0]} to ${labels.at(-1)}; most in ${labels[peak] || labels[0]}` : `${name}: no dates`;
  return draw("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", "aria-label": words, class: "bars", preserveAspectRatio: "none" }, ...bars,
    draw("line", { x1: 0, x2: wide, y1: high - 0.5, y2: high - 0.5 }));
};

Report.views.set("terms", async ([wanted], query) => {
  const all = await Report.load("terms", true);
  if (wanted !== undefined) return Terms.one(all, wanted);
  const q = Documents.fold(query.get("q") || "");
  const chosen = all.rows.filter((row) => !q || Documents.fold(`${row[0]} ${row[1]} ${row[2]} ${row[3]} ${row[6].map(([surface]) => surface).join(" ")}`).includes(q));
  const page = Math.max(1, Number.parseInt(query.get("page"), 10) || 1);
  const size = 60;
  const input = el("input", { type: "search", name: "q", value: query.get("q") || "", autocomplete: "off", spellcheck: "false" });
  const form = el("form", { class: "filters", role: "search", "aria-label": "Terms" }, el("label", { class: "wide" }, "Term, Chinese or rendering ", input));
  const address = (text, next) => { const kept = Object.entries({ q: text, page: next > 1 ? next : "" }).filter(([, value]) => value); return `#/terms${kept.length ? `?${new URLSearchParams(kept)}` : ""}`; };
  const apply = () => { Terms.focus = true; Terms.caret = input.selectionStart; location.replace(address(input.value, 1)); };
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  input.addEventListener("input", () => { clearTimeout(Terms.timer); Terms.timer = setTimeout(apply, 200); });
  Report.walk("tbody a");
  return {
    title: "Terms",
    parts: [el("h1", {}, "Terms"),
      el("p", { class: "lead" }, `Set phrases and institutions as the cleaned texts have them${all.labels.length ? `; the small charts show how often each occurs per 100,000 words, from ${all.labels[0]} to ${all.labels.at(-1)}` : ""}.`),
      form, el("p", { class: "dim", id: "found" }, `${number(chosen.length)} of ${number(all.rows.length)} terms`),
      chosen.length ? table("Terms by number of occurrences", ["Term", "Chinese", "Over time", "Occurrences", "Documents", "Domain"], chosen.slice((page - 1) * size, page * size).map(([term, source, canonical, domain, count, documents, , series]) => [
        el("a", { href: Report.link("terms", term) }, canonical), el("span", { lang: "zh" }, source), Terms.chart(all.labels, Terms.rates(all.words, series), series, canonical, 120, 24),
        number(count), number(documents), plain(domain)]), [3, 4]) : el("p", {}, "None is like that."),
      pages(chosen.length, size, page, (next) => address(query.get("q") || "", next))],
    after: () => {
      if (Terms.focus) { input.focus(); input.setSelectionRange(Terms.caret, Terms.caret); }
      Terms.focus = false;
    },
  };
});

Terms.one = async (all, wanted) => {
  const place = all.rows.findIndex(([term]) => term === wanted);
  if (place < 0) return Report.nowhere();
  const [, source, canonical, domain, count, documents, surfaces, series] = all.rows[place];
  const file = Report.find(all.files, place);
  const lines = (await Report.load(Report.file("terms", file)))[place - all.files[file]];
  const rates = Terms.rates(all.words, series);
  const oneLine = (text) => text.replace(/\s+/g, " ");
  Report.keys.set("u", Report.go("#/terms"));
  if (place > 0) Report.keys.set("[", Report.go(Report.link("terms", all.rows[place - 1][0])));
  if (place + 1 < all.rows.length) Report.keys.set("]", Report.go(Report.link("terms", all.rows[place + 1][0])));
  Report.walk(".lines a");
  const shown = lines.length < count ? `${number(lines.length)} of ${number(count)} places, picked evenly` : "Every place";
  return {
    title: canonical,
    parts: [
      el("p", { class: "dim" }, el("a", { href: "#/terms" }, "Terms"), ` · ${plain(domain)}`), el("h1", {}, canonical, " ", el("span", { class: "dim", lang: "zh" }, source)),
      el("p", { class: "lead" }, `${counted(count, "time")} in ${counted(documents, "document")}.`),
      all.labels.length ? el("figure", { class: "time" }, el("figcaption", {}, `Per 100,000 words, ${all.labels[0]} to ${all.labels.at(-1)}; at most ${number(Math.round(Math.max(...rates.map((rate) => rate || 0))))}`),
        Terms.chart(all.labels, rates, series, canonical, 720, 120),
        el("details", {}, el("summary", {}, "The numbers"), table("Occurrences over time", ["Time", "Occurrences", "Per 100,000 words"], all.labels.map((label, period) => [label, number(series[period] || 0), rates[period] === null ? "–" : rates[period].toFixed(1)]), [1, 2]))) : "",
      table("Renderings", ["Rendering", "Times"], surfaces.map(([surface, times]) => [surface, number(times)]), [1]),
      el("h2", {}, "In context"), el("p", { class: "dim" }, `${shown}, in the order of the documents.`),
      el("ol", { class: "lines" }, ...lines.map(([left, middle, right, at, day]) => el("li", {},
        el("a", { href: Report.link("document", at), class: "when" }, day || "no date"),
        el("span", { class: "left" }, oneLine(left)), el("mark", {}, oneLine(middle)), el("span", { class: "right" }, oneLine(right)))))],
  };
};
