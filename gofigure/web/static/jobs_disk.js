// How a draft stands to the file on disk. `draft.base` is what it began from: the file's bytes, by name (`seen`), and
// their text; `begins` alone sets it. From that, the text and the disk follows `draft.state`; `stands` alone sets it:
//
//   same    nothing was changed here: what others write is taken at once
//   edited  it was changed here, and on disk is what it began from
//   moved   it was changed here, and on disk is something else
import { ask } from "./act.js";

export const stands = (draft, isMoved) => {
  draft.state = draft.area.value === draft.base.text ? "same" : isMoved ? "moved" : "edited";
  draft.area.toggleAttribute("data-unsaved", draft.state !== "same"); // live.js: then it stays on the page
  draft.part(".moved").hidden = draft.state !== "moved";
};

export const begins = (draft, seen, text) => {
  draft.base = { seen, text };
  stands(draft, false);
};

export const onDisk = async ({ file }) => {
  const answer = await ask(`/api/v1/jobs?file=${encodeURIComponent(file)}`);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
};

// The page is drawn with a name of what is on disk, which may be older than what we know of it (a save is answered
// first): where the two differ, the server is asked what is there now.
export const follow = async (draft, take) => {
  await draft.queue; // what is being saved
  const { base } = draft;
  if (document.getElementById("disk").dataset.seen === base.seen) return stands(draft, false);
  if (draft.state === "moved") return undefined;
  const found = await onDisk(draft);
  if (draft.base !== base) return follow(draft, take); // saved or taken meanwhile
  if (found.seen !== base.seen && draft.state === "same") return take(found);
  return stands(draft, found.seen !== base.seen);
};
