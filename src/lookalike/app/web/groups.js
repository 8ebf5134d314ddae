// Groups of duplicates as the page knows them, as cards, and the keys that walk them and decide.
import { el } from "./dom.js";
import { facts } from "./grid.js";
import * as service from "./service.js";
import { bytes, text } from "./strings.js";

const ACTED_UPON = ["identical", "copy"];

/** Groups with what the plan says of each file, where there is one; the largest saving first. */
export function model(groups, plan) {
  const planned = new Map((plan?.groups ?? []).flatMap((group) => group.files).map((file) => [file.file_id, file]));
  const above = common(groups.flatMap((group) => group.members.map((member) => member.path)));
  const known = groups.map((group) => {
    const isOfBest = group.members.every((member) => !member.best || (planned.get(member.file_id)?.outcome ?? "kept") === "kept");
    const members = group.members.map((member) => ({ ...member, ...outcome(member, planned.get(member.file_id), isOfBest), ...place(member.path, above) }));
    members.sort((a, b) => b.is_best - a.is_best);
    return { ...group, members, freed: members.filter((one) => one.goes).reduce((sum, one) => sum + one.frees, 0) };
  });
  return known.sort((a, b) => b.freed - a.freed);
}

/** Characters that all paths begin with, up to a slash. */
function common(paths) {
  let length = paths.length > 1 ? paths[0].lastIndexOf("/") + 1 : 0;
  for (const path of paths) while (!path.startsWith(paths[0].slice(0, length))) length = paths[0].lastIndexOf("/", length - 2) + 1;
  return length;
}

function place(path, above) {
  const at = path.lastIndexOf("/") + 1;
  return { name: path.slice(at), folder: path.slice(Math.min(above, at), at) };
}

/** What the plan says of a file; what is known of it is relative to the best one, which the plan may not keep. */
function outcome(member, planned, isOfBest) {
  const is_there = member.file === "unchanged" && !member.hard_link_to;
  if (!planned) return { is_there, is_best: member.best, is_kept: member.best, goes: mayGo(member), frees: member.bytes, says: why(member, member.best) };
  const is_kept = planned.outcome === "kept";
  const goes = planned.outcome === "superfluous";
  const stays = !is_kept && !goes;
  const says = is_kept ? text.kept(planned.why) : stays ? text.stays(planned.why) : isOfBest ? why(member, false) : text.shownByKept;
  return { is_there, is_best: is_kept, is_kept, goes, frees: planned.bytes, says };
}

function mayGo(one) {
  return ACTED_UPON.includes(one.relation) && !one.best && !one.reference && !one.hard_link_to && !one.companion && one.file === "unchanged";
}

function why(one, isKept) {
  if (isKept) return text.best;
  if (one.file !== "unchanged") return text.gone[one.file];
  if (one.hard_link_to) return text.hardLink;
  if (one.companion) return one.companion.why;
  if (one.edits?.length) return `${text.edits}: ${one.edits.join(", ")}`;
  return one.identical ? text.same(one.identical) : text.relations[one.relation];
}

/** The group as an element; `act` decides, or is null where it is only shown. */
export function group(one, act) {
  const decision = act?.decisions.of(one) ?? null;
  const title = `${one.members.length} × ${one.relation}` + (one.freed ? `, ${text.frees(bytes(one.freed))}` : "");
  const state = decision?.skipped ? "group skipped" : decision ? "group decided" : "group";
  const made = el(
    "section",
    { class: state, "aria-label": title },
    el("div", { class: "actions" }, el("h2", {}, title), el("span", { class: "grow" }), act ? choices(one, decision, act) : null),
    el("ul", { class: "grid" }, one.members.map((member, at) => card(one, member, at, decision, act))),
  );
  made.group = one;
  return made;
}

function choices(one, decision, act) {
  const accept = one.members.some((member) => member.goes)
    ? el("button", { type: "button", "data-act": "accept", onclick: () => act.accept(one) }, text.accept)
    : null;
  const skip = el("button", { type: "button", "data-act": "skip", "aria-pressed": String(Boolean(decision?.skipped)), onclick: () => act.skip(one) }, text.skip);
  return [accept, skip];
}

function card(one, member, at, decision, act) {
  const [width, height] = member.size;
  const fate = decision?.drop?.includes(member) ? "drop" : decision?.keep?.includes(member) ? "keep" : null;
  const says = fate && (fate === "keep") !== member.is_kept && (fate === "keep" || !member.goes) ? text.byYou[fate] : member.says;
  const kinds = ["card", member.is_best && !decision ? "best" : "", fate ? `to-${fate}` : ""].filter(Boolean).join(" ");
  return el(
    "li",
    { class: kinds },
    el("a", { class: "picture", href: `/?id=${member.id}`, "aria-label": text.member(member.name, fate ?? (member.is_best ? "best" : "open")) }, el("img", { src: service.thumbnail(member.id), alt: "", loading: "lazy" })),
    badge(member, fate),
    el("p", { class: "name", title: member.path }, member.name),
    member.folder ? el("p", { class: "why", title: member.path }, member.folder) : null,
    el("p", { class: "why" }, `${text.size(width, height)}, ${bytes(member.bytes)}${member.date ? `, ${member.date.slice(0, 10)}` : ""}`),
    el("p", { class: "why" }, says),
    act && member.is_there ? buttons(one, member, at, fate, act) : null,
  );
}

function badge(member, fate) {
  if (fate) return el("p", { class: "facts" }, el("span", { class: `badge to-${fate}` }, text.fates[fate]));
  if (member.is_best) return el("p", { class: "facts" }, el("span", { class: "badge best" }, text.keep));
  return facts({ ...member, probability: null });
}

function buttons(one, member, at, fate, act) {
  const button = (kind, does) =>
    el("button", { type: "button", class: "link", "data-act": `${kind}${at}`, "aria-pressed": String(fate === kind), "aria-label": text.decide[kind](member.name), onclick: does }, text.does[kind]);
  return el("p", { class: "actions" }, button("keep", () => act.keep(one, member)), button("drop", () => act.drop(one, member)));
}

/** Arrow keys move between the pictures of `list`; K, D, S and U decide. */
export function walk(list, act) {
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const section = event.target.closest(".group");
    const pictures = [...list.querySelectorAll("a.picture")];
    const at = pictures.indexOf(event.target);
    const member = section && at >= 0 ? section.group.members[[...section.querySelectorAll("a.picture")].indexOf(event.target)] : null;
    const to = { arrowleft: at - 1, arrowright: at + 1 }[key];
    if (at >= 0 && to !== undefined) pictures[to]?.focus();
    else if (section && key === "arrowup") section.previousElementSibling?.querySelector("a.picture")?.focus();
    else if (section && key === "arrowdown") section.nextElementSibling?.querySelector("a.picture")?.focus();
    else if (member && key === "k") act.keep(section.group, member);
    else if (member && key === "d") act.drop(section.group, member);
    else if (section && key === "s") {
      const next = section.nextElementSibling;
      act.skip(section.group);
      next?.querySelector("a.picture")?.focus();
    } else if (key === "u") act.undo();
    else return;
    event.preventDefault();
  });
}
