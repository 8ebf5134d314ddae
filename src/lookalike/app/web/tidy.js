// The view of duplicates: groups, the largest saving first, what is proposed, and the keys that decide.
import { apply, undone } from "./apply.js";
import { Decisions } from "./decisions.js";
import { el, field } from "./dom.js";
import { group as groupOf, model, walk } from "./groups.js";
import { watched } from "./jobs.js";
import * as service from "./service.js";
import { bytes, text } from "./strings.js";

const RELATIONS = ["identical", "copy", "part", "variant", "scene"];
const ACTED_UPON = ["identical", "copy"];
const AT_ONCE = 40;

/** Fills `place`, which has aside, told, failed(error, again) and show(element), with groups of `relation`.
 * What was decided `earlier`, on groups as they were then, still stands for the files that it was about. */
export async function tidy(relation, role, place, earlier = null) {
  const isActedUpon = ACTED_UPON.includes(relation);
  const mayWrite = ["write", "admin"].includes(role);
  const mayPlan = isActedUpon && mayWrite;
  const decisions = new Decisions();
  const again = () => tidy(relation, role, place, decisions);
  place.aside.replaceChildren(side(relation, role));
  place.told.textContent = text.grouping;
  try {
    const [found, plan, done, jobs] = await Promise.all([
      service.groups(relation),
      mayPlan ? service.plan({ relation }) : null,
      mayPlan ? service.undoable() : null,
      mayWrite ? service.jobs() : null,
    ]);
    const groups = model(found.groups, plan);
    if (earlier) decisions.carry(earlier, groups);
    const spare = plan ? { files: plan.counts.superfluous ?? 0, bytes: plan.freed } : found.superfluous; // what may go, where that is known
    place.told.textContent = groups.length ? text.groups(groups.length, spare.files, bytes(spare.bytes)) : text.noGroups;
    const view = el("div", { class: "tidy" });
    const running = jobs?.jobs.find((job) => job.kind === "dupes" && job.state === "running") ?? null;
    if (found.uncompared) view.append(uncompared(found.uncompared, mayWrite, running, place, again));
    if (isActedUpon && groups.length && role !== "admin") view.append(toAct(relation));
    if (groups.length) view.append(...(mayPlan ? deciding(groups, decisions, relation, role, done.actions, again) : [list(groups, null)]));
    if (done?.runs.length) place.aside.append(before(done.runs, role, again));
    place.show(view);
  } catch (error) {
    place.failed(error, again);
  }
}

function side(relation, role) {
  const choice = el("select", { onchange: () => location.assign(`/?tidy=${choice.value}`) });
  for (const each of RELATIONS) choice.append(el("option", { value: each, selected: each === relation }, each));
  const keys = ACTED_UPON.includes(relation) && role !== "read" ? el("p", { class: "hint keys" }, text.keys) : null;
  return el("div", { class: "panel" }, field(text.relation, choice), el("p", { class: "hint" }, text.relations[relation] ?? ""), keys);
}

function toAct(relation) {
  const command = `lookalike resolve --relation ${relation} --action trash`;
  return el("p", { class: "hint" }, text.toAct, " ", el("code", {}, command), " ", text.orAdmin, " ", el("code", {}, "lookalike serve --role admin"));
}

/** How many pictures were not compared yet; who may write has a button that does, and sees how far the `running` job is. */
function uncompared(count, mayWrite, running, place, again) {
  const made = el("div", {});
  const watch = async (job) => {
    const ended = await watched(job, made);
    if (ended.state === "failed") place.failed(new Error(ended.message ?? text.failed(ended.state)), again);
    else again();
  };
  const compare = async () => {
    try {
      await watch(running ?? (await service.compareAll()));
    } catch (error) {
      place.failed(error, again);
    }
  };
  const button = mayWrite ? el("button", { type: "button", onclick: compare }, text.compareAll) : null;
  made.append(el("p", { class: "actions" }, text.uncompared(count), button));
  if (running) compare();
  return made;
}

/** Groups that are decided upon, and the bar that sums it up. */
function deciding(groups, decisions, relation, role, actions, again) {
  const act = {
    decisions,
    accept: (group) => changed([group], () => decisions.accept(group)),
    keep: (group, member) => changed([group], () => decisions.keep(group, member)),
    drop: (group, member) => changed([group], () => decisions.toggle(group, member) || say(text.lastStays)),
    skip: (group) => changed([group], () => decisions.skip(group)),
    undo: () => changed(decisions.undo(), () => {}),
  };
  const shown = list(groups, act);
  const said = el("span", { class: "said", role: "status" });
  const action = el("select", { "aria-label": text.action }, actions.map((each) => el("option", { value: each }, text.actions[each])));
  const back = el("button", { type: "button", onclick: act.undo, disabled: true }, text.back);
  const all = el("button", { type: "button", onclick: () => changed(groups, () => decisions.acceptAll(groups)) }, text.acceptAll);
  const go = el("button", { type: "button", class: "main", disabled: true, onclick: () => apply({ relation, action: action.value, groups: decisions.wished() }, again) }, text.review);
  const bar = el("section", { class: "decisions", "aria-label": text.decisions }, said, el("span", { class: "grow" }), all, back, role === "admin" ? [action, go] : null);

  function changed(about, change) {
    said.textContent = "";
    change();
    for (const group of about) shown.renew(group);
    sum();
  }

  function sum() {
    const decided = decisions.decided();
    const going = decided.flatMap(([, decision]) => decision.drop);
    if (!said.textContent) say(text.decided(decided.length, going.length, bytes(going.reduce((sum, one) => sum + one.bytes, 0))));
    back.disabled = !decisions.canUndo;
    go.disabled = going.length === 0;
  }

  function say(words) {
    said.textContent = words;
  }

  sum();
  walk(shown, act);
  return [shown, bar];
}

/** The groups as elements, so many at once; renew(group) draws one again. */
function list(groups, act) {
  const drawn = new Map();
  const more = el("button", { type: "button", class: "more", onclick: showMore }, text.moreGroups);
  const made = el("div", { class: "groups" }, more);

  function showMore() {
    for (const group of groups.slice(drawn.size, drawn.size + AT_ONCE)) {
      drawn.set(group, groupOf(group, act));
      more.before(drawn.get(group));
    }
    more.hidden = drawn.size === groups.length;
  }

  made.renew = (group) => {
    const old = drawn.get(group);
    if (!old) return;
    const at = [...old.querySelectorAll("a.picture")].indexOf(document.activeElement);
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    drawn.set(group, groupOf(group, act));
    old.replaceWith(drawn.get(group));
    const renewed = drawn.get(group);
    (at >= 0 ? renewed.querySelectorAll("a.picture")[at] : focused && renewed.querySelector(`[data-act="${focused}"]`))?.focus();
  };
  showMore();
  return made;
}

/** Runs that can be undone. */
function before(runs, role, again) {
  const rows = runs.map((run) => el("li", {}, text.run(run.action, run.files, bytes(run.bytes))));
  const undo = role === "admin" ? el("button", { type: "button", onclick: () => undone(again) }, text.undoLast) : null;
  return el("section", { class: "runs", "aria-label": text.runs }, el("h2", {}, text.runs), el("ol", {}, rows), undo);
}
