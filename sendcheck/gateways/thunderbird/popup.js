// The window with the findings: what is wrong, and the way back or, with a reason, on. Everything from a mail is set as text, never as HTML.
"use strict";

const tab = Number(new URLSearchParams(location.search).get("tab"));
const say = (name, ...values) => messenger.i18n.getMessage(name, values);
const find = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  return made;
}

/** The line around an excerpt, with the excerpt marked. */
function excerpt(finding) {
  const shown = element("pre");
  const text = finding.context || finding.excerpt;
  const at = finding.context ? finding.context_column : 0;
  const marked = text.slice(at, at + finding.excerpt.length);
  shown.append(text.slice(0, at));
  if (marked) {
    shown.append(element("mark", marked));
  }
  shown.append(text.slice(at + marked.length));
  return shown;
}

function article(finding) {
  const made = element("article", undefined, finding.severity);
  const title = element("h3");
  title.append(element("span", say(finding.severity)), ` ${finding.message}`);
  made.append(title);
  if (finding.excerpt) {
    made.append(excerpt(finding));
  }
  if (finding.more_places) {
    made.append(element("p", say("morePlaces", String(finding.more_places)), "why"));
  }
  if (finding.do) {
    made.append(element("p", `${say("doThis")} ${finding.do}`));
  }
  if (finding.why) {
    made.append(element("p", `${finding.why} (${finding.rule})`, "why"));
  }
  return made;
}

function showReaders(answer) {
  const readers = answer.readers || [];
  find("readers").hidden = readers.length === 0;
  find("readers").querySelector("h2").textContent = say("readers");
  const groups = new Map();
  for (const reader of readers) {
    const name = `${reader.inside ? "inside" : "outside"} ${reader.organisation}`;
    groups.set(name, [...(groups.get(name) || []), reader]);
  }
  const list = find("readers").querySelector("ul");
  list.replaceChildren();
  for (const group of [...groups.values()].sort((one, other) => Number(one[0].inside) - Number(other[0].inside))) {
    const line = element("li");
    const where = group[0].inside ? "inside" : "outside";
    line.append(element("strong", `${say(where)} ${group[0].organisation}`, where), ": ");
    line.append(group.map((reader) => (reader.field === "to" ? reader.shown : `${reader.shown} (${reader.field})`)).join(", "));
    list.append(line);
  }
}

function show(answer) {
  const findings = find("findings");
  findings.replaceChildren();
  const words = { fail: "verdictFail", incomplete: "verdictIncomplete" };
  find("verdict").textContent = say(answer.error ? "verdictError" : words[answer.verdict] || "verdictError");
  if (answer.error) {
    findings.append(element("p", answer.error), element("p", say("errorHelp"), "why"));
  }
  showReaders(answer);
  for (const notice of answer.notices || []) {
    findings.append(element("p", notice, "why"));
  }
  for (const finding of answer.findings || []) {
    findings.append(article(finding));
  }
  if (answer.more) {
    findings.append(element("p", say("moreFindings", String(answer.more)), "why"));
  }
  for (const entry of answer.not_run || []) {
    findings.append(element("p", say("notRun", entry.rule, entry.reason), "why"));
  }
  find("anyway").hidden = !answer.overridable;
  find("send").hidden = !answer.overridable;
  const memorable = answer.memorable || [];
  find("remember-row").hidden = memorable.length === 0;
  document.querySelector("label[for=remember]").textContent = say("remember", memorable.join("; "));
  const locked = answer.locked || [];
  find("told").textContent = answer.told || (locked.length ? say("locked", locked.join(", ")) : "");
}

async function begin() {
  document.documentElement.lang = messenger.i18n.getUILanguage();
  document.querySelector("label[for=reason]").textContent = say("reason");
  find("back").textContent = say("back");
  find("send").textContent = say("send");
  find("send").disabled = true;
  find("reason").addEventListener("input", () => {
    find("send").disabled = find("reason").value.trim() === "";
  });
  find("back").addEventListener("click", back);
  find("decide").addEventListener("submit", anyway);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      back();
    }
  });
  let answer = null;
  for (let tries = 0; answer === null && tries < 50; tries += 1) {
    answer = await messenger.runtime.sendMessage({ do: "report", tab });
    if (answer === null) {
      await new Promise((resolve) => setTimeout(resolve, 50)); // this window may open before its report is stored
    }
  }
  show(answer || { error: say("ownFault", "no report") });
  find("back").focus();
}

async function back() {
  await messenger.runtime.sendMessage({ do: "back", tab }).catch(() => {});
  window.close();
}

async function anyway(event) {
  event.preventDefault();
  const reason = find("reason").value.trim();
  if (!reason) {
    return;
  }
  find("send").disabled = true;
  try {
    const answer = await messenger.runtime.sendMessage({ do: "send", tab, reason, remember: find("remember").checked });
    if (answer.send === true) {
      window.close();
      return;
    }
    show(answer);
  } catch (error) {
    find("told").textContent = say("ownFault", String(error.message || error));
  }
  find("send").disabled = false;
}

begin();
