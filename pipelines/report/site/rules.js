// What each rule did: a table, and for each its most frequent edits and those to doubt first.
"use strict";

Report.views.set("rules", async ([wanted]) => {
  const { rows, files } = await Report.load("rules", true);
  if (wanted !== undefined) return Report.rule(rows, files, wanted);
  Report.walk("tbody a");
  const documents = Report.overview.documents;
  return {
    title: "Rules",
    parts: [el("h1", {}, "Rules"),
      el("p", { class: "lead" }, "Every change has a rule, and every rule a reason. Choose one to see what it did most often, and what to doubt first."),
      table("What each rule did", ["Rule", "Class", "Changed", "Only noted", "Documents", "Less than certain"], rows.map(([rule, kind, , changed, noted, count, , doubtful]) =>
        [el("a", { href: Report.link("rules", rule) }, rule), plain(kind), number(changed), number(noted), `${number(count)} (${share(count, documents)})`, number(doubtful)]), [2, 3, 4, 5])],
  };
});

Report.rule = async (rows, files, wanted) => {
  const place = rows.findIndex(([rule]) => rule === wanted);
  if (place < 0) return Report.nowhere();
  const [rule, kind, why, changed, noted, documents, taken, doubtful] = rows[place];
  const file = Report.find(files, place);
  const { frequent, doubtful: doubted } = (await Report.load(Report.file("rules", file)))[place - files[file]];
  const quote = (text) => (text === null ? "–" : text.trim() ? text : text.includes("\n") ? el("i", {}, "line break") : text ? el("i", {}, "blank") : el("i", {}, "nothing"));
  const cells = ([before, after, suggestion, confidence, times, at], isCounted) => [
    el("span", { class: "quote" }, quote(before)), el("span", { class: "quote" }, noted && !changed ? suggestion || "–" : quote(after)), confidence, ...(isCounted ? [number(times)] : []), el("a", { href: Report.link("document", at) }, "show")];
  const written = noted && !changed ? "Suggestion" : "Written";
  Report.keys.set("u", Report.go("#/rules"));
  if (place > 0) Report.keys.set("[", Report.go(Report.link("rules", rows[place - 1][0])));
  if (place + 1 < rows.length) Report.keys.set("]", Report.go(Report.link("rules", rows[place + 1][0])));
  return {
    title: rule,
    parts: [
      el("p", { class: "dim" }, el("a", { href: "#/rules" }, "Rules"), ` · ${plain(kind)}`), el("h1", {}, rule), why ? el("p", { class: "lead" }, why) : "",
      el("ul", { class: "facts" }, ...[[changed, "changed"], [noted, "only noted"], [documents, "documents"], [taken, "characters taken out"], [doubtful, "less than certain"]].map(([count, text]) => el("li", {}, el("strong", {}, number(count)), ` ${text}`))),
      table("Most frequent", ["Found", written, "Confidence", "Times", "Document"], frequent.map((each) => cells(each, true)), [3]),
      table("To doubt first: the least certain, then the longest", ["Found", written, "Confidence", "Document"], doubted.map((each) => cells(each, false)))],
  };
};
