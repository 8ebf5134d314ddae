// How much each channel counts, by sliders; until one is moved it is as by default.
import { el } from "./dom.js";
import { text } from "./strings.js";

const MOST = 2;

/** Sliders of the `channels`, {name: weight by default}; null where there is nothing to weigh against each other. */
export function sliders(question, channels, changed) {
  const names = Object.keys(channels ?? {});
  if (names.length < 2) return null;
  const isMoved = Object.keys(question.by).length > 0;
  const now = (name) => (isMoved ? (question.by[name] ?? 0) : channels[name]);
  const rows = names.map((name) => {
    const told = el("output", {}, figure(now(name)));
    const slider = el("input", { type: "range", min: 0, max: Math.max(MOST, now(name)), step: 0.05, name: `by-${name}`, "aria-label": text.weightOf(name) });
    slider.value = now(name);
    slider.addEventListener("input", () => (told.textContent = figure(Number(slider.value))));
    slider.addEventListener("change", () => {
      question.by = Object.fromEntries(names.map((each) => [each, each === name ? Number(slider.value) : now(each)]));
      changed(true);
    });
    return el("label", { class: "slider" }, el("span", {}, name), slider, told);
  });
  const reset = () => {
    question.by = {};
    changed(true);
  };
  return el(
    "fieldset",
    { class: "sliders" },
    el("legend", {}, text.counts),
    rows,
    isMoved ? el("button", { type: "button", class: "link", onclick: reset }, text.byDefault) : null,
  );
}

function figure(weight) {
  return weight.toFixed(2);
}

/** Weights as an address says them; a name alone counts once. */
export function weightsOf(words) {
  const pairs = words.map((word) => {
    const at = word.lastIndexOf("=");
    return at > 0 && Number.isFinite(Number(word.slice(at + 1))) ? [word.slice(0, at), Number(word.slice(at + 1))] : [word, 1];
  });
  return Object.fromEntries(pairs);
}
