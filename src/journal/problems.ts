import type { ProblemBook, ProblemWords } from '../core/problem.ts';

const NOTHING_WRITTEN = 'Nothing was written.';
const NOTHING_CHANGED = 'The verification changed nothing.';
const RESTORE = 'Keep this file as evidence, and start from the newest backup that verifies.';

const starting: ProblemBook = {
  JOURNAL_OWNED: {
    what: 'The journal {path} is in use by another process.',
    changed: NOTHING_WRITTEN,
    why: 'Process {pid} on {host} has owned it since {since}; one process owns a journal.',
    next: 'Stop that process first, or give this one another journal.path.',
  },
  JOURNAL_TAIL_LOST: {
    what: 'The journal {path} ends before its own checkpoint {number} ({short}).',
    changed: NOTHING_WRITTEN,
    why: 'The checkpoint was published after event {position}; the file ends at event {found} or tells another history. An older copy was put back, or its -wal file is missing.',
    next: 'Put the newer file back together with its -wal file. If it is lost for good, move {path}.checkpoint away and start: events after the copy are then gone, and whatever they did must be looked up in the systems themselves.',
  },
  JOURNAL_CORRUPT: {
    what: 'The journal {path} is damaged.',
    changed: NOTHING_WRITTEN,
    why: 'The database cannot read its own pages: {detail}.',
    next: `Check the disk. ${RESTORE}`,
  },
  JOURNAL_TOO_NEW: {
    what: 'The journal {path} was written by a newer version.',
    changed: NOTHING_WRITTEN,
    why: 'Its format is {found}; this version knows formats up to {known}.',
    next: 'Start the version that wrote it, or a newer one.',
  },
  JOURNAL_NOT_OURS: {
    what: '{path} is not a journal.',
    changed: NOTHING_WRITTEN,
    why: 'The file is a database of another program, or empty.',
    next: 'Set journal.path to the journal, or to a file that does not exist yet.',
  },
  JOURNAL_UNREADABLE: {
    what: 'The journal {path} cannot be opened.',
    changed: NOTHING_WRITTEN,
    why: 'The system answered: {detail}.',
    next: 'Check that the path exists and that the user of this process may read and write the file and its folder.',
  },
  CHECKPOINT_FILE_UNREADABLE: {
    what: '{path} holds no checkpoint that can be read.',
    changed: 'Nothing was changed.',
    why: 'A checkpoint is one JSON line as the log prints it, or its short form such as "cp 41 7f3a9c21".',
    next: 'Give a file with such a line. If this is the file beside the journal, a disk fault or a person changed it: verify the journal against a checkpoint from the log, then move the file away.',
  },
  SIGNING_KEY_UNREADABLE: {
    what: 'The signing key of the journal cannot be used.',
    changed: NOTHING_WRITTEN,
    why: 'It is neither an Ed25519 key in PEM (PKCS #8) nor 32 bytes as hex or base64.',
    next: 'Make one with `openssl genpkey -algorithm ed25519` and name its file in journal.signing_key.',
  },
  PUBLIC_KEY_UNREADABLE: {
    what: 'The public key cannot be used.',
    changed: 'Nothing was changed.',
    why: 'It is neither an Ed25519 public key in PEM nor 32 bytes as hex or base64.',
    next: 'Give the key that the log named when the journal was opened, or `openssl pkey -in KEY -pubout`.',
  },
  KEYRING_UNREADABLE: {
    what: 'The keyring {path} cannot be read.',
    changed: NOTHING_WRITTEN,
    why: 'The file is not the JSON that this program writes.',
    next: 'Put back a copy of it. Without one, move it away: sessions end and second factors must be enrolled again.',
  },
  KEYRING_SEALED: {
    what: 'An entry of the keyring, {name}, cannot be opened.',
    changed: NOTHING_WRITTEN,
    why: 'It was sealed under another key than those in `journal.keyring_key`, or was changed since.',
    next: 'Write the older key behind the new one in `journal.keyring_key`. If it is lost, remove the factor and enrol it again.',
  },
};

const writing: ProblemBook = {
  JOURNAL_FULL: {
    what: 'The journal cannot take events: the disk of {path} is full.',
    changed: NOTHING_WRITTEN,
    why: 'The system refused more space. Running steps may still write their results into a reserve.',
    next: 'Free space on that disk. Appends work again by themselves, without a restart.',
  },
  JOURNAL_UNAVAILABLE: {
    what: 'The journal does not take events.',
    changed: 'What was on its way may or may not be written; a repeated delivery settles it.',
    why: 'The disk or the thread of the journal failed: {detail}.',
    next: 'Restart the process once the disk is sound: only a new process can know what was written.',
  },
  JOURNAL_OVERLOADED: {
    what: 'The journal has too many appends waiting.',
    changed: NOTHING_WRITTEN,
    why: '{waiting} appends wait for the disk already.',
    next: 'Send it again later. If this stays, look at the commit times of the journal and at its disk.',
  },
  JOURNAL_CLOSED: {
    what: 'The journal is closed.',
    changed: NOTHING_WRITTEN,
    why: 'The process is shutting down.',
    next: 'Send it again once the process has started.',
  },
  EVENT_TOO_LARGE: {
    what: 'An event of type {type} was not written.',
    changed: NOTHING_WRITTEN,
    why: 'It has {bytes} bytes; an event has at most {most}. Long content belongs into a blob.',
    next: 'Report this: it is a fault of the program.',
  },
  EVENT_TOO_NEW: {
    what: 'Event {version} of {stream} cannot be read by this version.',
    changed: 'Nothing was changed.',
    why: 'It is {type} of schema version {found}; this version knows {known}.',
    next: 'Start the version that wrote it, or a newer one.',
  },
  EVENT_NOT_FOUND: {
    what: 'There is no event {version} in {stream}.',
    changed: 'Nothing was erased.',
    why: 'The stream does not exist or is shorter.',
    next: 'Look the event up with `journal tail`.',
  },
  ERASE_ARCHIVE_AWAY: {
    what: 'Event {version} of {stream} was not erased.',
    changed: 'Nothing was erased.',
    why: 'Its payload lies in the archive {file}, and no folder of it is configured.',
    next: 'Name the folder that holds {file} as `journal.archive`, and erase again.',
  },
  ARCHIVE_NOT_GIVEN: {
    what: 'Archived in {file} on {date}.',
    changed: 'Nothing was changed.',
    why: 'The payloads left the journal; without that file they cannot be read.',
    next: 'Name its folder: --archive DIR, or `journal.archive` in the configuration.',
  },
  ARCHIVE_TAKEN: {
    what: 'The archive {file} was not written.',
    changed: 'Nothing left the journal.',
    why: 'A file of that name is there already, and it is none that this journal left.',
    next: 'Give each journal a folder of its own, or move the file away.',
  },
  ERASE_REFUSED: {
    what: 'Event {version} of {stream} was not erased.',
    changed: 'Nothing was erased.',
    why: 'Streams of the journal itself, of locks and of posts hold no personal content, and without them something would be verified, or done, wrongly.',
    next: 'Name the event whose payload is to go.',
  },
  ERASE_NOT_A_WRITING: {
    what: 'Event {version} of {stream} was not erased.',
    changed: 'Nothing was erased.',
    why: 'It is {type}, on which what was decided rests: without it a plan could run again, or an approval be gone.',
    next: 'Erase what people wrote: notes, pins, lines and answers. `journal erase --dry-run` says what would go.',
  },
  BLOB_TOO_LARGE: {
    what: 'An output was not kept.',
    changed: NOTHING_WRITTEN,
    why: 'It has {bytes} bytes; at most {most} are kept.',
    next: 'Ask for a shorter range.',
  },
  BACKUP_EXISTS: {
    what: 'The backup was not made.',
    changed: NOTHING_WRITTEN,
    why: '{path} exists already, and a backup never overwrites.',
    next: 'Name a file that does not exist.',
  },
  STREAM_NOT_FOUND: {
    what: 'There is no stream {stream} in the journal.',
    changed: 'Nothing was exported.',
    why: 'No event was ever written to it.',
    next: 'Look the stream up with `journal tail`.',
  },
};

const verifying: ProblemBook = {
  JOURNAL_EVENT_CHANGED: finding(
    'Event {version} of {stream}, at position {position}, was changed.',
    'Its {what} is not the one that was written: the hashes do not match.',
  ),
  JOURNAL_EVENT_MISSING: finding(
    'An event is missing at position {position}.',
    'The numbers of the events jump there; where the stream is known it is named with the code.',
  ),
  JOURNAL_EVENT_REORDERED: finding(
    'Event {version} of {stream} stands at position {position}, out of its order.',
    'Another event of the stream, or one with a later time, comes before it.',
  ),
  JOURNAL_EVENT_DUPLICATED: finding(
    'Event {version} of {stream} stands a second time, at position {position}.',
    'The same event was found before it.',
  ),
  JOURNAL_PAYLOAD_MISSING: finding(
    'The payload of event {version} of {stream}, at position {position}, is gone.',
    'No erasure of it is on record, so nobody who is named asked for it.',
  ),
  JOURNAL_CAUSE_UNKNOWN: finding(
    'The cause of event {version} of {stream}, at position {position}, is not filed.',
    'The list that keeps a repeated delivery from acting twice does not name {cause} at this place.',
  ),
  JOURNAL_CHECKPOINT_INVALID: finding(
    'Checkpoint {number} of the journal is not valid.',
    'Its signature, its number or its link to the checkpoint before it does not match.',
  ),
  JOURNAL_KEY_UNKNOWN: finding(
    'Checkpoint {number} was signed by a key that was not given: {publicKey}.',
    'The history since the checkpoint before it may have been written anew; or the key was changed and its older or newer one must be given too.',
  ),
  JOURNAL_HISTORY_REWRITTEN: finding(
    'The history after checkpoint {afterCheckpoint} is not the one that checkpoint {number} signed.',
    'Events before checkpoint {number} were changed, removed, added or put in another order, and the chain was made to fit.',
  ),
  JOURNAL_TAIL_CUT: finding(
    'The journal ends before checkpoint {number} ({short}).',
    'That checkpoint was kept outside; this file ends at event {found}, after checkpoint {afterCheckpoint}.',
  ),
  JOURNAL_ARCHIVE_DIFFERS: finding(
    'What the journal says went into archive {number}, at position {position}, is not what is gone from it.',
    'A payload was taken out, or put back, behind the record of it.',
  ),
  ARCHIVE_MISSING: finding(
    'The archive {file} is not there.',
    'The journal says that old payloads went into it as number {number}.',
    'Put the file back from a copy of the folder, and do this again.',
  ),
  ARCHIVE_SWAPPED: finding(
    'The archive {file} is not the one that is on record as number {number}.',
    'Its first line says otherwise.',
    'Put the right file back from a copy of the folder, and do this again.',
  ),
  ARCHIVE_CHANGED: finding(
    'The archive {file} was changed at line {line}: the event at position {position}.',
    'The line is not the one that was written: the hashes do not match.',
    'Put the file back from a copy of the folder, and do this again.',
  ),
  ARCHIVE_INCOMPLETE: finding(
    'The archive {file} lacks events, from position {position} on where that is known.',
    'It holds fewer than are on record as number {number}.',
    'Put the file back from a copy of the folder, and do this again.',
  ),
  ARCHIVE_HOLDS_ERASED: finding(
    'The archive {file} still holds a payload that was erased, at position {position}.',
    'It is an older copy, or the erasure was cut off.',
    'Erase that event once more with `journal erase`, with this folder as `journal.archive`.',
  ),
  VERIFY_ARCHIVE_NOT_GIVEN: limit(
    'Whether {events} archived payloads are still what they were cannot be known.',
    'The folder with their {files} files was not given.',
    'Give it with --archive.',
  ),
  EXPORT_UNREADABLE: finding(
    'The export cannot be read.',
    'It is not a document that this program writes.',
  ),
  EXPORT_NOT_PROVEN: finding(
    'The proof of {stream} does not lead to checkpoint {number}.',
    'The newest signed event of the stream is missing, changed, or from another journal.',
  ),
  VERIFY_TAIL_UNSIGNED: limit(
    'The last {events} events are chained but not signed yet.',
    'No checkpoint was taken after checkpoint {afterCheckpoint}, so whoever can write the file could have written them anew.',
    'Verify again after the next checkpoint.',
  ),
  VERIFY_NO_WITNESS: limit(
    'Whether events were cut from the end, or all of it was written anew, cannot be known.',
    'No checkpoint that was kept outside was given.',
    'Give one with --checkpoint: a line of the log, or the short form from a card.',
  ),
  VERIFY_KEY_NOT_GIVEN: limit(
    'Whether the right key signed cannot be known.',
    'No public key was given, so each checkpoint was checked with the key it names itself.',
    'Compare the keys in the report with the one that the log named, or give it.',
  ),
  EXPORT_MAY_END_EARLY: limit(
    'Whether the streams went on after the last event cannot be known.',
    'An export proves that its events were in the journal, unchanged and without a gap; not that no later one was.',
    'Ask for the journal itself where this matters.',
  ),
};

/** The words of every code that the journal can answer with. */
export const journalProblems: ProblemBook = { ...starting, ...writing, ...verifying };

function finding(what: string, why: string, next = RESTORE): ProblemWords {
  return { what, changed: NOTHING_CHANGED, why, next };
}

function limit(what: string, why: string, next: string): ProblemWords {
  return { what, changed: NOTHING_CHANGED, why, next };
}
