// A site without a server: search, the forms of questions and the editor work in the browser.
import MiniSearch from "minisearch";
import { addressOf, csvOf, show } from "./answer.js";
import { bind } from "./bind.js";
import { picture } from "./charts.js";
import { ask, problemOf, stop } from "./engine.js";
import { BASE, element, names, root } from "./shared.js";

const given = new URLSearchParams(location.search);

// Search

async function search() {
  const words = given.get("q") || "";
  const place = document.getElementById("found");
  for (const field of document.querySelectorAll("input[name=q]")) field.value = words;
  if (!words.trim()) return;
  const all = await names();
  const index = new MiniSearch({ fields: ["label", "others", "id"], searchOptions: { prefix: true, fuzzy: 0.15, boost: { label: 2 }, combineWith: "AND" } });
  index.addAll(all.map(([path, label, kind, others], id) => ({ id: String(id), label, others: (others || []).join(" "), path })));
  const found = index.search(words).map(({ id }) => all[+id]);
  const shown = found.slice(0, 200);
  place.replaceChildren(
    element("p", { role: "status" }, `${found.length} found for “${words}”${found.length > shown.length ? `; the first ${shown.length} are shown` : ""}.`),
    element(
      "ul",
      { class: "plain" },
      ...shown.map(([path, label, kind]) =>
        element("li", {}, element("a", { href: addressOf(BASE + path) }, label), " ", element("span", { class: "dim" }, `${kind} · ${path.replace("/", ":")}`)),
      ),
    ),
  );
}

// Questions and the editor

const place = document.getElementById("answer");
let turn = 0;

// What shows something at the place of the answer, until something else is asked.
function next() {
  const mine = ++turn;
  return (...nodes) => mine === turn && place.replaceChildren(...nodes);
}

function download(text, type, name) {
  return element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name }, name);
}

function drawn(results, source) {
  const chart = "boolean" in results ? null : picture(results, source);
  return chart ? [element("figure", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Picture of the answer" }, chart)] : [];
}

function trouble(message) {
  return element("p", { class: "problem", role: "alert" }, message);
}

// Ask *query*, and show its answer; *source* is the parameter of that name, where the query is a stored one.
async function answer(query, name, area, source) {
  const put = next();
  const halt = element("button", { type: "button" }, "Stop");
  halt.addEventListener("click", () => stop());
  put(element("p", { role: "status" }, "Asking; the first question loads the catalogue (about 2 MB). ", halt));
  if (area) area.dispatchEvent(new CustomEvent("problem", { detail: {} }));
  try {
    const { text, graph, milliseconds } = await ask(query);
    if (graph) {
      const triples = element("pre", { tabindex: "0" }, element("code", {}, text.slice(0, 200_000)));
      return put(element("p", { role: "status" }, "The answer is a graph. ", download(text, "text/turtle", `${name}.ttl`)), triples);
    }
    const results = JSON.parse(text);
    const count = "boolean" in results ? null : results.results.bindings.length;
    const said = count === null ? "" : `${count.toLocaleString("en")} row${count === 1 ? "" : "s"}, `;
    put(
      element(
        "p",
        { role: "status", class: "dim" },
        `${said}${milliseconds.toFixed(0)} ms in your browser. `,
        download(csvOf(results), "text/csv", `${name}.csv`),
        " ",
        download(text, "application/sparql-results+json", `${name}.json`),
      ),
      ...drawn(results, source),
      ...(await show(results)),
    );
  } catch (error) {
    const problem = problemOf(error, query);
    put(trouble(problem.line ? `Line ${problem.line}, column ${problem.column}: ${problem.message}` : problem.message));
    if (area && problem.line) area.dispatchEvent(new CustomEvent("problem", { detail: problem }));
  }
}

// Each answer has an address of its own, which can be shared, and which the Back button leads to.
function share(pairs) {
  const address = new URL(location.href);
  address.search = new URLSearchParams(pairs).toString();
  if (address.href !== location.href) history.pushState(null, "", address);
}

function question(form) {
  const text = document.getElementById("sparql").textContent;
  const fields = [...form.querySelectorAll("[data-type]")];
  // What a page shows when it opens is the answer with every parameter at its default.
  const first = [...place.childNodes];
  const run = async () => {
    try {
      await answer(await bind(text, fields), form.dataset.question, null, form.elements.source?.value);
    } catch (error) {
      next()(trouble(error.message));
    }
  };
  const open = () => {
    const given = new URLSearchParams(location.search);
    const unknown = [];
    for (const field of fields) {
      const value = given.get(field.name) || "";
      const option = value && [...(field.options || [])].find((one) => [one.value, one.text, one.dataset.iri].includes(value));
      if (value && field.options && !option) unknown.push(`${field.name}: nothing here is called ${value}.`);
      field.value = option ? option.value : value;
    }
    if (unknown.length) next()(trouble(unknown.join(" ")));
    else if (given.size) run();
    else next()(...first);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    share([...fields.map((field) => [field.name, field.value.trim()]).filter(([, value]) => value), ["run", "1"]]);
    run();
  });
  addEventListener("popstate", open);
  if (given.size) open();
}

function editor(form) {
  const area = form.querySelector("textarea");
  const fill = (text) => {
    area.value = text;
    area.dispatchEvent(new CustomEvent("text", { detail: text }));
  };
  const open = () => {
    const given = new URLSearchParams(location.search);
    if (given.has("query")) {
      fill(given.get("query"));
      answer(area.value, "answer", area);
    } else {
      next()();
      if (given.has("example")) example(fill, given.get("example"));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    share([["query", area.value]]);
    answer(area.value, "answer", area);
  });
  addEventListener("popstate", open);
  if (given.size) open();
}

// A stored query stands on the page of its form.
async function example(fill, name) {
  const reply = await fetch(new URL(`query/${encodeURIComponent(name)}.html`, root));
  if (!reply.ok) return next()(trouble(`no question is called ${name}.`));
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  fill(page.getElementById("sparql").textContent);
}

if (document.getElementById("found")) search();
const asked = document.querySelector("form[data-question]");
if (asked) question(asked);
const edited = document.querySelector("form[data-sparql]");
if (edited) editor(edited);
