// An answer as a table: what names a thing leads to it, in place of a column of IRIs.
import { BASE, element, root, terms } from "./shared.js";

const PAGE = 100;
const LONG = 30;
const THING = /^(approach|artifact|authorship|correction|goal|link|listing|method|organization|person|placing|publication|section|survey|venue|work)\/[a-z0-9-]+$/;
const NUMBERS = /#(integer|decimal|double|float|int|long|short|byte|nonNegativeInteger|positiveInteger)$/;

// Where the thing of an IRI has its page; the IRI itself where it is on the web; else null.
export function addressOf(iri) {
  if (iri.startsWith(BASE)) {
    const path = iri.slice(BASE.length);
    if (THING.test(path)) return new URL(`${path}.html`, root).href;
    for (const name of ["ontology", "shapes"]) {
      if (path.startsWith(`${name}#`)) return new URL(`${name}/${name}.html#${path.slice(name.length + 1)}`, root).href;
    }
  }
  return /^https?:/.test(iri) ? iri : null;
}

function short(iri, prefixes) {
  let best = null;
  for (const [name, start] of Object.entries(prefixes)) {
    if (iri.startsWith(start) && /^[\w.-]+$/.test(iri.slice(start.length)) && (!best || start.length > best[1].length)) best = [name, start];
  }
  return best ? `${best[0]}:${iri.slice(best[1].length)}` : iri;
}

function cell(term, thing, prefixes) {
  const iri = [term, thing].find((one) => one && one.type === "uri")?.value;
  let text = term ? (term.type === "uri" ? short(term.value, prefixes) : term.value) : "";
  if (!text && iri) text = short(iri, prefixes);
  const address = iri ? addressOf(iri) : /^https?:\/\/\S+$/.test(text) ? text : null;
  const number = term && term.type === "literal" && NUMBERS.test(term.datatype || "");
  const made = element("td", { class: number ? "number" : text.length > LONG ? "text" : null });
  made.append(address ? element("a", { href: address }, text) : text);
  return made;
}

// What stands above a column.
function heading(name) {
  return name.replace(/(.)Label$/, "$1").replace(/(?<=[a-z0-9])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

function compare(one, other) {
  if (NUMBERS.test(one.datatype || "") && NUMBERS.test(other.datatype || "")) return one.value - other.value;
  return one.value.localeCompare(other.value);
}

// The elements that show *results* (SPARQL results in JSON): a table in parts of a hundred rows, its columns sortable.
export async function show(results) {
  if ("boolean" in results) return [element("p", { class: "lead" }, results.boolean ? "Yes." : "No.")];
  const { prefixes } = await terms();
  const all = results.head.vars;
  const named = new Map();
  for (const name of all) {
    for (const label of [`${name}Label`, `${name}Title`, "title"]) if (all.includes(label) && (label !== "title" || name === "work")) named.set(label, name);
  }
  const shown = all.filter((name) => ![...named.values()].includes(name));
  let rows = results.results.bindings;
  let from = 0;
  const body = element("tbody");
  const more = element("nav", { class: "pages", "aria-label": "Pages of the answer" });
  const heads = shown.map((name) => {
    const button = element("button", { type: "button", class: "sort" }, heading(name));
    const head = element("th", { scope: "col" }, button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const one of heads) one.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      // What is empty comes last either way.
      const [filled, empty] = [rows.filter((row) => row[name]), rows.filter((row) => !row[name])];
      rows = [...filled.sort((one, other) => (down ? -1 : 1) * compare(one[name], other[name])), ...empty];
      from = 0;
      fill();
    });
    return head;
  });
  function fill() {
    body.replaceChildren(
      ...rows.slice(from, from + PAGE).map((row) => element("tr", {}, ...shown.map((name) => cell(row[name], row[named.get(name)], prefixes)))),
    );
    more.replaceChildren();
    const step = (text, to) => {
      const button = element("button", { type: "button" }, text);
      button.addEventListener("click", () => ((from = to), fill()));
      more.append(button);
    };
    if (from > 0) step("Previous", from - PAGE);
    if (from + PAGE < rows.length) step("Next", from + PAGE);
  }
  fill();
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
  return [element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Answer" }, table), more];
}

export function csvOf(results) {
  const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  if ("boolean" in results) return `${results.boolean}\r\n`;
  const names = results.head.vars;
  return [names, ...results.results.bindings.map((row) => names.map((name) => quote(row[name] ? (row[name].type === "bnode" ? "_:" : "") + row[name].value : "")))]
    .map((row) => row.join(",") + "\r\n")
    .join("");
}
