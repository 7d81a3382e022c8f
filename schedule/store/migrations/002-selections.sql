-- What attendees have chosen. Times are Unix seconds, used is the day's first.
-- The body is JSON, and says in which form it is; sealed is the read token, which
-- the edit token alone opens. The conference need not be
-- stored: its edition may be served before it could be, and whoever takes a
-- conference out of the database takes nobody's choice away with it.
CREATE TABLE selections (
	id         TEXT PRIMARY KEY,
	conference TEXT NOT NULL,
	version    BIGINT NOT NULL,
	created    BIGINT NOT NULL,
	changed    BIGINT NOT NULL,
	used       BIGINT NOT NULL,
	sealed     BYTEA NOT NULL,
	body       TEXT NOT NULL
);

CREATE INDEX selections_by_conference ON selections (conference, id);
CREATE INDEX selections_by_use ON selections (used);

-- The SHA-256 of each token that there ever was. State is what it lets one do,
-- read or edit, or why it leads nowhere: replaced, deleted or unused. Then it
-- names no selection any more. A row is never deleted, so that no address ever
-- leads to what is not its owner's, and whoever has it is told.
CREATE TABLE tokens (
	hash      BYTEA PRIMARY KEY,
	selection TEXT REFERENCES selections (id),
	state     TEXT NOT NULL,
	UNIQUE (selection, state)
);

-- How the calendar clients of one family have fetched a selection's feed.
CREATE TABLE fetches (
	selection TEXT NOT NULL REFERENCES selections (id),
	client    TEXT NOT NULL,
	count     BIGINT NOT NULL,
	last      BIGINT NOT NULL,
	edition   BIGINT NOT NULL,
	version   BIGINT NOT NULL,
	PRIMARY KEY (selection, client)
);
