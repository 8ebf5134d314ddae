// A box drawn on a picture, in px of the original.
import { el } from "./dom.js";

/** The picture with a box that is dragged; `told` gets "X,Y,W,H", or "" for the whole. */
export function cropper(source, name, size, crop, told) {
  const image = el("img", { src: source, alt: name, draggable: "false" });
  const box = el("div", { class: "box", hidden: true });
  const stage = el("div", { class: "stage" }, image, box);
  const natural = () => size ?? [image.naturalWidth, image.naturalHeight];
  let from = null;

  function place(x, y, w, h) {
    const [width, height] = natural();
    box.hidden = !(w > 0 && h > 0);
    Object.assign(box.style, {
      left: `${(100 * x) / width}%`,
      top: `${(100 * y) / height}%`,
      width: `${(100 * w) / width}%`,
      height: `${(100 * h) / height}%`,
    });
  }

  function at(event) {
    const frame = image.getBoundingClientRect();
    const [width, height] = natural();
    const clamp = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
    return [clamp((event.clientX - frame.left) / frame.width, width), clamp((event.clientY - frame.top) / frame.height, height)];
  }

  function between([a, b], [c, d]) {
    return [Math.min(a, c), Math.min(b, d), Math.abs(a - c), Math.abs(b - d)];
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    from = at(event);
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => from && place(...between(from, at(event))));
  stage.addEventListener("pointercancel", () => (from = null));
  stage.addEventListener("pointerup", (event) => {
    if (!from) return;
    const drawn = between(from, at(event));
    from = null;
    const isBox = drawn[2] >= 8 && drawn[3] >= 8;
    if (!isBox) place(0, 0, 0, 0);
    told(isBox ? drawn.join(",") : "");
  });
  image.addEventListener("load", () => {
    const given = crop.split(",").map(Number);
    if (given.length === 4 && given.every(Number.isFinite)) place(...given);
  });
  return stage;
}
