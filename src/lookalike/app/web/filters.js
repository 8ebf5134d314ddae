// Filters as chips: each is a condition that pictures must pass, and all of them together are the expression of `where`.
import { el } from "./dom.js";
import { text } from "./strings.js";

const NUMBERS = ["width", "height", "pixels", "bytes", "date", "taken", "rating", "frames"];
const WORDS = ["name", "format", "label", "object", "keyword", "camera", "title", "caption"];

/** The chips of `question.where`, and a row that adds one; `changed(true)` is called after. */
export function filters(question, changed) {
  const kept = conditions(question.where);
  const put = (conditions) => {
    question.where = conditions.length > 1 ? conditions.map(closed).join(" and ") : (conditions[0] ?? "");
    changed(true);
  };
  const chips = kept.map((condition, at) =>
    el(
      "li",
      { class: "chip" },
      el("span", { class: "name", title: condition }, condition),
      el("button", { type: "button", class: "icon", "aria-label": text.remove(condition), onclick: () => put(kept.filter((_, other) => other !== at)) }, "×"),
    ),
  );
  return el(
    "div",
    { class: "filters", role: "group", "aria-label": text.where },
    el("p", { class: "hint" }, text.where),
    chips.length ? el("ul", { class: "chips", "aria-label": text.filters }, chips) : null,
    row((condition) => put([...kept, condition])),
  );
}

function row(add) {
  const field = el("select", { "aria-label": text.filterField }, [...WORDS, ...NUMBERS].map((name) => el("option", { value: name }, text.filterFields[name])));
  const sign = el("select", { "aria-label": text.filterSign });
  const value = el("input", { "aria-label": text.filterValue, autocomplete: "off", spellcheck: "false" });
  const suit = () => {
    const isWord = WORDS.includes(field.value);
    const signs = isWord ? ["=", "!="] : [">=", "<=", "=", "!=", ">", "<"];
    sign.replaceChildren(...signs.map((each) => el("option", { value: each }, text.filterSigns[each])));
    value.placeholder = text.filterHints[field.value] ?? "";
  };
  const taken = () => (value.value.trim() ? add(`${field.value} ${sign.value} ${quoted(value.value.trim())}`) : value.focus());
  value.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    taken();
  });
  field.addEventListener("change", suit);
  suit();
  return el("div", { class: "adding" }, field, sign, value, el("button", { type: "button", onclick: taken }, text.addFilter));
}

/** As a filter takes a value; of a value with both kinds of quotes, one kind may be any character. */
function quoted(value) {
  if (/^[^\s"'()=<>!]+$/.test(value) && !/^(and|or|not)$/i.test(value)) return value;
  return value.includes('"') && !value.includes("'") ? `'${value}'` : `"${value.replaceAll('"', "?")}"`;
}

/** Conditions that `and` joins at the top of an expression; all of it where an `or` stands there. */
export function conditions(where) {
  const found = [""];
  let depth = 0;
  for (const [token] of where.matchAll(/"[^"]*"?|'[^']*'?|[()]|\b(?:and|or)\b|[^"'()]/gi)) {
    const word = token.toLowerCase();
    if (depth === 0 && word === "or") return [where.trim()];
    if (depth === 0 && word === "and") found.push("");
    else found[found.length - 1] += token;
    depth += (token === "(") - (token === ")");
  }
  return found.map((each) => each.trim()).filter(Boolean);
}

/** As it can stand beside others. */
function closed(condition) {
  return hasOr(condition) ? `(${condition})` : condition;
}

function hasOr(condition) {
  return conditions(`${condition} and x`).length === 1;
}
