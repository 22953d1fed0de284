-- Second factors, codes that open once, people whom a directory vouches for, and the switch that locks the house.
CREATE TABLE authenticator_app (
    account_key INTEGER PRIMARY KEY REFERENCES account (account_key) ON DELETE CASCADE,
    secret TEXT NOT NULL CHECK (length(secret) >= 32),
    added_at REAL NOT NULL
) STRICT;
CREATE TABLE spent_step (
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    PRIMARY KEY (account_key, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE passkey (
    passkey_key INTEGER PRIMARY KEY,
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL CHECK (sign_count >= 0),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    added_at REAL NOT NULL
) STRICT;
CREATE INDEX passkey_by_account ON passkey (account_key);
CREATE TABLE recovery_code (
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    PRIMARY KEY (account_key, code_sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE one_time_code (
    account_key INTEGER PRIMARY KEY REFERENCES account (account_key) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    ends_at REAL NOT NULL,
    forgets_factors INTEGER NOT NULL CHECK (forgets_factors IN (0, 1))
) STRICT;
CREATE TABLE outside_identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject <> ''),
    account_key INTEGER NOT NULL REFERENCES account (account_key) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE lock_down (
    lock_down_key INTEGER PRIMARY KEY CHECK (lock_down_key = 1),
    begun_at REAL NOT NULL,
    by_whom TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 300)
) STRICT;
DELETE FROM web_session;
ALTER TABLE web_session ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN proved_at REAL NOT NULL DEFAULT 0;
ALTER TABLE web_session ADD COLUMN is_shared INTEGER NOT NULL DEFAULT 1 CHECK (is_shared IN (0, 1));
