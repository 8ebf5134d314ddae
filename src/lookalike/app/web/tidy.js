// Groups of duplicates, the largest saving first: to look at. Acting on them is for the command line.
import { el } from "./dom.js";
import { facts } from "./grid.js";
import * as service from "./service.js";
import { text } from "./strings.js";

const ACTED_UPON = ["identical", "copy"];

/** The view of groups; `act` has compare(), which has all pictures compared, where the asker may. */
export function groups(told, relation, act) {
  const ordered = told.groups.map((group) => ({ ...group, freed: freed(group) })).sort((a, b) => b.freed - a.freed);
  return [
    el("p", {}, ordered.length ? text.groups(ordered.length, told.superfluous.files, bytes(told.superfluous.bytes)) : text.noGroups),
    told.uncompared ? uncompared(told.uncompared, act) : null,
    ordered.length && ACTED_UPON.includes(relation) ? el("p", { class: "hint" }, text.toAct, " ", el("code", {}, `lookalike resolve --relation ${relation} --action trash`)) : null,
    ...ordered.map(shown),
  ].filter((each) => each !== null);
}

function uncompared(count, act) {
  const button = act.compare ? el("button", { type: "button", onclick: act.compare }, text.compareAll) : null;
  return el("p", { class: "actions" }, text.uncompared(count), button);
}

function shown(group) {
  const title = `${group.members.length} × ${group.relation}` + (group.freed ? `, ${text.frees(bytes(group.freed))}` : "");
  return el(
    "section",
    { class: "group", "aria-label": title },
    el("h2", {}, title),
    el("ul", { class: "grid" }, [...group.members].sort((a, b) => b.best - a.best).map(member)),
  );
}

function member(one) {
  const [width, height] = one.size;
  return el(
    "li",
    { class: one.best ? "card best" : "card" },
    el("a", { class: "picture", href: `/?id=${one.id}` }, el("img", { src: service.thumbnail(one.id), alt: one.path, loading: "lazy" })),
    one.best ? el("p", { class: "facts" }, el("span", { class: "badge best" }, text.keep)) : facts({ ...one, probability: null }),
    el("p", { class: "name", title: one.path }, one.path),
    el("p", { class: "why" }, `${text.size(width, height)}, ${bytes(one.bytes)}${one.date ? `, ${one.date.slice(0, 10)}` : ""}`),
    el("p", { class: "why" }, why(one)),
  );
}

function why(one) {
  if (one.best) return text.best;
  if (one.file !== "unchanged") return text.gone[one.file];
  if (one.hard_link_to) return text.hardLink;
  if (one.companion) return one.companion.why;
  if (one.edits?.length) return `${text.edits}: ${one.edits.join(", ")}`;
  return one.identical ? text.same(one.identical) : text.relations[one.relation];
}

function goes(one) {
  return ACTED_UPON.includes(one.relation) && !one.best && !one.reference && !one.hard_link_to && !one.companion && one.file === "unchanged";
}

function freed(group) {
  return group.members.filter(goes).reduce((sum, one) => sum + one.bytes, 0);
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const power = Math.min(Math.floor(Math.log10(count) / 3), 4);
  return `${(count / 1000 ** power).toPrecision(3)} ${["", "kB", "MB", "GB", "TB"][power]}`;
}
