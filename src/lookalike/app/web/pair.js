// An answer beside the question: boxes, differences, matched places, and both laid over each other.
import { drawn, el } from "./dom.js";
import { channels, places } from "./evidence.js";
import { facts, judging } from "./grid.js";
import { labels } from "./labels.js";
import { thumbnail } from "./service.js";
import { text } from "./strings.js";

const SIDE = 1024;

/** A dialog about `hit`; `query` is {source, name, size, and file or id} or null, `act` has askWith, like, unlike, isLiked, mayWrite and step(-1 or 1). */
export function pair(hit, query, act) {
  const close = () => dialog.close();
  const beside = el(
    "div",
    { class: "beside" },
    query ? shown(query.source, query.name, query.size, hit.query_box, hit.differs, "query_box", text.question) : null,
    shown(thumbnail(hit.id, SIDE), hit.path, hit.size, hit.box, hit.differs, "box", text.answer),
  );
  const dialog = el(
    "dialog",
    { class: "pair", "aria-label": hit.path },
    el(
      "header",
      { class: "actions" },
      facts(hit),
      el("span", { class: "grow" }),
      el("button", { type: "button", "aria-label": text.previous, onclick: () => act.step(-1) }, "←"),
      el("button", { type: "button", "aria-label": text.next, onclick: () => act.step(1) }, "→"),
      el("button", { type: "button", onclick: close, autofocus: true }, text.close),
    ),
    el("p", { class: "why" }, hit.why),
    beside,
    query ? places(hit, query, beside) : null,
    notes(hit),
    query && laying(hit, query) ? swipe(hit, query) : null,
    channels(hit, query),
    labels(hit, act.mayWrite),
    el(
      "div",
      { class: "actions" },
      ...judging(hit, { isLiked: act.isLiked, like: (hit) => (close(), act.like(hit)), unlike: (hit) => (close(), act.unlike(hit)) }),
      el("button", { type: "button", class: "main", onclick: () => (close(), act.askWith(hit)) }, text.askWith),
    ),
  );
  dialog.addEventListener("keydown", (event) => {
    if (event.target.type === "range") return;
    if (event.key === "ArrowLeft") act.step(-1);
    if (event.key === "ArrowRight") act.step(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

function shown(source, name, size, box, differs, side, title) {
  const frame = el("div", { class: "framed" }, el("img", { src: source, alt: name }));
  if (size) frame.append(boxes(size, box, (differs ?? []).map((each) => each[side])));
  return el(
    "figure",
    {},
    el("figcaption", {}, el("strong", {}, title), " ", name, size ? `, ${text.size(...size)}` : ""),
    frame,
  );
}

function boxes([width, height], box, places) {
  const rectangle = ([x, y, w, h], kind) =>
    drawn("rect", { x, y, width: w, height: h, class: kind, "vector-effect": "non-scaling-stroke" });
  return drawn(
    "svg",
    { viewBox: `-0.5 -0.5 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...(box ? [rectangle(box, "place")] : []),
    ...places.map((place) => rectangle(place, "differs")),
  );
}

/** Relation, coverage, edits and differences, as far as they are known. */
function notes(hit) {
  const told = [text.relations[hit.relation]];
  if (hit.coverage && hit.relation !== "identical") told.push(text.coverage(hit.coverage));
  if (hit.edits?.length) told.push(text.edited(hit.edits));
  if (hit.differs) told.push(text.differs(hit.differs));
  if (hit.box) told.push(hit.differs?.length ? text.boxes : text.box);
  return el("ul", { class: "hint notes" }, told.map((line) => el("li", {}, line)));
}

/** How the question lies in the answer, px to px; null where nothing says so. */
function laying(hit, query) {
  if (hit.transform) return hit.transform;
  if (hit.relation !== "identical") return null;
  return [[hit.size[0] / query.size[0], 0, 0], [0, hit.size[1] / query.size[1], 0], [0, 0, 1]];
}

/** The question, warped to where it lies in the answer, uncovered by a slider. */
function swipe(hit, query) {
  const [width, height] = hit.size;
  const over = el("img", { src: query.source, alt: "" });
  const cover = el("div", { class: "cover" }, over);
  const base = el("div", { class: "laid" }, el("img", { src: thumbnail(hit.id, SIDE), alt: "" }), cover);
  base.style.aspectRatio = `${width} / ${height}`;
  Object.assign(over.style, { width: `${query.size[0]}px`, height: `${query.size[1]}px` });
  const lay = () => (over.style.transform = matrix(laying(hit, query), base.clientWidth / width));
  new ResizeObserver(lay).observe(base);
  const slider = el("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": text.swipe });
  const uncover = () => (cover.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`);
  slider.addEventListener("input", uncover);
  uncover();
  return el("div", { class: "swipe" }, el("p", { class: "hint" }, text.swipe), base, slider);
}

/** px of the question to px of the page: pixel centres lie at integers there, and at halves here. */
function matrix(transform, scale) {
  const before = [[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]];
  const after = [[scale, 0, 0.5 * scale], [0, scale, 0.5 * scale], [0, 0, 1]];
  const [[a, b, c], [d, e, f], [g, h, i]] = product(after, product(transform, before));
  return `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, i].map((value) => value / i).join(",")})`;
}

function product(a, b) {
  return a.map((row) => [0, 1, 2].map((column) => row.reduce((sum, value, at) => sum + value * b[at][column], 0)));
}
