// The view of somebody who looks after the library: jobs at work, folders, failures, calibration, describers, room.
import { el } from "./dom.js";
import { watched } from "./jobs.js";
import * as service from "./service.js";
import { bytes, text } from "./strings.js";

const AT_ONCE = 100;

/** Fills `place`, which has aside, told, failed(error, again), show(element) and recount(). */
export async function upkeep(role, place) {
  const mayWrite = ["write", "admin"].includes(role);
  const again = () => upkeep(role, place);
  place.aside.replaceChildren(el("div", { class: "panel" }, el("p", { class: "hint" }, text.upkeepHint)));
  try {
    const [status, kept, folders, jobs] = await Promise.all([
      service.status(),
      service.upkeep(),
      mayWrite ? service.folders() : null,
      mayWrite ? service.jobs() : null,
    ]);
    const work = el("div", { class: "work" });
    const begin = async (ids) => {
      try {
        watch(await service.index(ids));
      } catch (error) {
        place.failed(error, again);
      }
    };
    const watch = async (job) => {
      try {
        const ended = await watched(job, work);
        work.replaceChildren(el("p", { role: "status" }, summary(ended)));
        await place.recount();
        if (ended.state !== "failed") await again();
      } catch (error) {
        place.failed(error, again);
      }
    };
    place.told.textContent = "";
    place.show(
      el(
        "div",
        { class: "upkeep" },
        mayWrite ? section(text.jobs, work, past(jobs.jobs)) : null,
        section(text.foldersOf, folderTable(folders?.folders ?? kept.folders, mayWrite ? begin : null)),
        section(text.room, el("p", {}, text.takes(status.images, bytes(status.bytes), bytes(kept.free))), el("p", { class: "hint" }, text.originalsStay)),
        section(text.failures, failures(kept.failures)),
        section(text.calibration, el("p", {}, kept.calibration ? text.calibrated(kept.calibration) : text.uncalibrated), kept.calibration?.holds ? null : el("p", { class: "hint" }, text.toCalibrate, " ", el("code", {}, "lookalike calibrate"))),
        section(text.describers, describers(status)),
      ),
    );
    const running = jobs?.jobs.find((job) => job.state === "running");
    if (running) watch(running);
  } catch (error) {
    place.failed(error, again);
  }
}

function section(title, ...children) {
  return el("section", { "aria-label": title }, el("h2", {}, title), ...children);
}

function summary(job) {
  return text.jobTold(job, job.kind === "index" && job.report ? text.indexed(job.report) : (job.message ?? ""));
}

function past(jobs) {
  const ended = jobs.filter((job) => job.state !== "running");
  return ended.length ? el("ul", { class: "hint" }, ended.slice(0, 5).map((job) => el("li", {}, summary(job)))) : el("p", { class: "hint" }, text.noJobs);
}

function folderTable(folders, begin) {
  if (!folders.length) return el("p", { class: "hint" }, text.noFolders);
  const rows = folders.map((folder) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, folder.path),
      el("td", {}, text.count(folder.files)),
      el("td", { class: folder.is_there ? "" : "gone" }, folder.is_there ? text.there : text.notThere),
      begin ? el("td", {}, el("button", { type: "button", class: "link", "aria-label": text.changesIn(folder.path), disabled: !folder.is_there, onclick: () => begin([folder.id]) }, text.look)) : null,
    ),
  );
  const heads = [text.folder, text.files, text.state, begin ? text.changes : null].filter(Boolean).map((each) => el("th", { scope: "col" }, each));
  const all = begin ? el("p", {}, el("button", { type: "button", class: "main", onclick: () => begin([]) }, text.changesInAll)) : null;
  return el("div", {}, el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)), all);
}

function failures(reasons) {
  if (!reasons.length) return el("p", { class: "hint" }, text.noFailures);
  return el("div", {}, reasons.map(({ reason, files }) => failed(reason, files)));
}

/** Files that failed for one reason, asked for when they are opened. */
function failed(reason, files) {
  const list = el("ul", { class: "failures" });
  const more = el("button", { type: "button", hidden: true, onclick: next }, text.more);
  const made = el("details", { ontoggle: () => made.open && !list.hasChildNodes() && next() }, el("summary", {}, text.failedFiles(text.reasons[reason] ?? reason, files)), list, more);

  async function next() {
    try {
      const found = await service.failures(reason, list.children.length, AT_ONCE);
      list.append(...found.failures.map(({ path, detail }) => el("li", {}, el("span", { class: "name" }, path), detail ? ` ${detail}` : null)));
      more.hidden = list.children.length >= found.total;
    } catch (error) {
      list.append(el("li", { class: "problem" }, error.message));
    }
  }

  return made;
}

function describers({ spaces, local, channels }) {
  const row = (space, count, counts) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, space.name),
      el("td", { class: "wide" }, text.dims(space.dim, space.metric)),
      el("td", {}, text.count(count)),
      el("td", { class: "wide" }, space.index),
      el("td", {}, counts),
    );
  const rows = [...spaces.map((space) => row(space, space.vectors, channels[space.name]?.toFixed(2) ?? text.leftOut)), ...local.map((space) => row(space, space.pictures, text.proof))];
  const heads = [["", text.describer], ["wide", text.vector], ["", text.has], ["wide", text.index], ["", text.weight]].map(([kind, each]) => el("th", { scope: "col", class: kind }, each));
  return rows.length ? el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)) : el("p", { class: "hint" }, text.noDescribers);
}
