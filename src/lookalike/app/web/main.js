// The page: a panel that asks, a grid that answers, and the address bar that holds the question.
import { el, field } from "./dom.js";
import { cards, walk } from "./grid.js";
import { pair } from "./pair.js";
import { panel } from "./panel.js";
import { address, empty, form, fromAddress, hasUploads, isAsked, single } from "./question.js";
import * as service from "./service.js";
import { text } from "./strings.js";
import { tidy } from "./tidy.js";
import { adder } from "./upload.js";
import { upkeep } from "./upkeep.js";

const state = { question: empty(), hits: [], next: null, status: null, asking: null };
const count = el("span", { class: "count" });
const aside = el("aside", {});
const told = el("p", { class: "told", role: "status" });
const list = el("ul", { class: "grid" });
const more = el("button", { type: "button", class: "more", hidden: true, onclick: showMore }, text.more);

const adding = adder({ done: recount, failed: (error) => failed(error, showPanel) }); // one, so that what it tells stays

document.querySelector("#app").replaceChildren(
  el("header", { class: "bar" }, el("a", { class: "brand", href: "/" }, "lookalike"), count, el("span", { class: "grow" }), el("a", { href: "/?tidy=identical" }, text.duplicates), el("a", { href: "/?upkeep" }, text.upkeep), el("a", { href: "/docs" }, text.routes)),
  el("div", { class: "columns" }, aside, el("main", {}, told, list, more)),
);
walk(list);

function showPanel() {
  const { urls, words, profiles, channels } = state.status ?? {};
  const act = { urls, words, profiles, channels, add, changed, clear };
  const held = aside.contains(document.activeElement) ? document.activeElement : null;
  aside.replaceChildren(panel(state.question, act), ...(mayAdd() ? [adding] : []));
  if (held) refocus(held);
}

/** Focus, and the place in its text, of the field that took the place of `held`. */
function refocus(held) {
  const field = held.name && aside.querySelector(`[name="${CSS.escape(held.name)}"]`);
  if (!field) return;
  field.focus();
  if (field.type === "text") field.setSelectionRange(held.selectionStart, held.selectionEnd);
}

function mayWrite() {
  return ["write", "admin"].includes(state.status?.role);
}

function mayAdd() {
  return Boolean(state.status?.uploads) && mayWrite();
}

function changed(ask) {
  if (ask && isAsked(state.question)) search();
  showPanel();
}

function clear() {
  state.question = empty();
  history.pushState(null, "", "/");
  showPanel();
  answer([], null);
  told.textContent = text.start;
}

function add(files) {
  const pictures = files.filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
  for (const file of pictures)
    state.question.pictures.push({ name: file.name || "picture", file, source: URL.createObjectURL(file), size: null, minus: false, weight: "" });
  if (pictures.length === 0) return;
  state.question.crop = "";
  changed(true);
}

function askWith(hit) {
  const { where, k, profile, by } = state.question;
  state.question = { ...empty(), where, k, profile, by };
  state.question.pictures.push({ id: hit.id, name: hit.path, size: hit.size, minus: false, weight: "" });
  changed(true);
  scrollTo({ top: 0 });
}

const judge = { askWith, like: (hit) => judged(hit, "liked", "unliked"), unlike: (hit) => judged(hit, "unliked", "liked"), isLiked };

function isLiked(hit) {
  return state.question.liked.some(({ id }) => id === hit.id);
}

/** Puts an answer in one list and out of the other, or takes it back. */
function judged(hit, into, other) {
  const { question } = state;
  const isIn = question[into].some(({ id }) => id === hit.id);
  for (const name of [into, other]) question[name] = question[name].filter(({ id }) => id !== hit.id);
  if (!isIn) question[into].push({ id: hit.id, name: hit.path });
  changed(true);
}

async function search({ isNew = true } = {}) {
  state.asking?.abort();
  const asking = (state.asking = new AbortController());
  const question = state.question;
  told.textContent = text.searching;
  list.setAttribute("aria-busy", "true");
  const fields = address(question);
  if (isNew) history.pushState(null, "", hasUploads(question) || !fields ? "/" : `/?${fields}`);
  try {
    const found = await (hasUploads(question) ? service.byForm(form(question), asking.signal) : service.byAddress(fields, asking.signal));
    answer(found.hits, found.next);
    const verdict = found.verdict ? text.verdict(found.verdict) : "";
    told.textContent = found.hits.length ? verdict + text.found(found.hits.length, found.searched, found.seconds) : text.nothing;
  } catch (error) {
    if (error.name === "AbortError") return;
    answer([], null);
    failed(error, () => search({ isNew: false }));
  } finally {
    if (state.asking === asking) list.removeAttribute("aria-busy");
  }
}

function answer(hits, next) {
  state.hits = hits;
  const held = list.contains(document.activeElement) && document.activeElement;
  list.replaceChildren(...cards(hits, { open, ...judge }));
  if (held) (list.querySelector(`[data-of="${CSS.escape(held.dataset.of ?? "")}"]`) ?? list.querySelector(".picture"))?.focus();
  goOn(next);
}

function goOn(next) {
  state.next = next;
  more.hidden = next === null;
}

async function showMore() {
  try {
    const found = await service.further(state.next);
    state.hits = [...state.hits, ...found.hits];
    list.append(...cards(found.hits, { open, ...judge }));
    goOn(found.next);
  } catch (error) {
    failed(error, showMore);
  }
}

async function open(hit) {
  const query = await laid(single(state.question));
  const step = (by) => {
    const other = state.hits[state.hits.indexOf(hit) + by];
    if (other) {
      dialog.close();
      open(other);
    }
  };
  const dialog = pair(hit, query, { ...judge, mayWrite: mayWrite(), step });
  document.body.append(dialog);
  dialog.showModal();
}

/** The picture that was asked about, with its size, cut to the part; null where a browser cannot show it. */
async function laid(picture) {
  if (!picture) return null;
  const image = await loaded(picture.source ?? service.thumbnail(picture.id, 1024));
  if (!image) return null;
  const size = picture.size ?? [image.naturalWidth, image.naturalHeight];
  const box = state.question.crop.split(",").map(Number);
  if (box.length !== 4) return { ...picture, source: image.src, size };
  const scale = image.naturalWidth / size[0];
  const [x, y, w, h] = box;
  const canvas = el("canvas", { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) });
  canvas.getContext("2d").drawImage(image, x * scale, y * scale, w * scale, h * scale, 0, 0, canvas.width, canvas.height);
  const file = await new Promise((made) => canvas.toBlob(made, "image/webp", 0.95));
  return { source: canvas.toDataURL("image/webp", 0.9), file, name: picture.name, size: [w, h] };
}

function loaded(source) {
  const image = new Image();
  return new Promise((told) => {
    image.addEventListener("load", () => told(image));
    image.addEventListener("error", () => told(null));
    image.src = source;
  });
}

function failed(error, again) {
  if (error.status === 401) return askToken(again);
  told.replaceChildren(el("span", { class: "problem" }, error.message));
}

function askToken(again, why = text.token) {
  const user = el("input", { name: "username", autocomplete: "username", value: "lookalike", hidden: true }); // for password managers
  const input = el("input", { type: "password", autocomplete: "current-password", required: true });
  const enter = async (event) => {
    event.preventDefault();
    try {
      await service.enter(input.value);
      await begin();
      again();
    } catch (error) {
      askToken(again, error.status === 401 ? text.wrongToken : error.message);
    }
  };
  told.replaceChildren(
    el("form", { class: "token", onsubmit: enter }, el("p", {}, why), user, field(text.tokenField, input), el("button", { class: "main" }, text.enter)),
  );
  input.focus();
}

async function recount() {
  state.status = await service.status();
  count.textContent = text.pictures(state.status.images);
}

async function begin() {
  await recount();
  showPanel();
}

/** Shows an element in the place of the answers. */
function show(view) {
  document.querySelector(".view")?.remove();
  view.classList.add("view");
  list.remove();
  told.after(view);
}

async function fromBar() {
  const asked = new URLSearchParams(location.search);
  const place = { aside, told, failed, show, recount };
  if (asked.has("tidy")) return tidy(asked.get("tidy"), state.status?.role, place);
  if (asked.has("upkeep")) return upkeep(state.status?.role, place);
  state.question = fromAddress(location.search);
  showPanel();
  if (!isAsked(state.question)) {
    answer([], null);
    told.textContent = text.start;
    return;
  }
  const { pictures, liked, unliked } = state.question;
  for (const picture of [...pictures, ...liked, ...unliked])
    service.picture(picture.id).then(
      (known) => {
        Object.assign(picture, { name: known.files[0].path, size: known.size });
        showPanel();
      },
      () => {},
    );
  await search({ isNew: false });
}

addEventListener("popstate", fromBar);
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dragging");
});
addEventListener("dragleave", (event) => event.relatedTarget === null && document.body.classList.remove("dragging"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dragging");
  add([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) {
    event.preventDefault();
    add(files);
  }
});

showPanel();
const start = () => (state.question.pictures.length ? undefined : fromBar()); // somebody may have been quicker
begin().then(start, (error) => failed(error, start));
