import { limits } from './shape-rules.ts';

/** A path that ends in a slash stands for everything below. */
export type Exception = { readonly rule: string; readonly path: string; readonly why: string };

/** The files that may break a rule, each with the reason. One that is no longer needed fails the test too. */
const casts = 'casts only where the outside is parsed';
const longFile = `files of at most ${limits.fileLines} lines`;
const longFunction = `functions of at most ${limits.functionLines} lines`;

export const exceptions: readonly Exception[] = [
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/files.ts',
    why: 'The file is what is operated on: where a proxy sends its clients, and nothing that configures Tocsin',
  },
  {
    rule: casts,
    path: 'src/journal/stores/sqlite/past.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/sandbox/',
    why: 'It plays a server that stores whatever JSON it is given: what a kind holds is known by its name alone',
  },
  {
    rule: casts,
    path: 'src/bot/stream-readers.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/bot/readings-snapshot.ts',
    why: 'A snapshot is our own bytes, named by the version of the readings; types do not follow that',
  },
  {
    rule: casts,
    path: 'src/bot/replay.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/core/record/trail.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/integrations/kubernetes/credentials.ts',
    why: 'The options of TLS and those of the agent are two types in Node, one object at run time',
  },
  {
    rule: casts,
    path: 'src/bot/surfaces/discord/gateway.ts',
    why: 'The shard of the SDK wants its manager by a class with private fields, and reads of it only what is given here',
  },
  {
    rule: longFile,
    path: 'src/bot/surfaces/console/assets/console.js',
    why: 'One module without a build step, read by the browser as it stands',
  },
  {
    rule: `functions of at most ${limits.parameters} parameters`,
    path: 'src/bot/surfaces/console/site.ts',
    why: 'sendProblem answers a call in any state of the visitor; the fifth, optional one is who that is',
  },
  {
    rule: longFunction,
    path: 'src/core/operation/operation.ts',
    why: 'evolve is a table: one flat case for each event, read by looking up the case',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/bot/host-door.ts',
    why: 'It reads no file: it takes away a stale socket and closes the new one to other users',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/objectstore/folder.ts',
    why: 'It keeps backups in a folder, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/backup/environment.ts',
    why: 'Programs of PostgreSQL read authorities from a file, which it writes for them',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/backup/archive.ts',
    why: 'It looks through the archive of a server, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/backup/fitness.ts',
    why: 'It looks whether the archive of a server can be read',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/backup/cluster.ts',
    why: 'It lays the files of a server that is thrown away, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/postgres/backup/scratch.ts',
    why: 'It makes the folder of a server that is thrown away, with the copy in it, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/bot/programs.ts',
    why: 'It looks for programs that are installed, and reads none of them',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/redis/backup/stream.ts',
    why: 'redis-cli reads authorities from a file, which it writes for it',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/redis/backup/scratch.ts',
    why: 'It makes the folder of a server that is thrown away, with the copy in it, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/tree.ts',
    why: 'It looks at the files that are backed up, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/pack.ts',
    why: 'It reads the files that are backed up, and nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/unpack.ts',
    why: 'It writes what was backed up, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/scratch.ts',
    why: 'It makes the folder in which a copy is looked at, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/places.ts',
    why: 'It looks where files are put back, and reads nothing that configures the program',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/files/swap.ts',
    why: 'It changes the names of files that are put back, and reads a note of its own',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/integrations/mongodb/backup/tools.ts',
    why: 'Programs of MongoDB read logins and authorities from files, which it writes for them',
  },
  {
    rule: 'own files by literal address',
    path: 'src/bot/graphs/material.ts',
    why: 'Fonts and the renderer are files of packages, which the build finds by import.meta.resolve with a literal',
  },
  {
    rule: 'one reader of the environment and of files',
    path: 'src/bot/graphs/material.ts',
    why: 'It reads the fonts and the renderer that come with the program, and nothing that configures it',
  },
  {
    rule: casts,
    path: 'src/bot/surfaces/console/sessions.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/bot/step-up/record.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: casts,
    path: 'src/bot/identity/record.ts',
    why: 'The name of a stream says which events it holds; types do not follow it',
  },
  {
    rule: longFunction,
    path: 'src/bot/metrics.ts',
    why: 'A table of metrics: name, help and labels of each, one below the other',
  },
  {
    rule: longFile,
    path: 'test/core/operation/decide-people.test.ts',
    why: 'Three tests for each intent of a person; they share what came before',
  },
  {
    rule: longFile,
    path: 'test/core/operation/decide-step.test.ts',
    why: 'Three tests for each intent of a step; they share what came before',
  },
];
