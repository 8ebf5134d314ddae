// Decisions on groups of duplicates, which touch no file: what stays, what goes, and one step back at a time.
// A decision is {keep, drop}, lists of members, or {skipped: true}; a group without one is open.

export class Decisions {
  #of = new Map();
  #before = [];

  of(group) {
    return this.#of.get(group) ?? null;
  }

  /** What the rules propose. */
  accept(group) {
    const drop = group.members.filter((member) => member.goes);
    if (drop.length) this.#set([[group, { keep: group.members.filter((member) => member.is_kept), drop }]]);
  }

  acceptAll(groups) {
    const open = groups.filter((group) => !this.of(group) && group.members.some((member) => member.goes));
    const proposed = (group) => ({ keep: group.members.filter((one) => one.is_kept), drop: group.members.filter((one) => one.goes) });
    this.#set(open.map((group) => [group, proposed(group)]));
  }

  /** This one stays, and the others go as far as they may. */
  keep(group, member) {
    const drop = group.members.filter((one) => one !== member && one.is_there);
    if (member.is_there && drop.length) this.#set([[group, { keep: [member], drop }]]);
  }

  /** This one goes, or stays after all; false where it is the last that stays. */
  toggle(group, member) {
    const now = this.of(group);
    const decided = now?.keep ? now : { keep: group.members.filter((one) => one.is_there), drop: [] };
    const drop = decided.drop.includes(member) ? decided.drop.filter((one) => one !== member) : [...decided.drop, member];
    const keep = group.members.filter((one) => one.is_there && !drop.includes(one) && (decided.keep.includes(one) || one === member));
    if (keep.length === 0 || !member.is_there) return false;
    this.#set([[group, drop.length ? { keep, drop } : null]]);
    return true;
  }

  skip(group) {
    this.#set([[group, this.of(group)?.skipped ? null : { skipped: true }]]);
  }

  /** Takes over what was decided `earlier` on other groups of the same files; of what has joined them since nothing goes. */
  carry(earlier, groups) {
    const ids = (members) => new Set(members.map((member) => member.file_id));
    const gone = ids([...earlier.#of.values()].flatMap((decision) => decision.drop ?? []));
    const passed = ids([...earlier.#of].flatMap(([group, decision]) => (decision.skipped ? group.members : [])));
    const decided = groups.map((group) => {
      const there = group.members.filter((member) => member.is_there);
      const drop = there.filter((member) => gone.has(member.file_id));
      const keep = there.filter((member) => !gone.has(member.file_id));
      if (drop.length && keep.length) return [group, { keep, drop }];
      return group.members.some((member) => passed.has(member.file_id)) ? [group, { skipped: true }] : null;
    });
    const changes = decided.filter(Boolean);
    if (changes.length) this.#set(changes);
  }

  /** Takes back the last decision; gives the groups that it was about. */
  undo() {
    const before = this.#before.pop() ?? [];
    for (const [group, decision] of before) this.#put(group, decision);
    return before.map(([group]) => group);
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  /** Groups of which something goes, in the words of the service. */
  wished() {
    const ids = (members) => members.map((member) => member.file_id);
    return this.decided().map(([, { keep, drop }]) => ({ keep: ids(keep), drop: ids(drop) }));
  }

  decided() {
    return [...this.#of].filter(([, decision]) => decision.drop);
  }

  #set(changes) {
    this.#before.push(changes.map(([group]) => [group, this.of(group)]));
    for (const [group, decision] of changes) this.#put(group, decision);
  }

  #put(group, decision) {
    if (decision) this.#of.set(group, decision);
    else this.#of.delete(group);
  }
}
