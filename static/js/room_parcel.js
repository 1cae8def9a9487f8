// What is not saved yet when the tutor goes to the next piece: it goes along, and the next page hands it over at once. So nobody waits
// for the server with one text before seeing the next. Until the server has it, the copy of its own piece stays in this browser too.
import { post } from "./room_post.js";
import { remember, remembered } from "./room_shared.js";

const KEY = "room-parcel";

// Whether all of it could be packed; a browser without storage saves first.
export function pack(forms) {
  if (!forms.length) return true;
  const who = document.querySelector(".wm-room-bar h1")?.firstChild.textContent.trim() ?? "";
  const parcel = forms.map(({ form, key }) => ({
    key,
    action: form.getAttribute("action"),
    fields: [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"),
    copy: remembered(key),
    label: `${form.closest("[data-criterion]").dataset.number} of ${who}`,
    back: `${location.pathname}?open=${form.id.slice(1)}#k-${form.id.slice(1)}`,
  }));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(parcel));
    return true;
  } catch {
    return false;
  }
}

function unpack() {
  try {
    const parcel = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    sessionStorage.removeItem(KEY);
    return parcel;
  } catch {
    return [];
  }
}

function tell(one, found) {
  const strip = document.createElement("div");
  strip.className = "wm-strip is-late";
  strip.role = "alert";
  const said = document.createElement("p");
  said.textContent = `${one.label} is not saved. ${found.sentence} What you wrote is kept there. `;
  const back = document.createElement("a");
  back.href = one.back;
  back.textContent = `Go back to ${one.label}`;
  said.append(back);
  strip.append(said);
  document.querySelector(".wm-text-inner").prepend(strip);
}

export async function deliver() {
  const bar = document.querySelector("[data-saved]");
  for (const one of unpack()) {
    const body = new FormData();
    for (const [name, value] of one.fields) body.append(name, value);
    const found = await post(one.action, body);
    if (!found.done) tell(one, found);
    else {
      if (remembered(one.key) === one.copy) remember(one.key, null);
      if (bar) bar.textContent = `Saved ${found.saved}: ${one.label}`;
    }
  }
}
