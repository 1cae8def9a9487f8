// What is pasted from a word processor or a page, as Markdown: headings, bold, italic, lists, quotations, tables, footnotes.
const HEADING = /^H([1-6])$/;
const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table, section, article, main, pre";

const flat = (text) => text.replace(/\s+/g, " ");
const style = (node) => node.dataset.look ?? "";
const listed = (node) => /MsoList/.test(node.className) || /mso-list\s*:\s*(?!ignore|none)/i.test(style(node));

function wrap(text, mark) {
  const bare = text.trim();
  if (!bare) return text;
  const lead = text.slice(0, text.length - text.trimStart().length);
  return `${lead}${mark}${bare}${mark}${text.slice(lead.length + bare.length)}`;
}

// The text of a paragraph with its marks.
function inline(node, heading = false) {
  let found = "";
  for (const one of node.childNodes) {
    if (one.nodeType === Node.TEXT_NODE) found += flat(one.data).replace(/([\\`*_])/g, "\\$1");
    if (one.nodeType !== Node.ELEMENT_NODE || /mso-list\s*:\s*ignore/i.test(style(one))) continue;
    if (one.matches("style, script, ul, ol, a[href*='#_ftnref'], a[href*='#_ednref']")) continue;
    const note = one.matches("a") && (one.getAttribute("href") ?? "").match(/#_(?:ftn|edn)(\d+)$/);
    if (note) found += `[^${note[1]}]`;
    else if (one.matches("br")) found += " ";
    else found += dressed(one, inline(one, heading), heading);
  }
  return found;
}

function dressed(node, text, heading) {
  if (heading) return text;
  const look = style(node);
  const bold = node.matches("b, strong") ? !/(?<![-\w])font-weight\s*:\s*(?:normal|400)/i.test(look) : /(?<![-\w])font-weight\s*:\s*(?:bold|[6-9]00)/i.test(look);
  const italic = node.matches("i, em") ? !/(?<![-\w])font-style\s*:\s*normal/i.test(look) : /(?<![-\w])font-style\s*:\s*italic/i.test(look);
  return wrap(wrap(text, italic ? "*" : ""), bold ? "**" : "");
}

// A paragraph that Word draws as an item: its mark stands in the text, its depth in the style.
function item(node) {
  const mark = [...node.querySelectorAll("span")].find((one) => /mso-list\s*:\s*ignore/i.test(style(one)))?.textContent.trim() ?? "";
  const depth = Number(style(node).match(/level(\d)/)?.[1] ?? 1) - 1;
  const sign = /^\(?[0-9a-z]{1,3}[.)]/i.test(mark) ? "1." : "-";
  return `${"   ".repeat(depth)}${sign} ${flat(inline(node)).trim()}`;
}

function list(node, depth = 0) {
  const found = [];
  let number = Number(node.getAttribute("start") ?? 1);
  for (const one of node.children) {
    if (one.matches("ul, ol")) found.push(...list(one, depth + 1));
    if (!one.matches("li")) continue;
    const sign = node.matches("ol") ? `${number++}.` : "-";
    found.push(`${"   ".repeat(depth)}${sign} ${flat(inline(one)).trim()}`);
    for (const inner of one.querySelectorAll(":scope > ul, :scope > ol")) found.push(...list(inner, depth + 1));
  }
  return found;
}

function table(node) {
  const rows = [...node.rows].map((row) => [...row.cells].map((cell) => flat(inline(cell)).trim().replaceAll("|", "\\|")));
  const wide = Math.max(0, ...rows.map((row) => row.length));
  if (wide < 2) return rows.map((row) => row.join(" ")).join("\n\n");
  const line = (row) => `| ${Array.from({ length: wide }, (_, n) => row[n] ?? "").join(" | ")} |`;
  return [line(rows[0]), `|${" --- |".repeat(wide)}`, ...rows.slice(1).map(line)].join("\n");
}

function blocks(node, found) {
  for (const one of node.childNodes) {
    if (one.nodeType === Node.TEXT_NODE && one.data.trim()) found.push(flat(one.data).trim());
    if (one.nodeType !== Node.ELEMENT_NODE || one.matches("style, script, meta, link, title")) continue;
    const heading = one.tagName.match(HEADING);
    const note = one.id?.match(/^(?:ftn|edn)(\d+)$/);
    if (note) found.push(`[^${note[1]}]: ${flat(inline(one)).replace(/^\s*\[\^\d+\]\s*/, "").trim()}`);
    else if (heading) found.push(`${"#".repeat(Number(heading[1]))} ${flat(inline(one, true)).trim()}`);
    else if (one.matches("p") && listed(one)) found.push({ item: item(one) });
    else if (one.matches("ul, ol")) found.push(list(one).join("\n"));
    else if (one.matches("table")) found.push(table(one));
    else if (one.matches("blockquote")) {
      const inner = [];
      blocks(one, inner);
      found.push(joined(inner).split("\n").map((line) => `> ${line}`.trimEnd()).join("\n"));
    } else if (one.querySelector(BLOCKS)) blocks(one, found);
    else found.push(dressed(one, flat(inline(one)), false).trim());
  }
}

// Items follow one another line by line; everything else is parted by an empty line.
function joined(found) {
  let text = "";
  let before = null;
  for (const one of found) {
    const said = one.item ?? one;
    if (!said.trim()) continue;
    text += `${!text ? "" : before?.item && one.item ? "\n" : "\n\n"}${said}`;
    before = one;
  }
  return text;
}

// Empty where the browser's own paste does as well: nothing but plain words.
export function markdownOf(html) {
  // The content security policy holds in a parsed page too, and forbids styles: they are read under another name.
  const quiet = html.replace(/<style\b[\s\S]*?<\/style>/gi, "").replace(/(\s)style(\s*=)/gi, "$1data-look$2");
  const page = new DOMParser().parseFromString(quiet, "text/html");
  if (!page.body.querySelector("h1, h2, h3, h4, h5, h6, b, strong, i, em, ul, ol, table, blockquote, p, [data-look*='font-weight'], [data-look*='font-style']")) return "";
  const loose = page.body.querySelector(BLOCKS) === null;
  if (loose) return flat(inline(page.body));
  // Google's documents come inside one bold element that is not bold.
  const found = [];
  blocks(page.body, found);
  return joined(found);
}
