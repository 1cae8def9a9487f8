// Sends what is in the composer. What is refused stays in it, with the words that somebody saved meanwhile.
import { send } from "./send.js";

// Whether it is saved.
export async function save(composer) {
  if (composer.busy) return false;
  composer.busy = true;
  const { form, passage, changing, comments } = composer;
  const body = new FormData(form);
  for (const [name, value] of Object.entries(passage ?? {})) body.set(name, value);
  if (changing) body.set("revision", composer.revision);
  composer.tell("Saving");
  const found = await send(form.action, body);
  composer.busy = false;
  if (!found.ok) {
    refused(composer, found);
    return false;
  }
  composer.kept.drop(changing);
  comments.replace(found.list, found.total);
  composer.close(true);
  comments.choose(found.comment);
  comments.say(`Comment ${found.number} saved at ${found.saved}`);
  return true;
}

function refused(composer, found) {
  if (found.theirs !== undefined) {
    composer.revision = found.revision;
    composer.theirs.textContent = `Their text: ${found.theirs}`;
    composer.theirs.hidden = false;
  }
  composer.tell(found.sentence, true);
}
