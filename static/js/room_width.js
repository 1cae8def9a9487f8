// How wide the text is set: narrow, usual or wide. Remembered in this browser.
import { letters, remember, remembered } from "./room_shared.js";

const KEY = "room-width";

export function width(room) {
  const select = room.querySelector("[data-width]");
  if (!select) return;
  const set = (value) => {
    select.value = value;
    room.dataset.width = value;
    remember(KEY, value || null);
  };
  room.querySelector("[data-width-label]").hidden = false;
  set(remembered(KEY) ?? "");
  select.addEventListener("change", () => set(select.value));
  letters.set("w", () => {
    const values = [...select.options].map((one) => one.value);
    set(values[(values.indexOf(select.value) + 1) % values.length]);
  });
}
