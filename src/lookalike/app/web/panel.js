// The panel that asks: pictures, words, colours, filters.
import { cropper } from "./crop.js";
import { el, field } from "./dom.js";
import { filters } from "./filters.js";
import { judged, others, weight } from "./parts.js";
import { single } from "./question.js";
import { thumbnail } from "./service.js";
import { sliders } from "./sliders.js";
import { text } from "./strings.js";

/** The panel of `question`, which it changes; `changed(ask)` is called after, with true where it should be asked. */
export function panel(question, { urls, words, profiles = [], channels, add, changed, clear }) {
  const chooser = el("input", {
    type: "file",
    accept: "image/*,.heic,.heif",
    multiple: true,
    id: "choose",
    class: "unseen",
    onchange: (event) => add([...event.target.files]),
  });
  const isFirst = question.pictures.length === 0;
  return el(
    "form",
    {
      class: "panel",
      "aria-label": text.ask,
      onsubmit: (event) => {
        event.preventDefault();
        changed(true);
      },
    },
    el(
      "div",
      { class: isFirst ? "drop" : "drop small" },
      el("span", {}, isFirst ? text.drop : text.dropAlso, " "),
      chooser,
      el("label", { for: "choose", class: "link" }, text.choose),
    ),
    pictures(question, changed),
    part(question, changed),
    others(question, changed),
    judged(question, changed),
    el(
      "details",
      { open: matchMedia("(min-width: 50rem)").matches || isRefined(question) },
      el("summary", {}, text.refine),
      colours(question, changed),
      el(
        "div",
        { class: "fields" },
        words ? weighed(question, "text", text.text) : null,
        weighed(question, "words", text.words),
        urls ? typed(question, "url", text.url, { type: "url", placeholder: "https://" }) : null,
        typed(question, "k", text.answers, { type: "number", min: 1, max: 1000 }),
        chosen(question, changed, "group_by", text.groupBy, thingNames(question.group_by)),
        question.group_by ? typed(question, "least", text.least, { type: "number", min: 0, max: 1, step: "any", placeholder: "0.5" }) : null,
        profiles.length || question.profile ? chosen(question, changed, "profile", text.profile, profileNames(profiles, question.profile)) : null,
      ),
      ...filtered(question, changed),
      question.profile ? null : sliders(question, channels, changed),
      el("div", { class: "switches" }, toggled(question, "any_orientation", text.any), toggled(question, "collapse", text.collapse)),
    ),
    el(
      "div",
      { class: "actions" },
      el("button", { type: "submit", class: "main" }, text.search),
      el("button", { type: "button", onclick: clear }, text.clear),
    ),
  );
}

function isRefined(question) {
  return question.colour.length > 0 || Object.keys(question.by).length > 0 || ["text", "words", "url", "where", "group_by", "profile"].some((name) => question[name]);
}

function typed(question, name, label, more = {}) {
  const input = el("input", { name, autocomplete: "off", ...more, oninput: (event) => (question[name] = event.target.value) });
  input.value = question[name];
  return field(label, input);
}

/** Filters as chips, and as they are written: typing renews the chips. */
function filtered(question, changed) {
  let chips = filters(question, changed);
  const written = typed(question, "where", text.whereWritten, { placeholder: text.whereHint, spellcheck: "false" });
  written.addEventListener("input", () => {
    const renewed = filters(question, changed);
    chips.replaceWith(renewed);
    chips = renewed;
  });
  return [chips, written];
}

/** A field with its weight beside it. */
function weighed(question, name, label) {
  return el("div", { class: "weighed" }, typed(question, name, label), weight(question.weights, name, text.weightOf(label)));
}

function chosen(question, changed, name, label, named) {
  const choose = (event) => {
    question[name] = event.target.value;
    changed(false);
  };
  const choice = el("select", { name, onchange: choose });
  for (const [value, told] of named) choice.append(el("option", { value, selected: value === question[name] }, told));
  return field(label, choice);
}

function thingNames(asked) {
  const named = Object.entries(text.things);
  return asked && !(asked in text.things) ? [...named, [asked, asked]] : named;
}

function profileNames(known, asked) {
  const names = asked && !known.includes(asked) ? [...known, asked] : known;
  return [["", text.defaultProfile], ...names.map((name) => [name, name])];
}

function toggled(question, name, label) {
  const input = el("input", { type: "checkbox", onchange: (event) => (question[name] = event.target.checked) });
  input.checked = question[name];
  return el("label", {}, input, " ", label);
}

function pictures(question, changed) {
  if (question.pictures.length === 0) return null;
  const rows = question.pictures.map((picture) => {
    const sign = el("input", {
      type: "checkbox",
      "aria-label": text.signFor(picture.name),
      onchange: (event) => {
        picture.minus = event.target.checked;
        changed(false);
      },
    });
    sign.checked = picture.minus;
    const remove = () => {
      question.pictures.splice(question.pictures.indexOf(picture), 1);
      question.crop = "";
      changed(false);
    };
    return el(
      "li",
      { class: picture.minus ? "chip minus" : "chip" },
      el("img", { src: picture.source ?? thumbnail(picture.id, 64), alt: text.noPreview }),
      el("span", { class: "name", title: picture.name }, picture.name.split("/").pop()),
      weight(picture, "weight", text.weightOf(picture.name)),
      el("label", {}, sign, " ", text.sign),
      el("button", { type: "button", class: "icon", "aria-label": text.remove(picture.name), onclick: remove }, "×"),
    );
  });
  return el("ul", { class: "chips", "aria-label": text.views }, rows);
}

function part(question, changed) {
  const picture = single(question);
  if (!picture || (!picture.source && !picture.size)) return null;
  const drawn = (crop) => {
    question.crop = crop;
    changed(true);
  };
  const source = picture.source ?? thumbnail(picture.id, 640);
  return el(
    "div",
    { class: "part" },
    cropper(source, picture.name, picture.source ? null : picture.size, question.crop, drawn),
    el("p", { class: "hint" }, text.part),
    question.crop
      ? el(
          "div",
          { class: "actions" },
          typed(question, "crop", text.partField),
          el("button", { type: "button", onclick: () => drawn("") }, text.whole),
        )
      : null,
  );
}

function colours(question, changed) {
  const input = el("input", { type: "color", value: "#2a6f97", "aria-label": text.colour });
  const added = el(
    "button",
    {
      type: "button",
      onclick: () => {
        question.colour.push(input.value);
        changed(true);
      },
    },
    text.addColour,
  );
  const chips = question.colour.map((colour, at) => {
    const remove = () => {
      question.colour.splice(at, 1);
      changed(false);
    };
    const dot = el("span", { class: "dot" });
    dot.style.background = colour.split("=")[0];
    return el(
      "li",
      { class: "chip" },
      dot,
      el("span", { class: "name" }, colour),
      el("button", { type: "button", class: "icon", "aria-label": text.remove(colour), onclick: remove }, "×"),
    );
  });
  return el("div", { class: "colours" }, el("ul", { class: "chips" }, chips), el("div", { class: "actions" }, input, added, chips.length ? weight(question.weights, "colour", text.weightOf(text.colour)) : null));
}
