// Labels of a picture, and the one that pictures like it suggest; only a click gives it.
import { el } from "./dom.js";
import * as service from "./service.js";
import { text } from "./strings.js";

/** A line about the labels of `hit`, of which a role that `mayWrite` can add the suggested one. */
export function labels(hit, mayWrite) {
  const known = el("span", {}, told(hit.labels ?? []));
  const line = el("div", { class: "actions labels" }, known);
  const answer = el("span", { role: "status" });
  const suggest = async () => {
    try {
      const { suggested } = await service.suggested(hit.id);
      answer.replaceChildren(...(suggested.length ? [offered(suggested[0]), mayWrite ? adding(suggested[0].label) : ""] : [text.noSuggestion]));
    } catch (error) {
      answer.textContent = error.message;
    }
  };
  const adding = (label) =>
    el(
      "button",
      {
        type: "button",
        onclick: async () => {
          try {
            hit.labels = (await service.giveLabel(hit.id, label)).labels;
            known.textContent = told(hit.labels);
            answer.replaceChildren();
          } catch (error) {
            answer.textContent = error.message;
          }
        },
      },
      text.addLabel(label),
    );
  line.append(el("button", { type: "button", class: "link", onclick: suggest }, text.suggest), answer);
  return line;
}

function told(names) {
  return names.length ? `${text.labels}: ${names.join(", ")}` : text.noLabels;
}

function offered({ label, probability, best }) {
  return `${text.suggested(label, probability, best.path.split("/").pop())} `;
}
