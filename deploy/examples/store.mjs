// Where the examples for Node keep their work: entries and a mark, written in one transaction.
//
// With SQLite where Node has it (22.5 or newer). Otherwise in a file of which each line is one
// transaction: it counts when its line feed is on disk, and a part of a line is cut off.

import fs from 'node:fs';

/**
 * Opens or creates a store: `mark` is that of the last transaction or null, `has(id)` says whether
 * an entry is there, and `commit({ mark, entries })` writes both, each entry with its own `id`.
 */
export async function openStore(path) {
  let sqlite = null;
  try {
    sqlite = await import('node:sqlite');
  } catch {
    return new FileStore(path);
  }
  return new SQLiteStore(new sqlite.DatabaseSync(path));
}

class SQLiteStore {
  constructor(database) {
    this.database = database;
    database.exec('PRAGMA busy_timeout = 5000'); // while another program reads the file
    database.exec('CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, entry TEXT NOT NULL)');
    database.exec('CREATE TABLE IF NOT EXISTS mark (mark TEXT NOT NULL)');
    const row = database.prepare('SELECT mark FROM mark').get();
    this.mark = row ? JSON.parse(row.mark) : null;
  }

  has(id) {
    return this.database.prepare('SELECT 1 FROM work WHERE id = ?').get(id) !== undefined;
  }

  commit({ mark = null, entries }) {
    const insert = this.database.prepare('INSERT INTO work (id, entry) VALUES (?, ?)');
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const entry of entries) insert.run(entry.id, JSON.stringify(entry));
      this.database.exec('DELETE FROM mark');
      this.database.prepare('INSERT INTO mark VALUES (?)').run(JSON.stringify(mark));
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
    this.mark = mark;
  }
}

class FileStore {
  constructor(path) {
    this.file = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    const bytes = fs.readFileSync(this.file);
    this.end = bytes.lastIndexOf(0x0a) + 1;
    fs.ftruncateSync(this.file, this.end);
    this.mark = null;
    this.ids = new Set();
    const lines = bytes.subarray(0, this.end).toString().split('\n').slice(0, -1);
    for (const line of lines) this.apply(JSON.parse(line));
  }

  has(id) {
    return this.ids.has(id);
  }

  commit({ mark = null, entries }) {
    const line = Buffer.from(JSON.stringify({ mark, entries }) + '\n');
    let written = 0;
    while (written < line.length) {
      written += fs.writeSync(this.file, line, written, line.length - written, this.end + written);
    }
    fs.fsyncSync(this.file);
    this.end += line.length;
    this.apply({ mark, entries });
  }

  apply({ mark, entries }) {
    this.mark = mark;
    for (const entry of entries) this.ids.add(entry.id);
  }
}
