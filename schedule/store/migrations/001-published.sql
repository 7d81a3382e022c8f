-- Times are Unix seconds. A conference's revision rises with whatever is written
-- of it, its number with each edition.
CREATE TABLE conferences (
	id        TEXT PRIMARY KEY,
	name      TEXT NOT NULL,
	source    TEXT NOT NULL,
	number    BIGINT NOT NULL,
	revision  BIGINT NOT NULL,
	published BIGINT NOT NULL,
	modified  BIGINT NOT NULL,
	digest    BYTEA NOT NULL,
	held      BIGINT NOT NULL,
	held_of   BYTEA NOT NULL,
	counted   BIGINT NOT NULL
);

-- The schedule of the last edition, for this program's own use. It stands apart
-- so that a read which publishes nothing does not write it again.
CREATE TABLE snapshots (
	conference TEXT PRIMARY KEY REFERENCES conferences (id),
	schedule   BYTEA NOT NULL
);

-- What has been published of each slot. A row is never deleted, so that no uid
-- is ever given twice.
CREATE TABLE entries (
	uid        TEXT PRIMARY KEY,
	conference TEXT NOT NULL REFERENCES conferences (id),
	slot       TEXT NOT NULL,
	sequence   BIGINT NOT NULL,
	created    BIGINT NOT NULL,
	modified   BIGINT NOT NULL,
	digest     BYTEA NOT NULL,
	missed     BIGINT NOT NULL,
	UNIQUE (conference, slot)
);

-- The log. Changes is a JSON list, and omitted counts those it was too long for.
CREATE TABLE editions (
	conference TEXT NOT NULL REFERENCES conferences (id),
	number     BIGINT NOT NULL,
	published  BIGINT NOT NULL,
	source     TEXT NOT NULL,
	zone       TEXT NOT NULL,
	slots      BIGINT NOT NULL,
	changes    TEXT NOT NULL,
	omitted    BIGINT NOT NULL,
	PRIMARY KEY (conference, number)
);
