// What a form holds as plain values, and the copy of it in this browser.
export function readable(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken" || name === "revision" || typeof value !== "string") continue;
    (values[name] ??= []).push(value);
  }
  return values;
}

export function fill(form, values) {
  for (const control of form.elements) {
    if (!control.name || control.type === "hidden" || control.type === "file" || control.type === "submit") continue;
    const kept = values[control.name];
    if (control.type === "checkbox" || control.type === "radio") control.checked = Boolean(kept?.includes(control.value));
    else if (kept) control.value = kept.shift();
  }
}

// Whether somebody was faster than the script, or the browser put back what had been typed: the form is not as the server sent it.
export function touched(form) {
  return [...form.elements].some((one) => {
    if (!one.name || one.type === "hidden" || one.type === "file" || one.type === "submit") return false;
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.options) return [...one.options].some((option) => option.defaultSelected) && [...one.options].some((option) => option.selected !== option.defaultSelected);
    return one.value !== one.defaultValue;
  });
}

// Storage may be full or forbidden: the server's copy is then the only one.
export function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function newSign() {
  const sign = document.createElement("p");
  sign.role = "status";
  sign.className = "wm-saved";
  return sign;
}
