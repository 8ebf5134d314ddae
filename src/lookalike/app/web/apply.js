// What will happen, before anything does; the act itself; and back.
import { el } from "./dom.js";
import * as service from "./service.js";
import { bytes, text } from "./strings.js";

const GOES = ["superfluous", "trashed", "moved", "linked", "restored"];

/** A dialog that shows what will become of the files of `wished`, and does it when told to; `again` draws the view anew. */
export async function apply(wished, again) {
  const { dialog, body } = opened(text.willHappen, again);
  body.replaceChildren(el("p", { role: "status" }, text.planning));
  try {
    const plan = await service.plan({ relation: wished.relation, groups: wished.groups });
    const going = plan.counts.superfluous ?? 0;
    const act = () => done(() => service.resolve(wished), body, again);
    body.replaceChildren(
      el("p", { class: "sum" }, going ? text.wouldGo(going, bytes(plan.freed), wished.action) : text.noneGoes),
      files(plan),
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", onclick: () => dialog.close(), autofocus: true }, text.cancel),
        going ? el("button", { type: "button", class: "main", onclick: act }, text.doIt(going, wished.action)) : null,
      ),
    );
  } catch (error) {
    body.replaceChildren(el("p", { role: "alert" }, error.message));
  }
}

/** A dialog that brings back what the last run acted upon. */
export async function undone(again) {
  const { body } = opened(text.undoing, again);
  await done(() => service.undo(1), body, again);
}

function opened(title, again) {
  const body = el("div", {});
  const close = el("button", { type: "button", onclick: () => dialog.close() }, text.close);
  const dialog = el("dialog", { class: "pair apply", "aria-label": title }, el("header", { class: "actions" }, el("h2", {}, title), el("span", { class: "grow" }), close), body);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.dataset.acted) again();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, body };
}

/** Runs a job and tells what came of it. */
async function done(begin, body, again) {
  const dialog = body.closest("dialog");
  body.replaceChildren(el("p", { role: "status" }, text.acting));
  dialog.querySelector("h2").textContent = text.happens;
  try {
    const job = await begin();
    dialog.dataset.acted = "true";
    const ended = await service.followed(job.id, () => {});
    dialog.querySelector("h2").textContent = text.happened;
    body.replaceChildren(ended.report ? report(ended.report, again) : el("p", { role: "alert" }, ended.message ?? text.failed(ended.state)));
  } catch (error) {
    body.replaceChildren(el("p", { role: "alert" }, error.message));
  }
}

function report(told, again) {
  const gone = told.groups.flatMap((group) => group.files).filter((file) => GOES.includes(file.outcome)).length;
  const isUndo = told.action === "undo";
  return el(
    "div",
    {},
    el("p", { class: "sum", role: "status" }, isUndo ? text.restored(gone) : text.acted(gone, bytes(told.freed), told.action)),
    files(told),
    !isUndo && gone
      ? el("div", { class: "actions" }, el("button", { type: "button", onclick: (event) => done(() => service.undo(1), event.target.closest("dialog > div"), again) }, text.undoThis))
      : null,
  );
}

/** A line for each file, group by group. */
function files(told) {
  const row = (file) =>
    el(
      "li",
      { class: GOES.includes(file.outcome) ? "goes" : "stays" },
      el("span", { class: GOES.includes(file.outcome) ? "badge to-drop" : "badge to-keep" }, text.outcomes[file.outcome]),
      el("span", { class: "name" }, file.path),
      el("span", { class: "why" }, [file.why, file.bytes ? bytes(file.bytes) : ""].filter(Boolean).join("; ")),
    );
  return el("div", { class: "outcomes", tabindex: "0", role: "region", "aria-label": text.files }, told.groups.map((group) => el("ul", {}, group.files.map(row))));
}
