// From a compose window to the fields that the native host makes a mail of. Attachments go by name, type and size: their content stays here.
"use strict";

/** A parent larger than this is not handed on: its Message-ID is, and the user's mail store may know it. */
const LARGEST_PARENT = 5 * 1024 * 1024;

/** Mailboxes of a field as strings. A list of the address book cannot be read without its permission: a group says that readers stand behind it. */
function mailboxes(field) {
  const entries = Array.isArray(field) ? field : field ? [field] : [];
  return entries.map((entry) => (typeof entry === "string" ? entry : "list:;"));
}

/** The answered mail, as bytes in base64 and as a Message-ID; {} where there is none or it cannot be read. */
async function parentOf(details) {
  if (!details.relatedMessageId || details.type === "new") {
    return {};
  }
  try {
    const header = await messenger.messages.get(details.relatedMessageId);
    const found = { inReplyTo: `<${header.headerMessageId}>` };
    if (details.type === "reply" && header.size <= LARGEST_PARENT) {
      const raw = await messenger.messages.getRaw(details.relatedMessageId, { data_format: "BinaryString" });
      found.parent = btoa(raw);
    }
    return details.type === "reply" ? found : {};
  } catch (error) {
    return {};
  }
}

async function sender(details) {
  if (details.from) {
    return details.from;
  }
  const identity = await messenger.identities.get(details.identityId);
  return identity.name ? `"${identity.name.replace(/["\\]/g, "")}" <${identity.email}>` : identity.email;
}

/** All that is checked of the mail in a compose window. */
async function collect(tabId, details) {
  const attachments = await messenger.compose.listAttachments(tabId);
  return {
    from: await sender(details),
    to: mailboxes(details.to),
    cc: mailboxes(details.cc),
    bcc: mailboxes(details.bcc),
    replyTo: mailboxes(details.replyTo),
    subject: details.subject || "",
    ...(details.isPlainText ? { text: details.plainTextBody || details.body || "" } : { html: details.body || "" }),
    attachments: attachments.map((file) => ({ name: file.name, type: file.contentType || "", size: file.size || 0 })),
    ...(await parentOf(details)),
  };
}
