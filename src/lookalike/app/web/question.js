// A question as the page holds it: pictures, each with its sign, and the fields of the command line.
// A picture is {name, file, id, source, size, minus}: `file` where it was uploaded, `id` where the library holds it.

export const FIELDS = ["text", "words", "url", "where", "crop", "k", "group_by", "least"];
export const SWITCHES = ["any_orientation", "collapse"];

export function empty() {
  return { pictures: [], text: "", words: "", colour: [], url: "", where: "", crop: "", k: "20", group_by: "", least: "", any_orientation: false, collapse: false };
}

export function views(question) {
  return question.pictures.filter((picture) => !picture.minus);
}

export function isAsked(question) {
  return views(question).length > 0 || question.text.trim() || question.words.trim() || question.colour.length > 0 || question.url.trim();
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
    if (picture.id) told.push([picture.minus ? "minus_id" : "id", picture.id]);
  for (const colour of question.colour) told.push(["colour", colour]);
  for (const name of ["text", "words", "url", "where", "group_by"]) if (question[name].trim()) told.push([name, question[name].trim()]);
  if (question.crop && single(question)) told.push(["crop", question.crop]);
  if (question.k && question.k !== "20") told.push(["k", question.k]);
  if (question.group_by && question.least) told.push(["least", question.least]);
  for (const name of SWITCHES) if (question[name]) told.push([name, "true"]);
  return told;
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
  for (const picture of question.pictures)
    if (picture.file) made.append(picture.minus ? "minus_picture" : "picture", picture.file, picture.name);
  return made;
}

/** The question that an address holds; names and sizes of its pictures are told later. */
export function fromAddress(search) {
  const fields = new URLSearchParams(search);
  const made = empty();
  for (const [name, minus] of [["id", false], ["minus_id", true]])
    for (const id of fields.getAll(name))
      if (/^[0-9a-f]{64}$/.test(id)) made.pictures.push({ id, minus, name: id.slice(0, 8), size: null });
  made.colour = fields.getAll("colour");
  for (const name of FIELDS) if (fields.has(name)) made[name] = fields.get(name);
  for (const name of SWITCHES) made[name] = fields.get(name) === "true";
  return made;
}
