// What is being written and not saved: one new comment of a piece of work, and one for each comment that is being changed.
function stored(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else if (value !== undefined) localStorage.setItem(key, value);
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export class Draft {
  constructor(piece) {
    this.begins = `comment:${piece}:`;
  }

  place(changing) {
    return `${this.begins}${changing?.pk ?? "new"}`;
  }

  of(changing) {
    return stored(this.place(changing));
  }

  keep(draft) {
    stored(this.place(draft.changing), draft.body.trim() ? JSON.stringify(draft) : null);
  }

  drop(changing) {
    stored(this.place(changing), null);
  }

  // Some draft of this piece, if there is one.
  any() {
    try {
      const key = Object.keys(localStorage).find((one) => one.startsWith(this.begins));
      return key ? stored(key) : null;
    } catch {
      return null;
    }
  }
}
