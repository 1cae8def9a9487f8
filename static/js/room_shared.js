// What the modules of the marking room share: the criteria, what this browser remembers, and a sheet of rules set by script.
export const criteria = () => [...document.querySelectorAll("[data-criterion]")];
export const current = () => criteria().find((one) => one.open);
export const formOf = (one) => one?.querySelector("form[data-decides]");
export const decided = (one) => Boolean(one.querySelector("input[type=radio]:checked, input[name=mark]")?.value);
export const wide = () => window.matchMedia("(min-width: 62rem)").matches;

export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Kept for this page only.
  }
}

// Letters and what they do; a module adds its own. They are heard outside text fields, and can be switched off.
export const letters = new Map();

let sheet;

// One rule at a time; a sheet made by script is what the content security policy allows where a style attribute is not.
export function rule(text) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  sheet.replaceSync(text);
}
