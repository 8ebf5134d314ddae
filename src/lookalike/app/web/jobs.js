// A job at work: how far it is, its rate, the time left, and a button that cancels it.
import { el } from "./dom.js";
import * as service from "./service.js";
import { text } from "./strings.js";

const STAGES = ["committed", "indexes", "comparisons", "groups"];

/** Draws in `work` how far a job is; the job once it has ended. */
export function watched(job, work) {
  const bar = el("progress", { "aria-label": text.progressOf(job.kind), max: 1 });
  const told = el("p", { role: "status" }, text.begins);
  const cancel = el("button", { type: "button", onclick: () => service.cancel(job.id).catch((error) => (told.textContent = error.message)) }, text.cancel);
  work.replaceChildren(el("div", { class: "job" }, bar, told, cancel));
  return service.followed(job.id, ({ progress }) => {
    const { total, rate, left, failed = 0 } = progress;
    const stage = STAGES.find((each) => progress[each] !== undefined);
    if (total) bar.value = progress[stage] / total;
    told.textContent = total ? text.progress(text.stages[stage], progress[stage], total, rate, left, failed) : text.begins;
  });
}
