// The first page: what is in the release, and what is missing.
"use strict";

Report.views.set("overview", async () => {
  const facts = Report.overview;
  const { release } = facts;
  const fact = (count, text, href) => el("li", {}, el("strong", {}, number(count)), " ", href ? el("a", { href }, text) : text);
  const picture = (name, alt, head, rows, right) => el("figure", {},
    el("div", { class: "frame", tabindex: "0", role: "region", "aria-label": `${alt}: chart` }, el("img", { src: `charts/${name}.svg`, alt })),
    el("details", {}, el("summary", {}, `${alt}: the numbers`), table(alt, head, rows, right)));
  const bars = (rows) => rows.map(([name, count]) => [name, number(count)]);
  const parts = [
    el("h1", {}, (release.dataset && (release.dataset.title || release.dataset.name)) || "Dataset"),
    release.dataset && release.dataset.description ? el("p", { class: "lead" }, release.dataset.description) : null,
    el("p", { class: "dim" }, `Version ${release.version}, ${release.bump === "first" ? "the first release" : `a ${release.bump} release after ${release.parent}: ${release.reason}`}. `
      + `Published ${String(release.published_at || "").slice(0, 10)}. Source: ${release.source || "unknown"}.`
      + (facts.days[0] ? ` Texts from ${facts.days[0]} to ${facts.days[1]}.` : "")),
    el("ul", { class: "facts" },
      fact(facts.documents, "documents", "#/documents"), fact(facts.words, "words"), fact(facts.applied, "changes", "#/rules"),
      fact(facts.edits - facts.applied, "places only noted", "#/rules"), fact(facts.terms, "set phrases", "#/terms"), fact(facts.rejects, "rejects", "#/rejects")),
    el("h2", {}, "When and how long"),
    el("div", { class: "pair" },
      picture("timeline", "Documents by date of publication", ["Time", "Documents"], bars(facts.timeline), [1]),
      picture("lengths", "Documents by length in words", ["Words", "Documents"], bars(facts.lengths), [1])),
    el("h2", {}, "What was found in them"),
    el("div", { class: "pair" },
      picture("classes", "Artefacts of every class", ["Class", "Changed", "Only noted"], facts.classes.map(([name, changed, noted]) => [plain(name), number(changed), number(noted)]), [1, 2]),
      picture("versions", "Documents in each version", ["Version", "Documents"], bars(facts.versions), [1])),
    el("h2", {}, "Where they come from, and what they do not say"),
    el("div", { class: "pair" },
      el("div", {},
        table("Outlets that the texts name", ["Outlet", "Documents"], facts.outlets.slice(0, 20).map(([name, count]) =>
          [el("a", { href: `#/documents?${new URLSearchParams({ outlet: name })}` }, name), number(count)]), [1]),
        table("Languages", ["Language", "Documents"], bars(facts.languages), [1])),
      table("Missing, because the text does not say it", ["Column", "Missing", "Share"],
        facts.missing.map(([name, count, total]) => [name, number(count), share(count, total)]), [1, 2])),
  ];
  return { title: "Overview", parts: parts.filter(Boolean) };
});

Report.views.set("rejects", async () => {
  const rows = await Report.load("rejects");
  const facts = Report.overview;
  const parts = [el("h1", {}, "Rejects"), el("p", { class: "lead" }, facts.rejects ? `${counted(facts.rejects, "input")} did not become a document; each has its reason.` : "Every input became a document.")];
  if (facts.rejects) {
    parts.push(table("Reasons", ["Reason", "Stage", "Inputs"], facts.reasons.map(([stage, reason, count]) => [plain(reason), stage, number(count)]), [2]));
    parts.push(table(rows.length < facts.rejects ? `The first ${number(rows.length)}` : "All of them", ["Input", "Reason", "What to do", "Stage", "Bytes"],
      rows.map(([source, stage, reason, detail, bytes]) => [source, plain(reason), detail, stage, bytes === null ? "–" : number(bytes)]), [4]));
  }
  return { title: "Rejects", parts };
});
