// <div data-classpick> around a <select> (findable by words, code, data-en and data-py, the pinyin), or with data-url answering [{value, zh, en, code, line}] to ?q=.
// The combobox pattern of ARIA: typing filters, arrows move, Enter takes, Escape closes. Markup: class_pick.html.
import { say } from "./words.js";

const MOST = 30;
const FEW = 12;
let made = 0;

const plain = (text) => text.normalize("NFKC").toLowerCase();

/** The options of a select as rows; words in data-en and data-code make them findable too. */
function rowsOf(select) {
  return [...select.options]
    .filter((option) => option.value !== "")
    .map((option) => ({
      value: option.value,
      zh: option.textContent.trim(),
      en: option.dataset.en ?? "",
      code: option.dataset.code ?? "",
      py: option.dataset.py ?? "",
      group: option.closest("optgroup")?.label ?? "",
    }));
}

/** Where the sounds begin with the word, else where it stands within them; one letter alone finds nothing within. */
function spelled(py, word) {
  const [whole = "", initials = ""] = py.split(" ");
  if (whole.startsWith(word) || initials.startsWith(word)) return 0;
  return word.length > 1 ? py.indexOf(word) : -1;
}

/** Smaller is better; -1 when a word is found nowhere. */
function rank(row, words) {
  const [zh, en, code, py] = [plain(row.zh), plain(row.en ?? ""), plain(row.code ?? ""), row.py ?? ""];
  let total = 0;
  for (const word of words) {
    const places = [code.indexOf(word), zh.indexOf(word), spelled(py, word), en.indexOf(word), plain(row.group ?? "").indexOf(word)];
    const best = places.findIndex((place) => place >= 0);
    if (best < 0) return -1;
    total += best * 100 + places[best];
  }
  return total + zh.length / 100;
}

function filter(rows, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!words.length) return rows.slice(0, MOST);
  return rows
    .map((row) => [rank(row, words), row])
    .filter(([score]) => score >= 0)
    .sort(([a], [b]) => a - b)
    .slice(0, MOST)
    .map(([, row]) => row);
}

function marked(text, query) {
  const at = query ? plain(text).indexOf(plain(query.trim())) : -1;
  if (at < 0 || !query.trim()) return [text];
  const mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + query.trim().length);
  return [text.slice(0, at), mark, text.slice(at + query.trim().length)];
}

class Combo {
  constructor(box) {
    this.box = box;
    this.id = `combo-${(made += 1)}`;
    this.select = box.querySelector("select");
    this.hidden = this.select ?? box.querySelector('input[type="hidden"]');
    this.rows = this.select ? rowsOf(this.select) : [];
    this.build();
    this.input.value = this.chosen();
    this.listen();
  }

  chosen() {
    if (!this.select) return this.hidden.dataset.label ?? "";
    return this.select.value ? this.select.selectedOptions[0]?.textContent.trim() : "";
  }

  build() {
    const label = this.box.querySelector("label");
    this.input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", spellcheck: false });
    this.input.id = this.select ? `${this.select.id}-find` : label.htmlFor;
    label.htmlFor = this.input.id;
    const pairs = { role: "combobox", "aria-expanded": "false", "aria-controls": this.id, "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(pairs)) this.input.setAttribute(name, value);
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.select?.hasAttribute(name)) this.input.setAttribute(name, this.select.getAttribute(name));
    }
    this.list = Object.assign(document.createElement("ul"), { id: this.id, className: "combo-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label.textContent.trim());
    this.says = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.says.setAttribute("role", "status");
    this.clear = Object.assign(document.createElement("button"), { type: "button", className: "combo-clear", textContent: "×" });
    this.clear.setAttribute("aria-label", say("Clear"));
    const frame = Object.assign(document.createElement("div"), { className: "combo" });
    frame.append(this.input, this.clear, this.list, this.says);
    this.clear.hidden = !this.hidden.value;
    this.hidden.insertAdjacentElement("afterend", frame);
    if (this.select) this.select.hidden = true;
  }

  listen() {
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the input
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(this.found[Number(option.dataset.at)]);
    });
    this.clear.addEventListener("click", () => {
      this.take({ value: "", zh: "" });
      this.input.focus();
    });
  }

  async look() {
    const query = this.input.value === this.chosen() ? "" : this.input.value;
    if (this.box.dataset.url) this.rows = (await this.ask(query)) ?? this.rows;
    this.open(this.box.dataset.url ? this.rows.slice(0, MOST) : filter(this.rows, query), query);
  }

  async ask(query) {
    this.asking?.abort();
    this.asking = new AbortController();
    const url = new URL(this.box.dataset.url, location.href);
    url.searchParams.set("q", query);
    try {
      const answer = await fetch(url, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      const body = answer.ok ? await answer.json() : [];
      return Array.isArray(body) ? body : body.results;
    } catch {
      return null;
    }
  }

  open(found, query) {
    this.found = found;
    this.at = -1;
    const none = Object.assign(document.createElement("li"), { className: "combo-none" });
    none.textContent = say("Nothing matches. Try fewer characters.");
    none.setAttribute("role", "presentation");
    this.list.replaceChildren(...(found.length ? found.map((row, at) => this.option(row, at, query)) : [none]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    this.says.textContent = say("{n} matches", { n: found.length });
  }

  option(row, at, query) {
    const item = Object.assign(document.createElement("li"), { className: "combo-option", id: `${this.id}-${at}` });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.at = at;
    const words = document.createElement("span");
    words.append(...marked(row.zh, query));
    if (row.en || row.group) {
      const under = document.createElement("small");
      under.append(" ", ...marked([row.group, row.en].filter(Boolean).join(" · "), query));
      words.append(under);
    }
    const code = Object.assign(document.createElement("span"), { className: "number", textContent: row.code ?? "" });
    item.append(words, code);
    return item;
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      if (this.list.hidden) this.look();
      else this.move(moves[event.key]);
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      const row = this.found[this.at] ?? (this.found.length === 1 ? this.found[0] : null);
      if (row) this.take(row);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    if (!this.found.length) return;
    const options = this.list.querySelectorAll("[role=option]");
    options[this.at]?.setAttribute("aria-selected", "false");
    this.at = (this.at + step + options.length + (this.at < 0 && step < 0 ? 1 : 0)) % options.length;
    options[this.at].setAttribute("aria-selected", "true");
    options[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
  }

  take(row) {
    this.hidden.value = row.value;
    this.clear.hidden = !row.value;
    if (!this.select) this.hidden.dataset.label = row.zh;
    this.input.value = row.zh;
    this.close();
    this.hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    // Words that name nothing are put back, so that what is seen is what is sent; an emptied field is empty.
    if (!this.input.value.trim() && this.hidden.value) this.take({ value: "", zh: "" });
    else this.input.value = this.chosen();
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** Makes the field searchable; without script, and for a handful of options, the select stays as it is. */
export function enliven(box) {
  const select = box.querySelector("select");
  if (!select || select.options.length > FEW) new Combo(box);
}
