// Adding pictures to the library, where the service keeps some: bunch by bunch, each found once its job is done.
import { el } from "./dom.js";
import * as service from "./service.js";
import { text } from "./strings.js";

const MOST = 16; // pictures of one request
const BYTES = 30e6; // of one request; the service takes 32 MB

/** A button that adds pictures; `done` is called after each bunch, `failed(error)` tells what went wrong. */
export function adder({ done, failed }) {
  const told = el("p", { class: "hint", role: "status" });
  const refused = el("ul", { class: "refused" });
  const chooser = el("input", { type: "file", accept: "image/*,.heic,.heif", multiple: true, id: "add", class: "unseen", onchange: start });

  async function start() {
    const files = [...chooser.files];
    chooser.value = ""; // so that the same ones can be chosen again
    if (!files.length) return;
    chooser.disabled = true;
    refused.replaceChildren();
    const sum = { added: 0, known: 0 };
    try {
      for (const bunch of bunches(files)) {
        told.textContent = text.adding(sum.added + sum.known + refused.children.length, files.length);
        await send(bunch, sum);
        await done();
      }
    } catch (error) {
      failed(error);
    } finally {
      told.textContent = text.added(sum.added, sum.known);
      chooser.disabled = false;
    }
  }

  async function send(bunch, sum) {
    const form = new FormData();
    for (const file of bunch) form.append("picture", file);
    const answer = await service.upload(form).catch((error) => {
      if (error.status !== 422) throw error; // none of the bunch is a picture; the next one may be
      return { pictures: [], refused: [{ upload: "", detail: error.message }], job: null };
    });
    sum.added += answer.pictures.filter((each) => each.new).length;
    sum.known += answer.pictures.filter((each) => !each.new).length;
    refused.append(...answer.refused.map((each) => el("li", {}, each.upload ? text.notAdded(each.upload, each.detail) : each.detail)));
    if (!answer.job) return;
    const job = await service.followed(answer.job.id, () => {});
    if (job.state === "failed" || job.state === "cancelled") throw new service.Problem(0, text.failed(job.state));
  }

  return el("section", { class: "add", "aria-label": text.add }, chooser, el("label", { for: "add", class: "link" }, text.add), told, refused);
}

/** Files in their order, as many at a time as one request takes; one that is too large by itself goes alone. */
function bunches(files) {
  const made = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > BYTES || made.at(-1).length === MOST) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1).push(file);
    bytes += file.size;
  }
  return made;
}
