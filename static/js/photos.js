// <input type=file data-upload-url data-name data-most>: each photo is sent as soon as it is chosen, one after
// another, with progress, retry and remove; the ids returned become hidden inputs. Markup: photo_upload.html.
import { token } from "./csrf.js";
import { say } from "./words.js";

const UNTOUCHED = 8 * 1024 * 1024; // smaller originals go as they are: they carry their position in EXIF
const LONGEST = 2560; // pixels
const QUALITY = 0.86;

async function shrink(file) {
  if (file.size <= UNTOUCHED || !globalThis.createImageBitmap) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch {
    return file; // what this browser can't read (HEIC, for one) the server may
  }
}

function send(url, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch can't report how much has been sent
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 201 && request.response?.id) resolve(request.response);
      else reject(new Error(request.response?.detail ?? ""));
    });
    for (const sad of ["error", "timeout", "abort"]) request.addEventListener(sad, () => reject(new Error("")));
    request.timeout = 120000;
    request.send(form);
    onProgress.stop = () => request.abort();
  });
}

function button(icon, label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  const sprite = document.querySelector(".icon use")?.getAttribute("href")?.split("#")[0] ?? "/static/img/icons.svg";
  made.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${sprite}#${icon}"></use></svg>`;
  made.addEventListener("click", action);
  return made;
}

function toolsOf(...buttons) {
  const tools = document.createElement("div");
  tools.className = "upload-tools";
  tools.append(...buttons);
  return tools;
}

class Upload {
  constructor(tray, file) {
    Object.assign(this, { tray, file, state: "waiting" });
    this.row = document.createElement("li");
    this.row.className = "upload";
    this.image = document.createElement("img");
    this.image.alt = file.name;
    this.image.src = URL.createObjectURL(file);
    this.words = document.createElement("div");
    this.words.className = "upload-state";
    this.tools = toolsOf();
    this.row.append(this.image, this.words, this.tools);
    tray.list.append(this.row);
    this.show("waiting");
  }

  show(state, sentence = "", { again = true } = {}) {
    this.state = state;
    this.row.className = `upload upload-${state}`;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", say("Uploading"));
    this.bar = bar;
    if (state === "sending" || state === "waiting") this.words.replaceChildren(say("Uploading"), bar);
    else this.words.textContent = sentence;
    const retry = button("refresh", say("Retry"), () => this.retry());
    const remove = button("trash", say("Remove"), () => this.remove());
    this.tools.replaceChildren(...(state === "failed" && again ? [retry, remove] : [remove]));
  }

  async run() {
    this.show("sending");
    try {
      const small = await shrink(this.file);
      this.onProgress = (share) => (this.bar.value = share);
      const photo = await send(this.tray.url, small, this.onProgress);
      this.arrived(photo);
    } catch (refusal) {
      this.show("failed", refusal.message || say("The photo did not arrive. Check the network and press Retry."));
    }
  }

  arrived(photo) {
    if (this.state === "gone") return;
    URL.revokeObjectURL(this.image.src);
    this.image.src = photo.thumb_url || photo.url;
    this.show("done", say("Uploaded"));
    const id = document.createElement("input");
    Object.assign(id, { type: "hidden", name: this.tray.name, value: photo.id });
    this.row.append(id);
    this.tray.input.dispatchEvent(new CustomEvent("photo", { bubbles: true, detail: photo }));
  }

  retry() {
    this.show("waiting");
    this.tray.pump();
  }

  remove() {
    this.state = "gone";
    this.onProgress?.stop?.();
    this.row.remove();
    this.tray.uploads.delete(this);
    this.tray.input.focus();
  }
}

class Tray {
  constructor(input) {
    this.input = input;
    this.url = input.dataset.uploadUrl;
    this.name = input.dataset.name || "photos";
    this.most = Number(input.dataset.most) || 9;
    this.uploads = new Set();
    const box = input.closest("[data-photos]");
    this.list = box?.querySelector(".uploads") ?? input.insertAdjacentElement("afterend", document.createElement("ul"));
    this.list.classList.add("uploads");
    // The photos travel on their own; the form carries only their ids.
    input.removeAttribute("name");
    input.removeAttribute("required");
    input.addEventListener("change", () => this.take([...input.files]));
    input.form?.addEventListener("submit", (event) => this.hold(event), true);
    for (const row of this.list.children) row.append(toolsOf(button("trash", say("Remove"), () => row.remove())));
    // On a slow line a photo can be chosen before this script has come; its change event is long past.
    if (input.files.length) this.take([...input.files]);
  }

  take(files) {
    this.input.value = "";
    for (const file of files) {
      if (this.list.children.length >= this.most) return this.tell(say("At most {n} photos.", { n: this.most }));
      const upload = new Upload(this, file);
      this.uploads.add(upload);
      if (file.type && !file.type.startsWith("image/")) upload.show("failed", say("This file is not a photo."), { again: false });
    }
    this.tell("");
    this.pump();
  }

  async pump() {
    if (this.running) return;
    this.running = true;
    for (let next = this.waiting(); next; next = this.waiting()) await next.run();
    this.running = false;
  }

  waiting() {
    return [...this.uploads].find((upload) => upload.state === "waiting");
  }

  tell(sentence) {
    this.input.setCustomValidity("");
    this.note ??= this.list.insertAdjacentElement("afterend", document.createElement("p"));
    this.note.className = "errorlist";
    this.note.setAttribute("role", "alert");
    this.note.textContent = sentence;
  }

  hold(event) {
    if ([...this.uploads].every((upload) => upload.state === "done")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.tell(say("Wait until all photos have arrived, or remove those that failed."));
    this.input.focus();
  }
}

/** Turns a file input into a tray of uploads. */
export function enliven(input) {
  new Tray(input);
}
