import { describe, expect, it } from 'vitest';
import { faultsOf, yaml } from './given.ts';

describe('a file that cannot be understood', () => {
  it('names an unclosed bracket by its line', () => {
    expect(faultsOf(yaml({ people: 'people: [ { id: ana }' }))).toEqual([
      'tocsin.yaml:2: this cannot be read as YAML, the parser says: Flow sequence in block collection must be sufficiently indented and end with a ], check brackets, quotes and indentation from here upwards',
    ]);
  });

  it('refuses a tab', () => {
    expect(
      faultsOf(`version: 1
server:
	listen: x`),
    ).toEqual([
      'tocsin.yaml:3: a tab indents this line, YAML indents with spaces only, write spaces',
    ]);
  });

  it('refuses a key that stands twice', () => {
    expect(
      faultsOf(`version: 1
version: 1`),
    ).toEqual([
      'tocsin.yaml:2: this key stands twice in its map, only one of the two would count, keep one',
    ]);
  });

  it('refuses a tag', () => {
    expect(faultsOf(yaml({ version: 'version: !foo 1' }))).toEqual([
      'tocsin.yaml:1: there is a YAML tag, tags have no meaning here, take the word that begins with ! out',
    ]);
  });

  it('refuses a second document', () => {
    expect(
      faultsOf(`${yaml({ server: 'server: { listen: 127.0.0.1:8080 }' })}\n---\na: 1`),
    ).toEqual([
      'tocsin.yaml:11: a second document begins here, the configuration is one document, take the line --- out',
    ]);
  });

  it('refuses an alias of nothing', () => {
    expect(faultsOf(yaml({ version: 'version: *x' }))).toEqual([
      'tocsin.yaml:1: the aliases cannot be followed, Unresolved alias (the anchor must be set before the alias): x, write the values out',
    ]);
  });

  it('refuses a private-use character', () => {
    expect(faultsOf('version: \uE001')).toEqual([
      'tocsin.yaml:1: there is a private-use Unicode character, it has no meaning here and is usually pasted from a styled page, type the line anew',
    ]);
  });

  it('refuses an empty file', () => {
    expect(faultsOf('')).toEqual([
      'tocsin.yaml:1: version is missing, it has no default, write version: 1',
      'tocsin.yaml:1: default_route is missing, it has no default, write a map: { … }',
    ]);
  });

  it('refuses a list', () => {
    expect(faultsOf('- a')).toEqual([
      'tocsin.yaml:1: the file is a list, a map is expected, write a map: { … }',
    ]);
  });

  it('refuses a scalar', () => {
    expect(faultsOf('x')).toEqual([
      'tocsin.yaml:1: the file is text, a map is expected, write a map: { … }',
    ]);
  });

  it('refuses an unknown key and knows the one that was meant', () => {
    expect(faultsOf(yaml({ polices: 'polices: []' }))).toEqual([
      // Whatever the file takes by now.
      expect.stringMatching(
        /^tocsin\.yaml:1: polices is not known, the file takes version, .* did you mean "policies"\?$/,
      ),
    ]);
  });

  it('refuses a merge key', () => {
    expect(faultsOf(yaml({ metrics: 'metrics: { <<: { listen: 127.0.0.1:9090 } }' }))).toEqual([
      'tocsin.yaml:1: metrics.<< is not known, metrics takes listen, take it out',
    ]);
  });

  it('refuses a missing version', () => {
    expect(faultsOf(yaml({ version: '' }))).toEqual([
      'tocsin.yaml:1: version is missing, it has no default, write version: 1',
    ]);
  });

  it('refuses another version', () => {
    expect(faultsOf(yaml({ version: 'version: 2' }))).toEqual([
      'tocsin.yaml:1: version is 2, this build reads version 1, write version: 1',
    ]);
  });

  it('refuses a section without content', () => {
    expect(faultsOf(yaml({ server: 'server:' }))).toEqual([
      'tocsin.yaml:1: server is empty, a map is expected, write a map: { … }',
    ]);
  });

  it('refuses an address in bare brackets', () => {
    expect(faultsOf(yaml({ server: 'server: { listen: [::1]:80 }' }))).toEqual([
      'tocsin.yaml:1: this cannot be read as YAML, the parser says: Missing , between flow map items, check brackets, quotes and indentation from here upwards',
    ]);
  });
});
