import type { OpenJournal } from '../../src/journal/index.ts';
import { opened, tempPath } from '../journal/temp.ts';
import { journalContract } from './journal.ts';

journalContract('sqlite', () => {
  const path = tempPath();
  let time = 0;
  let journal: OpenJournal | undefined;
  const open = async (): Promise<OpenJournal> => {
    journal = await opened(path, { clock: () => time });
    return journal;
  };
  return {
    open,
    reopen: async () => {
      await journal?.close();
      return open();
    },
    setTime: (at) => {
      time = at;
    },
  };
});
