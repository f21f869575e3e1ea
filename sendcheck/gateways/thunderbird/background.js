// Stops a mail in compose.onBeforeSend until sendcheck lets it go. Whatever goes wrong stops it too, and says why: the draft stays open.
"use strict";

const HOST = "sendcheck";
/** Milliseconds after which the host counts as hung; it has a deadline of its own of two seconds. */
const PATIENCE = 30000;

let port = null;
let number = 0;
const waiting = new Map();

/** The connection to the host: one process for all mails, started when it is first needed. */
function connected() {
  if (port === null) {
    port = messenger.runtime.connectNative(HOST);
    port.onMessage.addListener((told) => {
      const done = waiting.get(told.id);
      waiting.delete(told.id);
      if (done) {
        done(told);
      }
    });
    port.onDisconnect.addListener((gone) => {
      port = null;
      const why = (gone.error && gone.error.message) || "";
      for (const done of waiting.values()) {
        done({ send: false, error: messenger.i18n.getMessage("hostGone", why) });
      }
      waiting.clear();
    });
  }
  return port;
}

/** Ask the host; the answer always comes, and says `send: false` when in doubt. */
function ask(request) {
  return new Promise((resolve) => {
    const id = ++number;
    const timer = setTimeout(() => {
      waiting.delete(id);
      resolve({ send: false, error: messenger.i18n.getMessage("hostHangs") });
    }, PATIENCE);
    waiting.set(id, (told) => {
      clearTimeout(timer);
      resolve(told);
    });
    try {
      connected().postMessage({ id, ...request });
    } catch (error) {
      const done = waiting.get(id);
      waiting.delete(id);
      done({ send: false, error: messenger.i18n.getMessage("hostGone", String(error.message || error)) });
    }
  });
}

async function digest(mail) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(mail)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A window with the findings for the mail of a tab; the one that is open already is replaced. */
async function show(tabId, answer) {
  const key = `report-${tabId}`;
  const before = (await messenger.storage.session.get(key))[key];
  if (before) {
    await messenger.windows.remove(before.window).catch(() => {});
  }
  const opened = await messenger.windows.create({ type: "popup", url: `popup.html?tab=${tabId}`, width: 720, height: 640, allowScriptsToClose: true });
  await messenger.storage.session.set({ [key]: { answer, window: opened.id } });
}

async function beforeSend(tab, details) {
  try {
    const mail = await collect(tab.id, details);
    const key = `pass-${tab.id}`;
    const passed = (await messenger.storage.session.get(key))[key];
    if (passed) {
      await messenger.storage.session.remove(key);
      if (passed === (await digest(mail))) {
        return {};
      }
    }
    const answer = await ask({ do: "check", mail });
    if (answer.send === true) {
      return {};
    }
    await show(tab.id, answer);
  } catch (error) {
    await show(tab.id, { send: false, error: messenger.i18n.getMessage("ownFault", String(error.message || error)) }).catch(() => {});
  }
  return { cancel: true };
}

/** What the window with the findings asks for. */
async function fromWindow(request) {
  const key = `report-${request.tab}`;
  if (request.do === "report") {
    const found = (await messenger.storage.session.get(key))[key];
    return found ? found.answer : null;
  }
  if (request.do === "back") {
    await messenger.storage.session.remove(key);
    const tab = await messenger.tabs.get(request.tab);
    await messenger.windows.update(tab.windowId, { focused: true });
    return {};
  }
  // The mail as it is now, not as it was when it was stopped: what has changed meanwhile is checked too.
  const mail = await collect(request.tab, await messenger.compose.getComposeDetails(request.tab));
  const answer = await ask({ do: "check", mail, reason: request.reason, remember: request.remember });
  if (answer.send !== true) {
    return answer;
  }
  await messenger.storage.session.remove(key);
  await messenger.storage.session.set({ [`pass-${request.tab}`]: await digest(mail) });
  await messenger.compose.sendMessage(request.tab, { mode: "default" });
  return answer;
}

messenger.compose.onBeforeSend.addListener(beforeSend);
messenger.runtime.onMessage.addListener((request) => fromWindow(request));
// A compose window is about to be used: start the host, so that it is there when the mail is.
messenger.tabs.onCreated.addListener((tab) => {
  if (tab.type === "messageCompose") {
    ask({ do: "hello" });
  }
});
