// A question as the page holds it: pictures, each with its sign, and the fields of the command line.
// A picture is {name, file, id, source, size, minus, weight}: `file` where it was uploaded, `id` where the library holds it.
// `weight` and `weights` are as they are typed, "" for none; `parts` are those of an address that the panel has no field for.
// `by` is {channel: weight}, empty where they count as by default.
// `liked` and `unliked` are answers that were judged, {id, name}.

import { weightsOf } from "./sliders.js";

export const FIELDS = ["text", "words", "url", "where", "crop", "k", "group_by", "least", "profile"];
const PART = /^(-?)(?:([0-9.]+):)?(id|text|words|colour):([^]+)$/;
const ID = /^[0-9a-f]{64}$/;
export const AS_OBJECTS = "as:objects"; // of `group_by`: objects in place of pictures, and pictures of none
export const SWITCHES = ["any_orientation", "collapse"];

export function empty() {
  return {
    pictures: [],
    liked: [],
    unliked: [],
    parts: [],
    weights: { text: "", words: "", colour: "" },
    text: "",
    words: "",
    colour: [],
    url: "",
    where: "",
    crop: "",
    k: "20",
    group_by: "",
    least: "",
    profile: "",
    by: {},
    any_orientation: false,
    collapse: false,
  };
}

export function views(question) {
  return question.pictures.filter((picture) => !picture.minus);
}

export function isAsked(question) {
  return views(question).length > 0 || question.parts.some((part) => !part.startsWith("-")) || question.text.trim() || question.words.trim() || question.colour.length > 0 || question.url.trim();
}

/** The picture that answers are laid over; null where there are several views, or none. */
export function single(question) {
  const asked = views(question);
  return asked.length === 1 && !question.url.trim() ? asked[0] : null;
}

/** Name and value of each field, in the words of the service. */
function pairs(question) {
  const told = [];
  for (const picture of question.pictures)
    if (picture.id) told.push(picture.weight ? ["part", weighted(picture, `id:${picture.id}`)] : [picture.minus ? "minus_id" : "id", picture.id]);
  const weighed = (name, value) => told.push(question.weights[name] ? ["part", `${question.weights[name]}:${name}:${value}`] : [name, value]);
  for (const colour of question.colour) weighed("colour", colour);
  for (const name of ["text", "words"]) if (question[name].trim()) weighed(name, question[name].trim());
  for (const part of question.parts) told.push(["part", part]);
  for (const name of ["url", "where", "group_by", "profile"])
    if (question[name].trim()) told.push(question[name] === AS_OBJECTS ? ["as", "objects"] : [name, question[name].trim()]);
  if (!question.profile) for (const [name, weight] of Object.entries(question.by)) if (weight > 0) told.push(["by", `${name}=${weight}`]);
  for (const { id } of question.liked) told.push(["like_id", id]);
  for (const { id } of question.unliked) told.push(["unlike_id", id]);
  if (question.crop && single(question)) told.push(["crop", question.crop]);
  if (question.k && question.k !== "20") told.push(["k", question.k]);
  if (question.group_by && question.least) told.push(["least", question.least]);
  for (const name of SWITCHES) if (question[name]) told.push([name, "true"]);
  return told;
}

function weighted(picture, source) {
  return `${picture.minus ? "-" : ""}${picture.weight}:${source}`;
}

/** The question as an address; a picture that was uploaded is not in it. */
export function address(question) {
  return new URLSearchParams(pairs(question)).toString();
}

export function hasUploads(question) {
  return question.pictures.some((picture) => picture.file);
}

export function form(question) {
  const made = new FormData();
  for (const [name, value] of pairs(question)) made.append(name, value);
  let sent = 0;
  for (const picture of question.pictures)
    if (picture.file) {
      const isPart = Boolean(picture.weight);
      made.append(picture.minus && !isPart ? "minus_picture" : "picture", picture.file, picture.name);
      if (isPart || !picture.minus) sent += 1;
      if (isPart) made.append("part", weighted(picture, `picture:${sent}`));
    }
  return made;
}

/** The question that an address holds; names and sizes of its pictures are told later. */
export function fromAddress(search) {
  const fields = new URLSearchParams(search);
  const made = empty();
  for (const [name, minus] of [["id", false], ["minus_id", true]])
    for (const id of fields.getAll(name)) if (ID.test(id)) made.pictures.push({ ...named(id), minus, weight: "", size: null });
  for (const [name, judged] of [["like_id", made.liked], ["unlike_id", made.unliked]])
    for (const id of fields.getAll(name)) if (ID.test(id)) judged.push(named(id));
  made.by = weightsOf(fields.getAll("by"));
  made.colour = fields.getAll("colour");
  for (const part of fields.getAll("part")) take(made, part);
  for (const name of FIELDS) if (fields.has(name)) made[name] = fields.get(name);
  if (fields.get("as") === "objects") made.group_by = AS_OBJECTS;
  for (const name of SWITCHES) made[name] = fields.get(name) === "true";
  return made;
}

function named(id) {
  return { id, name: id.slice(0, 8) };
}

/** Puts a part of an address where the panel shows it. */
function take(made, part) {
  const [, minus, weight = "1", kind, value] = part.match(PART) ?? [];
  if (kind === "id" && ID.test(value)) made.pictures.push({ ...named(value), minus: minus === "-", weight, size: null });
  else if (kind === "colour" && !minus && (made.colour.length === 0 || made.weights.colour === weight)) {
    made.colour.push(value);
    made.weights.colour = weight;
  } else if ((kind === "text" || kind === "words") && !minus && !made[kind]) {
    made[kind] = value;
    made.weights[kind] = weight;
  } else made.parts.push(part);
}
