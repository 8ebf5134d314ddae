// What shows that two pictures belong together: matched places as lines, and where each channel sees them agree.
import { drawn, el } from "./dom.js";
import * as service from "./service.js";
import { text } from "./strings.js";

const MOST = 80; // lines that can still be told apart

/** A button that draws lines between matched places of the two pictures in `beside`, and what is told of them. */
export function places(hit, query, beside) {
  const told = el("span", { class: "hint", role: "status" });
  const sheet = drawn("svg", { class: "lines", "aria-hidden": "true" });
  let matches = null;

  async function toggle() {
    const isShown = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(isShown));
    sheet.toggleAttribute("hidden", !isShown);
    if (!isShown) return void (told.textContent = "");
    if (matches) return show();
    told.textContent = text.matching;
    try {
      matches = agreeing(await service.matched(both(hit, query)), query);
      show();
    } catch (error) {
      told.textContent = error.message;
    }
  }

  function show() {
    told.textContent = text.matched(matches.length, matches.of);
    lay();
  }

  function lay() {
    if (!matches) return;
    const [from, to] = beside.querySelectorAll("img");
    const origin = beside.getBoundingClientRect();
    sheet.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`);
    sheet.replaceChildren(...spread(matches).map((match) => line(place(from, query.size, match.a), place(to, hit.size, match.b), match.hue)));
  }

  function place(image, [width, height], [x, y]) {
    const origin = beside.getBoundingClientRect();
    const frame = image.getBoundingClientRect();
    return [frame.left - origin.left + ((x + 0.5) / width) * frame.width, frame.top - origin.top + ((y + 0.5) / height) * frame.height];
  }

  const button = el("button", { type: "button", "aria-pressed": "false", onclick: toggle }, text.places);
  beside.append(sheet);
  new ResizeObserver(lay).observe(beside);
  return el("div", { class: "actions" }, button, told);
}

/** Of very many, every so-manieth. */
function spread(matches) {
  const step = Math.ceil(matches.length / MOST);
  return matches.filter((_, at) => at % step === 0);
}

function line([x1, y1], [x2, y2], hue) {
  const stroke = `hsl(${hue} 90% 55%)`;
  return drawn("g", { stroke, fill: stroke }, drawn("line", { x1, y1, x2, y2 }), drawn("circle", { cx: x1, cy: y1, r: 2.5 }), drawn("circle", { cx: x2, cy: y2, r: 2.5 }));
}

/** Pairs of places that one geometry explains, in px of the question and of the answer; `of` how many look alike. */
function agreeing(told, query) {
  const [across, down] = [query.size[0] / told.a.size[0], query.size[1] / told.a.size[1]];
  const found = told.matches
    .filter((_, at) => told.agrees[at])
    .map(([xa, ya, xb, yb]) => ({ a: [(xa + 0.5) * across - 0.5, (ya + 0.5) * down - 0.5], b: [xb, yb], hue: Math.round((300 * ya) / told.a.size[1]) }));
  return Object.assign(found, { of: told.matches.length });
}

/** What each channel sees in the two pictures, asked for when it is opened. */
export function channels(hit, query) {
  const scores = Object.entries(hit.channels).map(([name, score]) =>
    el("li", {}, el("span", {}, name), el("meter", { min: 0, max: 1, value: Math.max(score, 0), "aria-label": name }), text.similarity(score)),
  );
  const seen = el("div", { class: "seen" });
  const opened = async () => {
    if (!made.open || !query || seen.hasChildNodes()) return;
    seen.replaceChildren(el("p", { class: "hint", role: "status" }, text.explaining));
    try {
      const { channels } = await service.explained(both(hit, query));
      const drawnFirst = [...channels].sort((a, b) => Boolean(b.picture) - Boolean(a.picture));
      seen.replaceChildren(...drawnFirst.map(({ channel, line, picture }) => el("figure", {}, el("figcaption", {}, el("strong", {}, channel), " ", line), picture ? el("img", { src: picture, alt: text.drawnOf(channel) }) : null)));
    } catch (error) {
      seen.replaceChildren(el("p", { class: "problem" }, error.message));
    }
  };
  const made = el("details", { ontoggle: opened }, el("summary", {}, text.channels), el("ul", { class: "channels" }, scores), seen);
  return made;
}

/** The form that names both pictures: the question by its file, its id, or the part of it that was drawn. */
function both(hit, query) {
  const form = new FormData();
  if (query.file) form.append("a", query.file, "question");
  else form.append("a_id", query.id);
  form.append("b_id", hit.id);
  return form;
}
