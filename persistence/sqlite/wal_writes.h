#pragma once

namespace autopulse::callevents::persistence {

// A way for SQLite to its files (a VFS) that writes a transaction to the WAL with one call. SQLite
// itself makes two for every page.
//
// Its connections commit with `synchronous=FULL`: then SQLite asks for the WAL to be synced when a
// transaction is all written and before anybody is told of it, and that is when it goes to the
// file. It is *not* synced then, which is for SqliteWalSync to do. What SQLite asks for otherwise,
// before it copies the WAL or begins it anew, is done as asked. What is below is SqliteAtHand's.
//
// Returns the name to open databases with. Thread-safe.
const char* SqliteWalWrites();

}  // namespace autopulse::callevents::persistence
