"""The tables of a history, as steps: a file of an older version is brought up one step at a time, in one transaction."""

from __future__ import annotations

#: Marks a SQLite file as a history ("PRAGMA application_id"): "sdck" in ASCII.
APPLICATION = 0x7364636B

_PEOPLE_AND_MAILS = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE identity (id INTEGER PRIMARY KEY, address TEXT UNIQUE NOT NULL, mails INTEGER NOT NULL DEFAULT 0);
CREATE TABLE person (
  id INTEGER PRIMARY KEY, address TEXT UNIQUE NOT NULL, local TEXT NOT NULL, domain TEXT NOT NULL, organisation TEXT NOT NULL, given TEXT NOT NULL DEFAULT '',
  mails INTEGER NOT NULL DEFAULT 0, shared INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE INDEX person_local ON person (local);
CREATE INDEX person_domain ON person (domain);
CREATE INDEX person_organisation ON person (organisation);
CREATE INDEX person_given ON person (given);
CREATE TABLE name (person INTEGER NOT NULL, text TEXT NOT NULL, mails INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (person, text)) WITHOUT ROWID;
CREATE TABLE circle (id INTEGER PRIMARY KEY, members BLOB UNIQUE NOT NULL);
CREATE TABLE mail (
  id INTEGER PRIMARY KEY, digest BLOB UNIQUE NOT NULL, message BLOB, time INTEGER NOT NULL, identity INTEGER, circle INTEGER NOT NULL, thread BLOB, terms BLOB);
CREATE UNIQUE INDEX mail_message ON mail (message) WHERE message IS NOT NULL;
CREATE INDEX mail_time ON mail (time);
CREATE INDEX mail_thread ON mail (thread) WHERE thread IS NOT NULL;
CREATE INDEX mail_circle ON mail (circle);
CREATE TABLE sent (person INTEGER NOT NULL, time INTEGER NOT NULL, mail INTEGER NOT NULL, PRIMARY KEY (person, time, mail)) WITHOUT ROWID;
CREATE TABLE term (bucket INTEGER PRIMARY KEY, mails INTEGER NOT NULL);
CREATE TABLE file (path TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, position INTEGER NOT NULL, mark BLOB) WITHOUT ROWID;
CREATE TABLE forgotten (digest BLOB PRIMARY KEY) WITHOUT ROWID;
"""

_ALLOWED = """
CREATE TABLE allowed (rule TEXT NOT NULL, one TEXT NOT NULL, other TEXT NOT NULL, reason TEXT NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (rule, one, other)) WITHOUT ROWID;
"""

#: Step n brings version n to version n + 1. A step that was released is never changed: a further change is a further step.
STEPS = (_PEOPLE_AND_MAILS, _ALLOWED)
VERSION = len(STEPS)
