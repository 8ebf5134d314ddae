// Parts of a question: how much each counts, those that no field shows, and answers that were judged.
import { el } from "./dom.js";
import { thumbnail } from "./service.js";
import { text } from "./strings.js";

/** How much something counts: `holder[name]`, "" where it counts as what has no weight. */
export function weight(holder, name, label) {
  const input = el("input", {
    type: "number",
    class: "weight",
    min: 0,
    step: "any",
    placeholder: "×1",
    "aria-label": label,
    title: label,
    oninput: (event) => (holder[name] = event.target.value),
  });
  input.value = holder[name];
  return input;
}

/** Parts of an address that no field shows. */
export function others(question, changed) {
  const rows = question.parts.map((part, at) =>
    el("li", { class: part.startsWith("-") ? "chip minus" : "chip" }, el("span", { class: "name", title: part }, part), removing(part, question.parts, at, changed)),
  );
  return rows.length ? el("ul", { class: "chips", "aria-label": text.otherParts }, rows) : null;
}

/** Answers that were liked, and not. */
export function judged(question, changed) {
  const row = (list, sign, title) => (picture, at) =>
    el(
      "li",
      { class: sign === "−" ? "chip minus" : "chip" },
      el("img", { src: thumbnail(picture.id), alt: "" }),
      el("span", { class: "mark", title }, sign),
      el("span", { class: "name", title: picture.name }, picture.name.split("/").pop()),
      removing(picture.name, list, at, changed, true),
    );
  const rows = [...question.liked.map(row(question.liked, "+", text.liked)), ...question.unliked.map(row(question.unliked, "−", text.unliked))];
  return rows.length ? el("div", {}, el("p", { class: "hint" }, text.judged), el("ul", { class: "chips judged", "aria-label": text.judged }, rows)) : null;
}

function removing(name, list, at, changed, ask = false) {
  const remove = () => {
    list.splice(at, 1);
    changed(ask);
  };
  return el("button", { type: "button", class: "icon", "aria-label": text.remove(name), onclick: remove }, "×");
}
