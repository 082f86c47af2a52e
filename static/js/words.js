// Sentences shown by scripts, translated by the server into <script type="application/json" id="words">.
let words = {};
try {
  words = JSON.parse(document.getElementById("words")?.textContent || "{}") || {};
} catch {
  words = {};
}

/** The sentence in the reader's language; `{name}` parts are filled from `values`. */
export function say(sentence, values = {}) {
  const text = words[sentence] ?? sentence;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
