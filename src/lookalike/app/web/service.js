// What the page asks of the service; errors are Problems that say what to do.
import { text } from "./strings.js";

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const TRIES = 3;

/** The document of an answer; asks again where too many ask at once, when it is told to. */
async function ask(url, options = {}, tries = TRIES) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, text.offline);
  }
  const again = Number(answer.headers.get("Retry-After"));
  if (answer.status === 503 && again && tries > 1) {
    await new Promise((waited) => setTimeout(waited, 1000 * again));
    return ask(url, options, tries - 1);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, told.detail ?? answer.statusText);
  return told;
}

function json(value) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

/** The job once it has ended; `told` gets it whenever it changes. */
export function followed(id, told) {
  return new Promise((ended, failed) => {
    const events = new EventSource(`/api/jobs/${id}/events`);
    events.addEventListener("message", (event) => {
      const now = JSON.parse(event.data);
      told(now);
      if (now.state === "running") return;
      events.close();
      ended(now);
    });
    events.addEventListener("error", () => events.readyState === EventSource.CLOSED && failed(new Problem(0, text.offline)));
  });
}

export const status = () => ask("/api/status");
export const upload = (form) => ask("/api/pictures", { method: "POST", body: form });
export const upkeep = () => ask("/api/upkeep");
export const folders = () => ask("/api/folders");
export const failures = (reason, start, count) => ask(`/api/failures?${new URLSearchParams({ reason, start, count })}`);
export const jobs = () => ask("/api/jobs");
export const index = (folders) => ask("/api/jobs/index", json({ folders }));
export const cancel = (id) => ask(`/api/jobs/${id}`, { method: "DELETE" });
export const picture = (id) => ask(`/api/pictures/${id}`);
export const labels = (id) => ask(`/api/pictures/${id}/labels`);
export const suggested = (id) => ask(`/api/labels/suggested?id=${id}`);
export const giveLabel = (id, label) => ask(`/api/pictures/${id}/labels`, json({ labels: [label] }));
export const further = (token) => ask(`/api/search/${token}`);
export const byAddress = (fields, signal) => ask(`/api/search?${fields}`, { signal });
export const byForm = (form, signal) => ask("/api/search", { method: "POST", body: form, signal });
export const matched = (form) => ask("/api/match", { method: "POST", body: form });
export const explained = (form) => ask("/api/explain", { method: "POST", body: form });
export const groups = (relation) => ask(`/api/dupes?relation=${encodeURIComponent(relation)}`);
export const compareAll = () => ask("/api/jobs/dupes", { method: "POST" });
export const plan = (wished) => ask("/api/resolve", json(wished));
export const undoable = () => ask("/api/resolve");
export const resolve = (ordered) => ask("/api/jobs/resolve", json(ordered));
export const undo = (runs) => ask("/api/jobs/undo", json({ runs }));
export const enter = (token) =>
  ask("/api/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
export const thumbnail = (id, side = 240) => `/api/pictures/${id}/thumbnail?side=${side}`;
