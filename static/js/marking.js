// The marking room: saving (room_keeper), walking the criteria (room_walk), keys (room_keys), panes (room_panes), the place in the text
// (room_place), find (room_find) and the next piece (room_next). Without them each criterion has its own button, and every link works.
import { find } from "./room_find.js";
import { keepers } from "./room_keeper.js";
import { keys } from "./room_keys.js";
import { next } from "./room_next.js";
import { panes } from "./room_panes.js";
import { place } from "./room_place.js";
import { walk } from "./room_walk.js";
import { width } from "./room_width.js";

export function start(root) {
  const room = root.querySelector("[data-marking]");
  keepers(root);
  walk(root);
  panes(room);
  width(room);
  place(room);
  find(room);
  next(room);
  keys(root);
  room.dataset.marking = "ready";
}
