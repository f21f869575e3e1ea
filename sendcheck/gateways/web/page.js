// The page of `sendcheck serve`: collects a draft, asks the server a moment after the last keystroke, and shows its report in a frame without scripts.
"use strict";

const DELAY = 400;
const LARGEST = 60 * 1024 * 1024;
const FIELDS = ["from", "to", "cc", "bcc", "subject"];
const find = (id) => document.getElementById(id);

let timer = null;
let asked = 0;
let mail = null; // a dropped mail, in base64: its bytes are checked as they are
let files = [];

/** Whether a text begins as a mail does: header fields, one of them an address field. */
function isMail(text) {
  const head = text.replace(/^\s+/, "").split(/\r?\n\r?\n/, 1)[0];
  return /^(?:[!-9;-~]+:.*|[ \t].*)(?:\r?\n(?:[!-9;-~]+:.*|[ \t].*))*$/.test(head) && /^(?:from|to|cc|subject|date|message-id):/im.test(head);
}

function encoded(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return btoa(text);
}

/** What the server is asked about; null while there is nothing. */
function request() {
  const text = find("text").value;
  const parent = find("parent").value.trim() ? encoded(new TextEncoder().encode(find("parent").value.replace(/^\s+/, ""))) : "";
  if (mail !== null) {
    return { raw: mail, parent };
  }
  if (isMail(text)) {
    return { raw: encoded(new TextEncoder().encode(text.replace(/^\s+/, ""))), parent };
  }
  const fields = Object.fromEntries(FIELDS.map((name) => [name, find(name).value]));
  if (!text.trim() && !Object.values(fields).some((value) => value.trim()) && files.length === 0) {
    return null;
  }
  return { fields: { ...fields, text, attachments: files }, parent };
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
}

async function check() {
  clearTimeout(timer);
  find("fields").classList.toggle("off", mail !== null || isMail(find("text").value));
  const body = request();
  const number = ++asked;
  if (body === null) {
    find("report").hidden = true;
    find("status").textContent = "Nothing to check yet.";
    return;
  }
  find("status").textContent = "Checking …";
  try {
    const begun = performance.now();
    const answer = await fetch("check", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const told = await answer.json();
    if (number !== asked) {
      return; // there is a newer one on its way
    }
    if (told.error) {
      find("report").hidden = true;
      find("status").textContent = told.error;
      return;
    }
    find("report").srcdoc = told.html;
    find("report").hidden = false;
    find("status").textContent = `${told.summary} (${Math.round(performance.now() - begun)} ms)`;
  } catch (error) {
    find("status").textContent = "sendcheck serve does not answer: it may have been stopped in its terminal.";
  }
}

function showFiles() {
  find("files").replaceChildren(
    ...files.map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name}, ${Math.ceil(file.size / 1000)} kB `;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = `Remove ${file.name}`;
      remove.addEventListener("click", () => {
        files = files.filter((other) => other !== file);
        showFiles();
        later();
      });
      line.append(remove);
      return line;
    }),
  );
}

/** A dropped mail becomes the draft (or the parent); anything else an attachment, by its name and size. */
async function take(list, toParent) {
  for (const file of list) {
    if (file.size > LARGEST) {
      find("status").textContent = `${file.name} is too large to be checked here: sendcheck check reads it.`;
      return;
    }
    if (!/\.(?:eml|msg|mbox|txt)$/i.test(file.name) && file.type !== "message/rfc822") {
      files.push({ name: file.name, type: file.type, size: file.size });
      continue;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = new TextDecoder("utf-8").decode(bytes);
    if (toParent) {
      find("parent").value = text;
      find("answered").open = true;
    } else {
      mail = isMail(text) ? encoded(bytes) : null;
      find("text").value = text;
    }
  }
  showFiles();
  check();
}

for (const name of [...FIELDS, "parent"]) {
  find(name).addEventListener("input", later);
}
find("text").addEventListener("input", () => {
  mail = null; // what is typed counts from now on
  later();
});
find("draft").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
find("pick").addEventListener("change", () => take(find("pick").files, false));
find("clear").addEventListener("click", () => {
  find("draft").reset();
  mail = null;
  files = [];
  showFiles();
  check();
  find("text").focus();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  find("draft").classList.add("over");
});
document.addEventListener("dragleave", () => find("draft").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  find("draft").classList.remove("over");
  take(event.dataTransfer.files, find("answered").contains(event.target));
});
find("text").focus();
