// Answers as a grid of cards that arrow keys walk.
import { el } from "./dom.js";
import { thumbnail } from "./service.js";
import { text } from "./strings.js";

/** Cards of `hits`; `act` has open(hit), askWith(hit), like(hit), unlike(hit) and isLiked(hit). */
export function cards(hits, act) {
  return hits.map((hit) => card(hit, act));
}

function card(hit, act) {
  const name = hit.path.split("/").pop();
  return el(
    "li",
    { class: "card" },
    el(
      "button",
      { type: "button", class: "picture", "aria-label": text.open(name, hit.relation), onclick: () => act.open(hit) },
      el("img", { src: thumbnail(hit.id), alt: "", loading: "lazy", decoding: "async" }),
    ),
    facts(hit),
    el("p", { class: "name", title: hit.path }, name),
    name === hit.path ? null : el("p", { class: "why folder", title: hit.path }, lastFolders(hit.path)),
    el("p", { class: "why" }, hit.why),
    hit.file === "unchanged" ? null : el("p", { class: "why gone" }, text.gone[hit.file]),
    el(
      "p",
      { class: "actions" },
      ...judging(hit, act, "link"),
      el("button", { type: "button", class: "link", onclick: () => act.askWith(hit) }, text.askWith),
    ),
  );
}

/** The last two folders of a path: where pictures of one library lie differs at the end. */
function lastFolders(path) {
  const folders = path.split("/").slice(0, -1);
  return folders.length > 2 ? `…/${folders.slice(-2).join("/")}/` : `${folders.join("/")}/`;
}

/** The two buttons that judge an answer; the list is asked for anew at once. */
export function judging(hit, act, kind) {
  const name = hit.path.split("/").pop();
  const liked = { type: "button", class: kind, "aria-label": text.like(name), "aria-pressed": String(act.isLiked(hit)), "data-of": hit.path };
  return [
    el("button", { ...liked, onclick: () => act.like(hit) }, text.moreLike),
    el("button", { type: "button", class: kind, "aria-label": text.unlike(name), onclick: () => act.unlike(hit) }, text.notLike),
  ];
}

/** Relation, and probability where it is known. */
export function facts(hit, claim = null) {
  return el(
    "p",
    { class: "facts" },
    el("span", { class: `badge ${hit.relation}`, title: text.relations[hit.relation] }, hit.relation),
    hit.probability === null
      ? null
      : el("span", { class: "sure", title: claim ? text.probabilityOf(claim) : null }, text.probability(hit.probability)),
  );
}

/** Arrow keys move between the pictures of `list`. */
export function walk(list) {
  list.addEventListener("keydown", (event) => {
    const pictures = [...list.querySelectorAll("button.picture")];
    const at = pictures.indexOf(document.activeElement);
    if (at < 0) return;
    const top = pictures[0].getBoundingClientRect().top;
    const columns = pictures.filter((each) => Math.abs(each.getBoundingClientRect().top - top) < 4).length || 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: pictures.length - 1 - at }[event.key];
    if (step === undefined || !pictures[at + step]) return;
    event.preventDefault();
    pictures[at + step].focus();
  });
}
